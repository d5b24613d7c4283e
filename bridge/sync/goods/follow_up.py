"""Goods of MoySklad changed: their links follow the SKUs, their stock and fields are worked out anew."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from bridge.catalog import bindings
from bridge.catalog.models import Listing
from bridge.connections.models import Connection, Shop
from bridge.outbox.enqueue import release
from bridge.portions import portions
from bridge.sync import flows
from bridge.sync.fields import wishes
from bridge.sync.goods.store_products import News
from bridge.sync.stock import news as stock_news


def follow(account: Connection, news: News, *, relink: bool = True) -> None:
    """What follows from news, in every shop of the account; `relink` False where all links are gone through later."""
    for shop in flows.shops_of(account):
        if relink and news.known_by:
            match_again(shop, news)
        wishes.items_changed(shop, news.shown)
    if news.counted:
        stock_news.items_changed(account, news.counted)
    if news.back:  # the report said 0 of these, and need not tell their pieces as a change
        flows.run_soon(account, "stock_full")


def match_again(shop: Shop, news: News) -> None:
    """Listings that these items are linked with, or that have one of their keys as SKU or barcode."""
    pks: set[int] = set()
    for part in portions(sorted(news.known_by)):
        rows = Listing.objects.filter(shop=shop, binding__product__external_id__in=part)
        pks |= set(rows.values_list("pk", flat=True))
    for part in portions(sorted(news.keys)):
        rows = Listing.objects.filter(Q(sku__in=part) | Q(barcode__in=part), shop=shop, present=True)
        pks |= set(rows.values_list("pk", flat=True))
    for part_pks in portions(sorted(pks)):
        rows = Listing.objects.filter(pk__in=part_pks).select_related("binding__product").order_by("pk")
        linked(shop, bindings.match(shop, list(rows)))


def linked(shop: Shop, listing_ids: Collection[int]) -> None:
    """These listings have a new link: they get their numbers and fields, and orders that waited for it go on."""
    if not listing_ids:
        return
    stock_news.listings_changed(shop, listing_ids)
    wishes.listings_changed(shop, listing_ids)
    release(shop, "unlinked_lines")
