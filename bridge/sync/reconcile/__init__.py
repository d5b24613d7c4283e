"""Both sides of a shop compared, read fresh; differences shown with their cause and repaired through the outbox."""
