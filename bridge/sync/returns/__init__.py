"""Returns of goods in MoySklad, as refunds on the site."""
