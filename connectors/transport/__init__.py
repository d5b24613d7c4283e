"""How calls leave this machine: one pooled session, checked addresses, a record of each call without
secrets.
"""
