"""Connecting a shop with a one-time code instead of copied keys (docs/pairing.md)."""
