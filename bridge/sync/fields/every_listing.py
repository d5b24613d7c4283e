"""What all fields hang on has changed, a setting or a rate: every listing of a shop is worked out anew, in portions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.portions import OF_QUERY
from bridge.sync import flows, passes
from bridge.sync.fields import wishes
from bridge.sync.models import Watermark

FLOW = "fields"


def ask(shop: Shop) -> None:
    """As soon as may be; a pass that runs already begins once more, for it has looked at some by the old settings."""
    Watermark.objects.filter(connection=shop.site, flow=FLOW).update(position=timezone.now())
    flows.run_soon(shop.site, FLOW)


def load(watermark: Watermark) -> None:
    began = datetime.fromisoformat(watermark.cursor.get("began") or timezone.now().isoformat())
    complete = passes.go_on(watermark, {"listings": _listings})
    watermark.refresh_from_db(fields=["position"])
    if complete and watermark.position is not None and watermark.position > began:
        flows.run_soon(watermark.connection, FLOW)


def _listings(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    [shop] = flows.shops_of(watermark.connection)
    if not wishes.follow_moysklad(shop):
        wishes.want_nothing(shop)
        return
    rows = Listing.objects.filter(shop=shop, present=True, binding__isnull=False).order_by("pk")
    watermark.total = watermark.total or rows.count()
    after = int(place or 0)
    while pks := list(rows.filter(pk__gt=after).values_list("pk", flat=True)[:OF_QUERY]):
        wishes.listings_changed(shop, pks)
        watermark.done += len(pks)
        after = pks[-1]
        yield after
    wishes.queue(shop)
