"""Links that people make many of at once, and what is suggested to them."""
