"""A preview as it is worked out: page after page of the shop's linked goods, then what is new and what was archived."""

from __future__ import annotations

from django.db import transaction

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.domain.errors import Problem
from bridge.portions import portions
from bridge.sync import leased
from bridge.sync.models import GoodsChange, GoodsRun, Watermark
from bridge.sync.previews.planned import Planner
from bridge.sync.previews.publishing import offered
from bridge.sync.previews.shop_causes import said_once
from bridge.sync.previews.totals import totals

PAGE = 500
# What must have been read once before anything can be said.
NEEDED = (("site", "site_catalogue"), ("account", "catalogue"), ("account", "stock_full"))


def require_read(shop: Shop) -> None:
    """Raises Trouble until both sides have been read through once."""
    for side, flow in NEEDED:
        read = Watermark.objects.filter(connection=getattr(shop, f"{side}_id"), flow=flow)
        if not read.filter(last_success_at__isnull=False).exists():
            raise leased.Trouble(Problem("preview_before_reading", {"flow": flow}))


def page(run: GoodsRun, planner: Planner) -> bool:
    """One page; False when there is no more to do now."""
    after = int((run.place or {}).get("after", 0))
    goods = Listing.objects.filter(shop=run.shop, present=True, binding__isnull=False, pk__gt=after)
    rows = list(goods.select_related("binding__product").order_by("pk")[:PAGE])
    changes = list(planner.changes(rows))
    at_the_end = len(rows) < PAGE
    with transaction.atomic():
        stored = leased.held(run)
        if stored is None:
            return False
        GoodsChange.objects.bulk_create(changes, batch_size=500)
        if at_the_end:
            said_once(run)
            for part in portions(offered(run.shop, planner)):
                GoodsChange.objects.bulk_create(part)
        stored.done += len(rows)
        stored.place = run.place = {"after": rows[-1].pk if rows else after}
        if at_the_end:
            # Nothing is done until its owner says so: only what runs is woken.
            stored.step, stored.place, stored.counts = GoodsRun.Step.READY, None, totals(run)
            stored.state = GoodsRun.State.PAUSED
            stored.done = stored.total = max(stored.done, stored.total)
        stored.save()
    return stored.state == GoodsRun.State.RUNNING
