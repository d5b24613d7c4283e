"""Orders that ended long ago lose their customer's data, as if that had been asked for (anonymise.py).

An order is due once its status on the site ends it, neither side has changed it for KEEP_PERSONAL_DAYS, and nothing of
it is on its way or waits for a person. What the site changes later brings the data back, and is worked with as ever.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from bridge.inbox.models import InboxEvent
from bridge.orders.contacts import BuyerContacts
from bridge.orders.flags import Flag
from bridge.orders.has_ended import HasEnded
from bridge.orders.models import CustomerBinding, Order, OrderBinding
from bridge.outbox.enqueue import NEEDS_PERSON, ON_ITS_WAY
from bridge.outbox.models import Hold, OutboxMessage
from bridge.passing import mend
from bridge.personal.anonymise import anonymise
from bridge.personal.whose import Found
from bridge.problems import CATALOGUE
from bridge.problems.entry import Retry
from bridge.sync.models import Drift

logger = logging.getLogger(__name__)

PORTION = 20
"""Orders at a beat, each in a transaction of its own: dozens of queries, of some milliseconds."""
LOOK_AT = 200
"""Orders looked at for them: some have something that waits for a person, perhaps for years."""
# Other flags are remarks, which nobody has to see to.
ASKING = [code for code, entry in CATALOGUE.items() if entry.retry is Retry.PERSON]


class OfRegular(Found):
    """An order whose buyer has others that keep their data: how they are known again stays."""

    def known_again(self) -> QuerySet[CustomerBinding]:
        return CustomerBinding.objects.none()

    def contacts(self) -> list[BuyerContacts]:
        return []


def forget(now: datetime) -> int:
    """Take the data out of a portion of the orders that are due; how many it was."""
    if not settings.KEEP_PERSONAL_DAYS:
        return 0
    before = now - timedelta(days=settings.KEEP_PERSONAL_DAYS)
    return sum(_taken_out(order.pk, before) for order in _some(before)[:PORTION])


def _due(before: datetime) -> QuerySet[Order]:
    """By the order alone, as the index has them. One that came in later than it was changed, as those of an upload of
    older orders do, is counted from then.
    """
    rows = Order.objects.filter(HasEnded("status"), anonymised_at=None, modified_at__lt=before)
    return rows.filter(first_seen_at__lt=before).order_by("modified_at")


def _some(before: datetime) -> list[Order]:
    """Of the oldest those that nothing waits of. Where all of these wait for somebody, of some from a moment picked
    anyhow, so that no number of them stands in the way of the others for long.
    """
    rows = _due(before).select_related("shop").only("source_id", "modified_at", "shop__site_id")
    oldest = list(rows[:LOOK_AT])
    free = _calm(oldest, before)
    if free or len(oldest) < LOOK_AT:
        return free
    last = oldest[-1].modified_at
    moment = last + (before - last) * random.random()  # noqa: S311 - no secret
    return _calm(list(rows.filter(modified_at__gte=moment)[:LOOK_AT]), before)


def _taken_out(pk: int, before: datetime) -> bool:
    """Whether it was. Looked at once more while nobody else may change it; what is held waits for a later beat."""
    skip = connection.features.has_select_for_update_skip_locked
    try:
        with transaction.atomic():
            held = _due(before).select_for_update(of=("self",), skip_locked=skip).select_related("shop")
            orders = _calm(list(held.filter(pk=pk)), before)
            return bool(orders) and anonymise(_found(orders[0]), None) == 1
    except Exception:  # whatever is wrong with one order, the beat goes on
        mend()
        logger.exception("the personal data of order %s could not be taken out", pk)
        return False


def _found(order: Order) -> Found:
    same = Q(pk__in=())
    if order.email:
        same |= Q(email=order.email)
    if order.phone_backwards:
        same |= Q(phone_backwards=order.phone_backwards)
    others = Order.objects.filter(same, anonymised_at=None, shop__account=order.shop.account_id)
    kind = OfRegular if others.exclude(pk=order.pk).exists() else Found
    return kind("", [order], [])


def _calm(orders: Sequence[Order], before: datetime) -> list[Order]:
    """Those nothing is on its way of, in either direction, nobody is asked about, and whose document rests as well."""
    keys, by_key = [order.pk for order in orders], [order.object_key for order in orders]
    of_objects: list[QuerySet[Any]] = [
        OutboxMessage.objects.filter(state__in=(*ON_ITS_WAY, *NEEDS_PERSON)),
        Hold.objects.all(),
    ]
    of_orders: list[QuerySet[Any]] = [
        Flag.objects.filter(code__in=ASKING),
        Drift.objects.filter(state__in=(Drift.State.OPEN, Drift.State.REPAIRING)),
        OrderBinding.objects.filter(remote_updated_at__gte=before),
    ]
    waiting: set[Any] = set()
    for rows in of_objects:
        waiting.update(rows.filter(object_key__in=by_key).values_list("object_key", flat=True))
    for rows in of_orders:
        waiting.update(rows.filter(order__in=keys).values_list("order_id", flat=True))
    news = _with_news(orders)
    return [
        order
        for order in orders
        if waiting.isdisjoint((order.pk, order.object_key)) and _place(order) not in news
    ]


def _with_news(orders: Sequence[Order]) -> set[tuple[int, str]]:
    """Places of orders of whom something came in that was not read yet, or could not be."""
    rows = InboxEvent.objects.filter(
        connection__in={order.shop.site_id for order in orders},
        source_id__in=[order.source_id for order in orders],
    )
    finished = (InboxEvent.State.DONE, InboxEvent.State.DISCARDED)
    left = rows.exclude(source_id="").exclude(state__in=finished)
    return set(left.values_list("connection_id", "source_id"))


def _place(order: Order) -> tuple[int, str]:
    return order.shop.site_id, order.source_id
