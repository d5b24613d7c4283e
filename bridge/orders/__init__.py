"""Canonical orders: what the shop says, and which document stands for it."""
