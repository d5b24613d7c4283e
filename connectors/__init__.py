"""The wire: clients of the systems the bridge connects, in each vendor's own words. No Django, no bridge."""
