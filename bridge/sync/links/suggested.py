"""Suggestions for what is not linked, kept up to date: anew after each reading of MoySklad's goods, and for what came
since at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils import timezone

from bridge.catalog import bindings, suggestions
from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.portions import portions
from bridge.sync import flows, passes
from bridge.sync.goods import catalog_from_moysklad, follow_up
from bridge.sync.models import Watermark


def find(watermark: Watermark) -> None:
    """A look costs two questions while nothing is new. The position is when everything was last looked at."""
    [shop] = flows.shops_of(watermark.connection)
    if not watermark.cursor:
        read_at = _goods_read_at(shop)
        if read_at is None:
            return  # names are compared once there are all
        asked = watermark.position is None
        if watermark.position is None or read_at > watermark.position:
            suggestions.forget(shop)
            watermark.position = timezone.now()
    else:
        asked = watermark.cursor.get("step") == "links"
    passes.go_on(watermark, {"links": _links, "names": _names} if asked else {"names": _names})


def again(shop: Shop) -> None:
    """A person wants everything looked at anew, links by SKU first."""
    Watermark.objects.filter(connection=shop.site, flow="suggestions").update(position=None)
    flows.run_soon(shop.site, "suggestions")


def match_some(shop: Shop, listing_ids: Sequence[int]) -> int:
    """Match these listings by their SKUs; returns how many links are new."""
    found = 0
    for part in portions(sorted(listing_ids)):
        listings = Listing.objects.filter(pk__in=part).select_related("binding__product")
        linked = bindings.match(shop, listings)
        follow_up.linked(shop, linked)
        found += len(linked)
    return found


def _links(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    [shop] = flows.shops_of(watermark.connection)
    for reached, _linked in catalog_from_moysklad.links(shop, place or 0):
        yield reached


def _names(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    [shop] = flows.shops_of(watermark.connection)
    watermark.total = watermark.done + suggestions.waiting(shop).count()
    for looked_at in suggestions.look(shop):
        watermark.done += looked_at
        yield watermark.done


def _goods_read_at(shop: Shop) -> datetime | None:
    marks = Watermark.objects.filter(connection=shop.account, flow="catalogue")
    return marks.values_list("last_success_at", flat=True).first()
