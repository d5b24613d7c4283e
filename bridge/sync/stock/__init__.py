"""What the warehouse counts, as numbers on the site."""
