"""What must go out and what waits for a person: by cause, remedies, bulk retries, and the error catalogue."""
