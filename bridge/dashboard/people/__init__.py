"""Who comes in, and what everybody did."""
