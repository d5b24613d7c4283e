"""The last numbers, prices and texts that were written by themselves, for people to see; kept for a month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from bridge.connections.models import Shop
from bridge.domain.changed_values import text_of
from bridge.sync.models import GoodsChange

KEPT = timedelta(days=30)


class Write(NamedTuple):
    """One field of a listing (its primary key) as the site had it, and has it now."""

    listing: int
    field: str
    was: Any
    now: Any


def keep(shop: Shop, writes: Iterable[Write]) -> None:
    """Two statements for a portion: what changed is added, what is older than a month goes."""
    now = timezone.now()
    rows = [
        GoodsChange(
            shop=shop,
            listing_id=one.listing,
            field=one.field,
            old=text_of(one.field, one.was),
            new=text_of(one.field, one.now),
            state=GoodsChange.State.WRITTEN,
            at=now,
        )
        for one in writes
        if one.now is not None and one.was != one.now
    ]
    if rows:
        GoodsChange.objects.bulk_create(rows, batch_size=500)
        GoodsChange.objects.filter(run=None, shop=shop, at__lt=now - KEPT).delete()
