"""Goods of both sides, which is which, and how many there are."""
