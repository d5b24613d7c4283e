"""A page of a site's goods into our tables, and what follows from what the site shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from bridge.catalog.bindings import among
from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.portions import OF_QUERY
from bridge.sync.fields import wishes
from bridge.sync.stock.site_numbers import read_again

FIELDS = (
    "kind",
    "status",
    "sku",
    "barcode",
    "name",
    "keeper",
    "site_quantity",
    "site_sale",
    "backorders",
    "site_fields",
    "present",
    "seen_at",
)
# What we write ourselves.
WRITTEN = ("site_quantity", "site_sale", "backorders", "site_fields")
# Read with the meta data only.
EARLIER = "earlier_link"


def store(
    shop: Shop, items: Iterable[dict[str, Any]], seen_at: datetime, *, read_at: datetime | None = None
) -> None:
    """Keep what was read, a few hundred at most. Sorted, so that two workers at once take the rows in one order.

    `read_at`: when the site was asked, where that is not `seen_at`; what we wrote after that is newer than the reading.
    """
    rows = {(fields["product_id"], fields["variation_id"]): fields for fields in items}
    if not rows:
        return
    with transaction.atomic():
        # Held in the order in which all rows are, whatever order the site has.
        held = among(shop, rows).order_by("pk").select_for_update()
        before = {(row.product_id, row.variation_id): _counted_by(row) for row in held}
        newer = _written_since(shop, rows, read_at or seen_at)
        whole = [rows[key] | newer.get(key, {}) for key in sorted(rows)]
        for part, names in (
            ([row for row in whole if EARLIER in row], (*FIELDS, EARLIER)),
            ([row for row in whole if EARLIER not in row], FIELDS),
        ):
            _upsert(shop, part, names, seen_at)
        found = {(row.product_id, row.variation_id): row for row in among(shop, rows)}
        pks = [row.pk for key, row in found.items() if key in rows]
        other = [
            found[key].pk for key in before.keys() & rows.keys() if before[key] != _counted_by(found[key])
        ]
        Listing.objects.filter(pk__in=other).update(stock_stale=True)
    read_again(shop, pks)
    wishes.listings_changed(shop, pks)


def _counted_by(listing: Listing) -> tuple[str, str, bool]:
    """What its number hangs on beside MoySklad: what it is, and who keeps its stock."""
    return listing.kind, listing.keeper, listing.present


def _written_since(
    shop: Shop, rows: Collection[tuple[str, str]], read_at: datetime
) -> dict[tuple[str, str], dict[str, Any]]:
    """What we know better than the reading, by product and variation."""
    listings = among(shop, rows).filter(written_at__gte=read_at)
    return {
        (row.product_id, row.variation_id): {name: getattr(row, name) for name in WRITTEN} for row in listings
    }


def _upsert(shop: Shop, rows: Sequence[dict[str, Any]], names: Sequence[str], seen_at: datetime) -> None:
    Listing.objects.bulk_create(
        [Listing(shop=shop, present=True, seen_at=seen_at, **row) for row in rows],
        batch_size=OF_QUERY,
        update_conflicts=True,
        unique_fields=["shop", "product_id", "variation_id"],
        update_fields=names,
    )
