"""Words for an order's state that both sides share, and what follows from them by default."""

from __future__ import annotations

import enum

DEFAULT_SEND_STATUSES = ("on-hold", "processing", "completed")
NEVER_SENT = frozenset({"checkout-draft", "auto-draft", "draft", "new"})
# An order in one of these keeps no goods from other buyers.
RELEASED = frozenset({"cancelled", "failed", "refunded", "trash"})
SITE_STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "trash")

# A document's state type → the site status it means, unless the owner mapped the state itself.
DEFAULT_BY_STATE_TYPE = {"Successful": "completed", "Unsuccessful": "cancelled"}

# A site's status that ends an order.
CLOSED = frozenset({"completed", "cancelled", "refunded", "failed", "trash"})

# A person put the order there on the site; MoySklad's word must not undo it (it would mail the buyer).
LEFT_TO_PEOPLE = ("trash", "refunded")


class Side(enum.Enum):
    SITE = "site"
    MOYSKLAD = "moysklad"


def decides(site_status: str, *, means: str, paid: bool, shipped: bool) -> Side:
    """Whose word counts when both sides changed an order before either heard of the other.

    The site decides on the buyer's cancellation while nothing was shipped, MoySklad on closing, the site on payment;
    otherwise MoySklad, where the order is worked on. `means`: the site status of MoySklad's new state; one that means
    nothing to the site ('') cannot stand against its word.
    """
    if not means:
        return Side.SITE
    if site_status in ("cancelled", "failed") and not shipped:
        return Side.SITE
    if means in CLOSED or shipped:
        return Side.MOYSKLAD
    return Side.SITE if paid else Side.MOYSKLAD


def progress(part: int, whole: int) -> int:
    """How far something is paid or shipped: 0 not at all, 1 in part, 2 in full."""
    if part <= 0:
        return 0
    return 2 if part >= whole else 1
