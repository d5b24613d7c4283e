"""Uploads of older orders."""
