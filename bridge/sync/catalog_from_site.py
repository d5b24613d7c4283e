"""The site's products and variations, page by page, with the stock the site shows for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from bridge.catalog.models import Listing
from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.mapping import from_woocommerce
from bridge.sync import flows
from bridge.sync.catalog_from_moysklad import match_shop
from bridge.sync.models import Watermark
from bridge.sync.stock_from_moysklad import queue_differences
from connectors.woocommerce.client import WooCommerce

PAGE = 500
FIELDS = ["sku", "name", "manages_stock", "site_quantity", "present"]


def load(watermark: Watermark) -> None:
    """Read everything, mark what is gone, match what is new, and write stock that turned out to differ."""
    [shop] = flows.shops_of(watermark.connection)
    client = clients.woocommerce(watermark.connection)
    seen: set[tuple[str, str]] = set()
    source = _items(client)
    while page := list(islice(source, PAGE)):
        _store(shop, page)
        seen |= {(row["product_id"], row["variation_id"]) for row in page}
    known = Listing.objects.filter(shop=shop, present=True).values_list("pk", "product_id", "variation_id")
    lost = [pk for pk, product, variation in known.iterator() if (product, variation) not in seen]
    for start in range(0, len(lost), PAGE):
        Listing.objects.filter(pk__in=lost[start : start + PAGE]).update(present=False)
    match_shop(shop)
    queue_differences(shop)


def _items(client: WooCommerce) -> Iterator[dict[str, Any]]:
    for product in client.products.products():
        if product.get("type") in ("grouped", "external"):
            continue  # nothing of these is sold from stock
        if product.get("type") == "variable":
            for variation in client.products.variations(int(product["id"])):
                yield from_woocommerce.listing(variation, variation_of=product)
        else:
            yield from_woocommerce.listing(product)


def _store(shop: Shop, page: Iterable[dict[str, Any]]) -> None:
    Listing.objects.bulk_create(
        [Listing(shop=shop, present=True, **fields) for fields in page],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["shop", "product_id", "variation_id"],
        update_fields=FIELDS,
    )
