"""What would change, or was changed, on the goods of a site."""
