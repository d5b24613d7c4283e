"""The pages of the set-up assistant: a guide over the settings, one step after another."""
