"""Orders as their site tells of them."""
