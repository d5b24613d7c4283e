"""Pure words and rules of trade between a shop and a warehouse. Standard library only."""
