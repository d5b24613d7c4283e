"""Calls of both directions, as a list and beside what they were about."""
