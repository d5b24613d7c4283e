"""What the bridge tells other programs about itself."""
