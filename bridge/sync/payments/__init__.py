"""Money in: a paid order there, a paid order here."""
