"""Which calls of the API log belong to an order, a message or an event."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order
from bridge.outbox.models import DeliveryAttempt, OutboxMessage

MOST = 200
"""Of messages, tries and events, the newest are looked at, so that a page stays quick."""


def of_orders(orders: Iterable[Order]) -> Q:
    """Calls that brought the orders over, and those their events came by or asked for. `shop` is needed of each."""
    found = Q(pk=None)
    for order in orders:
        messages = OutboxMessage.objects.filter(object_key=order.object_key).order_by("-pk")
        found |= of_messages(messages.values_list("pk", flat=True)[:MOST])
        events = InboxEvent.objects.filter(connection_id=order.shop.site_id, source_id=order.source_id)
        found |= of_events(events.order_by("-pk").values_list("pk", flat=True)[:MOST])
    return found


def of_messages(ids: Iterable[int]) -> Q:
    """A call is told from others by the moment at which the tries it served began."""
    tries = DeliveryAttempt.objects.filter(message_id__in=list(ids)).order_by("-pk")
    return Q(delivered_at__in=list(tries.values_list("started_at", flat=True)[:MOST]))


def of_events(ids: Iterable[int]) -> Q:
    return Q(event__in=list(ids))
