"""WooCommerce's REST API `wc/v3` in its own words: `client.WooCommerce` is the way in."""
