"""MoySklad's JSON API 1.2 in its own words: `client.MoySklad` is the way in."""
