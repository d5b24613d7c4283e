"""Events by what people know of them: the order's number or its id on the site, the number of the delivery."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from bridge.connections.models import Connection, Vendor
from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order

# More than anybody reads; each is found through an index, however many events there are.
MOST = 500


def found(rows: QuerySet[InboxEvent], word: str) -> QuerySet[InboxEvent]:
    """Of these rows those that the word names."""
    return rows.filter(pk__in=set(_keys(word)))


def order_of(event: InboxEvent) -> Order | None:
    """The order an event of a site is about, once it is known."""
    if not event.source_id:
        return None
    orders = Order.objects.filter(shop__site=event.connection_id, source_id=event.source_id)
    return orders.order_by("-pk").first()


def _keys(word: str) -> Iterator[int]:
    events = InboxEvent.objects.order_by("-pk")
    sites = list(Connection.objects.filter(vendor=Vendor.WOOCOMMERCE).values_list("pk", flat=True))
    questions: list[dict[str, Any]] = [
        {"delivery_id": word},
        {"connection__in": sites, "source_id": word},
        *(
            {"connection": site, "source_id": source}
            for site, source in Order.objects.filter(number=word).values_list("shop__site", "source_id")[:20]
        ),
    ]
    for question in questions:
        yield from events.filter(**question).values_list("pk", flat=True)[:MOST]
