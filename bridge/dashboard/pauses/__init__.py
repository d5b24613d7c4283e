"""Pauses on the desk: begun, seen wherever they matter, ended."""
