"""Orders: the list, the page of one, its journey, its refunds and returns."""
