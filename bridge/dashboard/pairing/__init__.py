"""A shop connected with a code."""
