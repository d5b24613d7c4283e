"""Words for an order's state that both sides share, and what follows from them by default."""

from __future__ import annotations

DEFAULT_SEND_STATUSES = ("on-hold", "processing", "completed")
NEVER_SENT = frozenset({"checkout-draft", "auto-draft", "draft", "new"})
SITE_STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "trash")

# A document's state type → the site status it means, unless the owner mapped the state itself.
DEFAULT_BY_STATE_TYPE = {"Successful": "completed", "Unsuccessful": "cancelled"}
