"""The site's products and variations, page by page, with the stock the site shows for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bridge.catalog.models import Listing
from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.mapping import from_woocommerce
from bridge.sync import flows, passes
from bridge.sync.goods.catalog_from_moysklad import links
from bridge.sync.models import Watermark
from bridge.sync.stock.stock_from_moysklad import queue_differences
from connectors.woocommerce.client import WooCommerce

PORTION = 500
FIELDS = ["sku", "name", "manages_stock", "site_quantity", "present", "seen_at"]


def load(watermark: Watermark) -> None:
    """Read everything, mark what is gone, match, and write stock that turned out to differ; in portions."""
    if passes.go_on(watermark, {"goods": _goods, "gone": _gone, "links": _links}):
        queue_differences(_shop(watermark))


def _goods(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    """Products by id, so that new ones join at the end. A place is (page, last id done): a portion looks one page
    back and skips what is done, for products deleted meanwhile pull the others forward.
    """
    shop, client = _shop(watermark), clients.woocommerce(watermark.connection)
    page, done = (max(int(place[0]) - 1, 1), int(place[1])) if place else (1, 0)
    while True:
        products, pages = client.products.page(page)
        simple: list[dict[str, Any]] = []
        for product in products:
            if int(product["id"]) <= done or product.get("type") in ("grouped", "external"):
                continue  # nothing of these two is sold from stock
            if product.get("type") == "variable":
                _store(shop, _variations(client, product), began)
                _store(shop, simple, began)
                simple = []
                yield [page, int(product["id"])]
            else:
                simple.append(from_woocommerce.listing(product))
        _store(shop, simple, began)
        if not products or (pages is not None and page >= pages):
            return
        page += 1
        if (last := int(products[-1]["id"])) > done:  # a page that was done already is no progress
            done = last
            yield [page, done]


def _variations(client: WooCommerce, product: Any) -> list[dict[str, Any]]:
    variations = client.products.variations(int(product["id"]))
    return [from_woocommerce.listing(variation, variation_of=product) for variation in variations]


def _gone(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    lost = Listing.objects.filter(shop=_shop(watermark), present=True).exclude(seen_at__gte=began)
    lost.update(present=False)
    return iter(())


def _links(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    for reached, _linked in links(_shop(watermark), place or 0):
        yield reached


def _shop(watermark: Watermark) -> Shop:
    [shop] = flows.shops_of(watermark.connection)
    return shop


def _store(shop: Shop, items: Sequence[dict[str, Any]], seen_at: datetime) -> None:
    """Sorted, so that two workers at once take the rows in one order."""
    rows = {(fields["product_id"], fields["variation_id"]): fields for fields in items}
    Listing.objects.bulk_create(
        [Listing(shop=shop, present=True, seen_at=seen_at, **rows[key]) for key in sorted(rows)],
        batch_size=PORTION,
        update_conflicts=True,
        unique_fields=["shop", "product_id", "variation_id"],
        update_fields=FIELDS,
    )
