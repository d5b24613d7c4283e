"""What came in: verified, stored once, answered; a worker does the rest."""
