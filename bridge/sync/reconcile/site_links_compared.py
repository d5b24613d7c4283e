"""The goods of a site as they were just read, against their links: SKUs renamed or emptied, and goods that are new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from bridge.catalog.bindings import find_listings
from bridge.catalog.candidates import key_as_read, keys_of
from bridge.catalog.models import Listing, ProductBinding
from bridge.connections.models import Shop
from bridge.sync.goods.store_listings import store
from bridge.sync.links import suggested
from bridge.sync.models import Drift, Watermark
from bridge.sync.reconcile.findings import Compared, Found

LINK = Drift.Subject.LINK
BY_SKU = ProductBinding.Origin.SKU
Facts = Mapping[str, Any]


def compare(shop: Shop, goods: Sequence[Facts]) -> Compared:
    """`goods`: as for goods_compared.compare. A link that a person made does not hang on SKUs; it is only counted."""
    result = Compared()
    facts = {(row["product_id"], row["variation_id"]): row for row in goods}
    known = find_listings(shop, facts)
    linked = [
        (listing, facts[key])
        for key, listing in known.items()
        if getattr(listing, "binding", None) is not None and listing.binding.product.present
    ]
    result.count(LINK, len(linked))
    by_sku = [one for one in linked if one[0].binding.origin == BY_SKU]
    keys = keys_of(shop, [listing.binding.product for listing, _row in by_sku])
    for listing, row in by_sku:
        key = key_as_read(shop, row["sku"], row.get("barcode") or "")
        if key not in keys[listing.binding.product_id]:
            result.found.append(_renamed(listing, key))
    for listing in _taken_in(shop, [facts[key] for key in facts.keys() - known.keys()]):
        result.found.append(Found(LINK, "drift_link_new", str(listing), listing.sku, listing=listing.pk))
    return result


def _renamed(listing: Listing, key: str) -> Found:
    code = "drift_link_sku_renamed" if key else "drift_link_sku_emptied"
    params = {"sku": key, "before": listing.sku}
    return Found(
        LINK, code, str(listing), key, str(listing.binding.product), params=params, listing=listing.pk
    )


def _taken_in(shop: Shop, unknown: Sequence[Facts]) -> list[Listing]:
    """Goods that no reading has seen yet are kept and matched; returns those that have no link then. Before the first
    reading of all they are not news.
    """
    marks = Watermark.objects.filter(connection=shop.site, flow="site_catalogue")
    if not unknown or not marks.filter(last_success_at__isnull=False).exists():
        return []
    store(shop, [dict(row) for row in unknown], timezone.now())
    keys = [(row["product_id"], row["variation_id"]) for row in unknown]
    suggested.match_some(shop, [listing.pk for listing in find_listings(shop, keys).values()])
    rows = find_listings(shop, keys).values()
    # Variations sell the pieces of a product that groups them only.
    return [row for row in rows if row.match != Listing.Match.LINKED and row.kind != "variable"]
