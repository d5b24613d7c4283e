"""The goods of both sides and which is which."""
