"""The site's products and variations, page by page, with the stock, prices and texts the site shows for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from bridge.catalog.models import Listing
from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.sync import flows, passes, site_reading
from bridge.sync.fields import every_listing, wishes
from bridge.sync.fields.compared import asked
from bridge.sync.goods.catalog_from_moysklad import links
from bridge.sync.goods.store_listings import store
from bridge.sync.models import Watermark
from bridge.sync.stock import news as stock_news
from connectors.errors import Forbidden, NotFound


def load(watermark: Watermark) -> None:
    """Read everything, mark what is gone, match, and write what turned out to differ; in portions."""
    if passes.go_on(watermark, {"site": _site, "goods": _goods, "gone": _gone, "links": _links}):
        shop = _shop(watermark)
        stock_news.ask(shop)
        wishes.queue(shop)


def _site(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    """What the site says of itself, and how many products it has."""
    shop, client = _shop(watermark), clients.woocommerce(watermark.connection)
    before = (shop.site_currency, shop.site_weight_unit)
    with suppress(NotFound, Forbidden):  # a site that keeps its settings to itself still has its goods
        shop.site_currency = client.site.settings()["currency"]
        shop.site_weight_unit = client.site.weight_unit()
    if before != (shop.site_currency, shop.site_weight_unit):
        shop.save(update_fields=["site_currency", "site_weight_unit"])
        every_listing.ask(shop)
    watermark.total = client.products.count() or 0
    return iter(())


def _goods(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    shop, client = _shop(watermark), clients.woocommerce(watermark.connection)
    # Meta data, often the largest part of a product, is wanted by the first reading of all only.
    known = Listing.objects.filter(shop=shop, seen_at__lt=began).exclude(kind="").exists()
    for page in site_reading.pages(client, asked(shop, *([] if known else ["meta_data"])), place):
        store(shop, page.goods, began, read_at=page.read_at)
        watermark.done = min(watermark.done + page.products, watermark.total)
        if page.following:
            yield page.following


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
