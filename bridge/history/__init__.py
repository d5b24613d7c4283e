"""What people did on the desk: who, what, before, after; kept in the log of the Django admin."""
