"""Alerts on the desk: what was told to whom, who is told what, and how the channels are connected."""
