"""Stand-in of a WooCommerce 11 shop: REST v3 shaped like captures of a real one, and a checkout that sends events."""
