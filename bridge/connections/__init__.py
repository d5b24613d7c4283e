"""Whom we talk to: accounts and shops, their credentials, the clients made from them and their limits."""
