"""Who the buyer is in MoySklad."""
