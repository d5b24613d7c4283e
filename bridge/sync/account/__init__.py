"""What the account has, read for select boxes and rules, and whether it answers."""
