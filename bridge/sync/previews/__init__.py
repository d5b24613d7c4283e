"""What would change on a site's goods: shown first, written when the owner agrees, taken back when they want that."""
