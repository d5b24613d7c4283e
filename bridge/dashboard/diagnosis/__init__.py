"""The pages of the diagnosis."""
