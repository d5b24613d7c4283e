"""Refunds of the site, as positions that go and goods that come back."""
