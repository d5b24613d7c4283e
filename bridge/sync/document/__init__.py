"""What a document should hold of an order, and what it holds."""
