"""Comparisons of both sides and the differences they found."""
