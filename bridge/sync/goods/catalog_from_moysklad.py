"""The account's goods, page by page: products, variants and bundles, then the links by SKU of every shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bridge.catalog import bindings
from bridge.catalog.models import Listing, Product
from bridge.connections import clients
from bridge.connections.models import Connection, DirectoryEntry, Shop
from bridge.mapping import goods_from_moysklad
from bridge.outbox.enqueue import release
from bridge.portions import OF_QUERY
from bridge.sync import flows, passes
from bridge.sync.account import directory
from bridge.sync.fields import every_listing, wishes
from bridge.sync.goods import follow_up
from bridge.sync.goods.store_products import News, keep_parts, lose, store
from bridge.sync.models import Watermark
from bridge.sync.stock import news as stock_news
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority

KINDS = ("product", "variant", "bundle")
Kind = DirectoryEntry.Kind
# What prices and rules hang on beside the goods themselves.
PRICED_BY = (Kind.CURRENCY, Kind.PRICE_TYPE, Kind.FOLDER)


def load(watermark: Watermark) -> None:
    """Read everything, mark what is no longer there, match, and release what waited for a link; in portions."""
    passes.go_on(
        watermark,
        {
            "directory": _directory,
            **{kind: partial(_goods, kind) for kind in KINDS},
            "gone": _gone,
            "links": _links,
        },
    )


def names(watermark: Watermark) -> None:
    """The account's names, price types and rates; goods are worked out anew where prices or folders are others now."""
    account = watermark.connection
    before = {kind: _entries(account, kind) for kind in PRICED_BY}
    directory.refresh(account, clients.moysklad(account, Priority.CATALOGUE))
    changed = {kind for kind in PRICED_BY if before[kind] != _entries(account, kind)}
    if changed:
        for shop in flows.shops_of(account):
            every_listing.ask(shop)
    if Kind.FOLDER in changed:
        stock_news.items_changed(account, None)


def _entries(account: Connection, kind: str) -> set[tuple[Any, ...]]:
    rows = DirectoryEntry.objects.filter(connection=account, kind=kind)
    return set(rows.values_list("external_id", "detail", "rate", "is_default"))


def _directory(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    names(watermark)
    client = clients.moysklad(watermark.connection, Priority.CATALOGUE)
    watermark.total = sum(client.assortment.count(kind) for kind in KINDS)
    for shop in flows.shops_of(watermark.connection):
        wishes.try_again(shop)
    return iter(())


def _goods(kind: str, watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    client = clients.moysklad(watermark.connection, Priority.CATALOGUE)
    start = (str(place[0]), int(place[1])) if place else None
    for rows, following in client.assortment.pages(kind, start):
        news = take_in(client, watermark.connection, rows, began)
        follow_up.follow(watermark.connection, news, relink=False)
        watermark.done += len(rows)
        if following is not None:
            yield list(following)


def take_in(
    client: MoySklad,
    account: Connection,
    rows: Sequence[Mapping[str, Any]],
    seen_at: datetime,
    *,
    answers_hints: bool = False,
) -> News:
    """Keep a page; bundles whose parts the answer does not list are asked for theirs when they are news."""
    news = store(account, rows, seen_at, answers_hints=answers_hints)
    unlisted = [
        str(row["id"])
        for row in rows
        if row["meta"]["type"] == "bundle"
        and row["id"] in news.shown
        and goods_from_moysklad.parts(row) is None
    ]
    asked = {one: goods_from_moysklad.part_rows(client.assortment.components(one)) for one in unlisted}
    news.counted |= keep_parts(account, asked)
    return news


def _gone(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    """What no page named any more: nothing of it is for sale. What a hint called deleted is asked for elsewhere."""
    lost = Product.objects.filter(connection=watermark.connection, present=True, seen_at__lt=began)
    while ids := list(lost.order_by("pk").values_list("external_id", flat=True)[:OF_QUERY]):
        follow_up.follow(watermark.connection, lose(watermark.connection, ids), relink=False)
        yield None
    _let_changes_begin(watermark.connection, began)


def _let_changes_begin(account: Connection, began: datetime) -> None:
    """From here on what changes is read by itself (goods_changes.py)."""
    first = Watermark.objects.filter(connection=account, flow="goods_changes", position=None)
    first.update(position=began)


def _links(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    shop_id, after = place or (0, 0)
    for shop in flows.shops_of(watermark.connection):
        if shop.pk < shop_id:
            continue
        for reached, _linked in links(shop, after if shop.pk == shop_id else 0):
            yield [shop.pk, reached]


def links(shop: Shop, after: int = 0) -> Iterator[tuple[int, int]]:
    """Match the shop's listings portion by portion: (last primary key, new links), for those above `after`."""
    listings = (
        Listing.objects.filter(shop=shop, present=True).select_related("binding__product").order_by("pk")
    )
    while portion := list(listings.filter(pk__gt=after)[:OF_QUERY]):
        linked = bindings.match(shop, portion)
        follow_up.linked(shop, linked)
        after = portion[-1].pk
        yield after, len(linked)


def link(listing: Listing, product: Product) -> int:
    """A person links an item; returns how many waiting orders were let go."""
    binding = getattr(listing, "binding", None)
    before = {binding.product.external_id} if binding is not None else set()
    bindings.bind(listing, product)
    _link_changed(listing, before | {product.external_id})
    return release(listing.shop, "unlinked_lines")


def unlink(listing: Listing) -> bool:
    """A person takes the link of an item away, for good; False where it had none."""
    product = bindings.unbind(listing)
    if product is None:
        return False
    _link_changed(listing, {product.external_id})
    return True


def _link_changed(listing: Listing, items: set[str]) -> None:
    """Its own number and fields, and other shops' numbers: what it has sold counts for these items, or does no more."""
    stock_news.listings_changed(listing.shop, [listing.pk])
    stock_news.items_changed(listing.shop.account, items)
    wishes.listings_changed(listing.shop, [listing.pk])
