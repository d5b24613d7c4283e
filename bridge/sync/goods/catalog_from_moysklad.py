"""The account's goods, page by page: products, variants and bundles, then the links by SKU of every shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bridge.catalog import bindings
from bridge.catalog.models import Listing, Product
from bridge.connections import clients
from bridge.connections.models import Connection, Shop
from bridge.mapping import from_moysklad
from bridge.outbox.enqueue import release
from bridge.sync import flows, passes
from bridge.sync.account import directory
from bridge.sync.models import Watermark
from bridge.sync.stock.stock_from_moysklad import wish, wish_for
from connectors.moysklad.limits import Priority

PORTION = 500
KINDS = ("product", "variant", "bundle")
FIELDS = ["kind", "parent_external_id", "name", "article", "code", "archived", "present", "seen_at"]


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


def _directory(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    directory.refresh(watermark.connection, clients.moysklad(watermark.connection, Priority.CATALOGUE))
    return iter(())


def _goods(kind: str, watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    client = clients.moysklad(watermark.connection, Priority.CATALOGUE)
    start = (str(place[0]), int(place[1])) if place else None
    for rows, following in client.assortment.pages(kind, start):
        _store(watermark.connection, [from_moysklad.product(row) for row in rows], began)
        if following is not None:
            yield list(following)


def _gone(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    lost = Product.objects.filter(connection=watermark.connection, present=True).exclude(seen_at__gte=began)
    lost.update(present=False)
    return iter(())


def _links(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    shop_id, after = place or (0, 0)
    for shop in flows.shops_of(watermark.connection):
        if shop.pk < shop_id:
            continue
        for reached, _linked in links(shop, after if shop.pk == shop_id else 0):
            yield [shop.pk, reached]


def match_shop(shop: Shop) -> int:
    """Make the shop's links what the SKUs say; parked orders whose goods have a link now go on. Returns how many
    links are new.
    """
    return sum(linked for _reached, linked in links(shop))


def links(shop: Shop, after: int = 0) -> Iterator[tuple[int, int]]:
    """Match the shop's listings portion by portion: (last primary key, new links), for those above `after`."""
    listings = (
        Listing.objects.filter(shop=shop, present=True).select_related("binding__product").order_by("pk")
    )
    while portion := list(listings.filter(pk__gt=after)[:PORTION]):
        linked = bindings.match(shop, portion)
        if linked:
            wish_for(shop, linked)
            release(shop, "unlinked_lines")
        after = portion[-1].pk
        yield after, len(linked)


def link(listing: Listing, product: Product) -> int:
    """A person links an item; returns how many waiting orders were let go."""
    bindings.bind(listing, product)
    wish([listing.shop], {product.external_id})
    return release(listing.shop, "unlinked_lines")


def _store(account: Connection, page: Sequence[dict[str, Any]], seen_at: datetime) -> None:
    """Sorted, so that two workers at once take the rows in one order."""
    rows = {fields["external_id"]: fields for fields in page}
    Product.objects.bulk_create(
        [Product(connection=account, seen_at=seen_at, **rows[external_id]) for external_id in sorted(rows)],
        batch_size=PORTION,
        update_conflicts=True,
        unique_fields=["connection", "external_id"],
        update_fields=FIELDS,
    )
