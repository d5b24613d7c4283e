"""What a comparison is about: the orders from a moment on, one order, one item; and the differences it would find."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from bridge.connections.models import Shop
from bridge.orders.record_sales import START_TOLERANCE
from bridge.sync.models import Drift, Reconciliation

Subject = Drift.Subject
LONGEST = timedelta(days=30)


def since(run: Reconciliation) -> datetime:
    """The first moment whose orders are compared."""
    return datetime.fromisoformat(run.chosen["since"]) if "since" in run.chosen else _begins(run.shop)


def _begins(shop: Shop) -> datetime:
    earliest: datetime = shop.started_at - START_TOLERANCE
    return max(earliest, timezone.now() - LONGEST)


def of(run: Reconciliation) -> Q:
    """The differences that this comparison would have found again."""
    if order := run.chosen.get("order"):
        return Q(order=order)
    if listing := run.chosen.get("listing"):
        return Q(listing=listing)
    orders = Q(subject=Subject.ORDER) & (Q(order=None) | Q(order__placed_at__gte=since(run)))
    goods = Q(subject__in=(Subject.STOCK, Subject.PRICE))
    return orders | Q(subject=Subject.LINK) | (goods if run.shop.write_goods else Q(pk=None))
