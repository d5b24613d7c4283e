"""Links between the goods of both sides: goods that sell without one, several that fit, one side that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from bridge.catalog.bindings import LOST, UNDONE_BY_SKU
from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.orders.sales import Sale
from bridge.sync.models import Drift
from bridge.sync.reconcile.findings import LASTING, Compared, Found

LINK = Drift.Subject.LINK
NEW = "drift_link_new"
Match = Listing.Match
CODES = {
    Match.MISSING: "drift_link_missing",
    Match.NO_SKU: "drift_link_no_sku",
    Match.KIND: "drift_link_kind",
    Match.AMBIGUOUS: "drift_link_ambiguous",
}


def doubtful(shop: Shop, since: datetime) -> QuerySet[Listing]:
    """Listings whose link is wrong or lacking: lost ones, ambiguous ones, and of the others those sold since, or new
    when they were found without one (site_links_compared.py).
    """
    sold = Sale.objects.filter(listing=OuterRef("pk"), order__placed_at__gte=since)
    unlinked = Q(binding=None, present=True)
    new = Drift.objects.filter(listing=OuterRef("pk"), code=NEW, state__in=LASTING)
    selling = (
        unlinked & Q(match__in=(Match.MISSING, Match.NO_SKU, Match.KIND)) & (Q(is_sold=True) | Exists(new))
    )
    wrong = LOST | UNDONE_BY_SKU | selling | (unlinked & Q(match=Match.AMBIGUOUS))
    rows = Listing.objects.annotate(is_sold=Exists(sold)).filter(wrong, shop=shop)
    rows = rows.exclude(kind="variable", match=Match.MISSING, lost_link=None)
    return rows.select_related("binding__product", "lost_link")


def compare(shop: Shop, since: datetime, listings: Sequence[Listing]) -> Compared:
    """Which of these listings lack a good link."""
    rows = doubtful(shop, since).filter(pk__in=[listing.pk for listing in listings]).order_by("pk")
    return Compared({LINK: len(listings)}, {}, [found(row) for row in rows])


def found(listing: Any) -> Found:
    """`listing`: of `doubtful`."""
    binding = getattr(listing, "binding", None)
    there = str((binding.product if binding is not None else listing.lost_link) or "")
    if binding is not None:
        code = "drift_link_lost_here" if not listing.present else "drift_link_lost_there"
    elif listing.lost_link is not None:
        code = "drift_link_lost_sku"
    elif listing.is_sold or listing.match == Match.AMBIGUOUS:
        code = CODES.get(Match(listing.match), "drift_link_missing")
    else:
        code = NEW
    return Found(
        LINK, code, str(listing), listing.sku, there, params={"sku": listing.sku}, listing=listing.pk
    )
