"""The API log: every call to the other systems and every call from them, masked, kept for a while (docs/api-log.md)."""
