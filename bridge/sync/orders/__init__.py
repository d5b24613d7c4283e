"""Orders into MoySklad, and goods changed there back to the site."""
