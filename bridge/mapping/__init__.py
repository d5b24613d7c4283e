"""Pure translators between a vendor's wire and our words; file names are directions. Standard library only."""
