"""The staff's desk: what its pages share, from base classes to words. Pages themselves are the `admin.py` files."""
