"""Differences by what people know of them: the number of an order, the name or SKU of an item."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from bridge.dashboard.links import goods_search
from bridge.orders import search
from bridge.orders.models import Order
from bridge.sync.models import Drift


def named(word: str) -> Q:
    """Each through an index, however many differences were found over the years."""
    orders = search.found(Order.objects.all(), word)
    return Q(title=word) | Q(order__in=orders) | Q(listing__in=goods_search.listings(word))


def codes() -> Iterator[str]:
    """The few causes there are among any number of differences: each is one step in the index to the next."""
    code: str | None = ""
    while code is not None:
        following = Drift.objects.filter(code__gt=code).order_by("code")
        code = following.values_list("code", flat=True).first()
        if code is not None:
            yield code
