"""Prices and texts of goods that follow MoySklad."""
