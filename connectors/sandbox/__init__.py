"""Local stand-ins of MoySklad and of a WooCommerce shop, over real HTTP on loopback, for demo, tests and bench."""
