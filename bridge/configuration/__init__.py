"""The owner's settings as one file: read, checked against the accounts they name, applied; and written out again."""
