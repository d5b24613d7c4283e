"""What must go out: queued in the same transaction as the change that asks for it, delivered until done or given up."""
