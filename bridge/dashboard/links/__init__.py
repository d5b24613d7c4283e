"""Which product of the site is which item of MoySklad: the list, suggestions, tables in and out, runs."""
