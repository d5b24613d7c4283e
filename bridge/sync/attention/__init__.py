"""What waits for a person, by its cause: chosen, estimated, tried again in one go."""
