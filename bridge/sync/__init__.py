"""The flows, one file one sentence: the only code that sees all sides."""
