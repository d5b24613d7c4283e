"""Who may come in and what they may do there: roles, one-time links, second step, sessions."""
