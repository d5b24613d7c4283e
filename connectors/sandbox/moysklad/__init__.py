"""Stand-in of the MoySklad JSON API 1.2, written from the vendor's documentation."""
