"""Orders sent to MoySklad once more, as the buttons of the desk do it."""

from __future__ import annotations

from bridge.orders.models import Order
from bridge.outbox.enqueue import enqueue
from bridge.sync import kinds
from bridge.sync.site_orders.orders_from_site import wants_document

QUEUED, NOT_SENT, REMOVED = "queued", "not_sent", "removed"


def sent_again(order: Order) -> str:
    """QUEUED; NOT_SENT: its status is not sent; REMOVED: its document was, and a person decides what then."""
    if goes(order):
        enqueue(order.shop, order.shop.account, kinds.ORDER, order.object_key)
        return QUEUED
    return REMOVED if _removed(order) else NOT_SENT


def goes(order: Order) -> bool:
    """Whether it would be sent: its status is, and nobody removed its document."""
    return not _removed(order) and wants_document(order)


def _removed(order: Order) -> bool:
    return hasattr(order, "binding") and bool(order.binding.gone)
