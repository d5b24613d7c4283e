"""Older orders that a person asks for."""
