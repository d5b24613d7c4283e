"""The settings of a shop and of what it is connected to."""
