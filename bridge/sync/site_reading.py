"""Goods as the site has them now, read the one way: in pages for all of them, by their ids for some.

Variations are had from their product only, so both go from family to family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from django.utils import timezone

from bridge.catalog.models import Listing
from bridge.mapping import goods_from_woocommerce as from_woocommerce
from bridge.portions import portions
from connectors.errors import NotFound
from connectors.woocommerce.client import WooCommerce
from connectors.woocommerce.products import MAX_BATCH, PRODUCT_FIELDS, VARIATION_FIELDS

# Nothing of these is sold from stock.
NOT_READ = ("grouped", "external")
DATES = "date_on_sale_from,date_on_sale_to"

Row = Mapping[str, Any]
Place = list[int]
"""The page of products, the last product whose own facts and the last one whose variations are behind us; within the
variations of a product also that product, the page of its variations and the last one behind us."""


class Asked(NamedTuple):
    """The fields that are asked for, of products and of variations, with commas between."""

    of_products: str
    of_variations: str


class Page(NamedTuple):
    """`goods`: facts as mapping/goods_from_woocommerce.listing has them. `products`: how many products are behind us
    with it. `following`: where to go on after it, None at the end.
    """

    goods: list[dict[str, Any]]
    products: int
    read_at: datetime
    following: Place | None


class _Turn(NamedTuple):
    """A page of a list; `fresh` are those of its rows that were not behind us before."""

    number: int
    rows: list[Any]
    fresh: list[Any]
    done: int
    is_last: bool
    read_at: datetime


def asked(*more: str, descriptions: bool) -> Asked:
    """All that our Listing is made of, and `more`; descriptions are long and wanted by few."""
    left_out = set() if descriptions else {"description"}
    of_products, of_variations = (
        ",".join([*(one for one in wire.split(",") if one not in left_out), DATES, *more])
        for wire in (PRODUCT_FIELDS, VARIATION_FIELDS)
    )
    return Asked(of_products, of_variations)


def by_call(listings: Iterable[Listing]) -> Iterator[tuple[str, list[Listing]]]:
    """What goes in one call: products together ('' as parent), variations by their product."""

    def parent_of(listing: Listing) -> str:
        return listing.product_id if listing.variation_id else ""

    for parent, family in groupby(sorted(listings, key=parent_of), key=parent_of):
        for group in portions(family, MAX_BATCH):
            yield parent, group


def by_listings(
    client: WooCommerce, listings: Iterable[Listing], fields: Asked
) -> Iterator[tuple[Listing, Row]]:
    """Each with what the site says of it now; what is gone from the site is left out. Raises ConnectorError."""
    for parent, group in by_call(listings):
        found = by_ids(client, parent, [int(listing.source_id) for listing in group], fields)
        yield from ((one, found[one.source_id]) for one in group if one.source_id in found)


def facts_of(client: WooCommerce, listings: Iterable[Listing], fields: Asked) -> list[dict[str, Any]]:
    """The same as facts, as `Page` has them."""
    return [
        from_woocommerce.listing(row, variation_of={"id": one.product_id} if one.variation_id else None)
        for one, row in by_listings(client, listings, fields)
    ]


def by_ids(client: WooCommerce, parent: str, ids: Iterable[int], fields: Asked) -> dict[str, Row]:
    """By id, products or (with a `parent`) variations of one product; one call for a hundred."""
    if not parent:
        rows = client.products.by_ids(ids, fields.of_products)
    else:
        try:
            rows = client.products.variations_by_ids(int(parent), ids, fields.of_variations)
        except NotFound:  # the product is gone, and its variations with it
            rows = []
    return {str(row["id"]): row for row in rows}


def pages(client: WooCommerce, fields: Asked, place: Place | None = None) -> Iterator[Page]:
    """All goods, products by id and each page's variations after it. Raises ConnectorError.

    A reading that goes on at a place misses nothing that was deleted or made meanwhile, and brings nothing twice.
    """
    number, goods_done, families_done, *inside = _understood(place)
    read = partial(client.products.page, fields=fields.of_products)
    for turn in _turns(read, number, goods_done):
        goods_done = turn.done
        families = [row for row in turn.rows if _is_family(row) and int(row["id"]) > families_done]
        at_its_end = max([families_done, *(int(row["id"]) for row in turn.rows)])
        next_page = [turn.number + 1, goods_done, at_its_end]
        if turn.fresh:
            goods = [from_woocommerce.listing(row) for row in turn.fresh if row.get("type") not in NOT_READ]
            here = [turn.number, goods_done, families_done, *inside] if families else next_page
            yield Page(goods, len(turn.fresh), turn.read_at, here)
        for product in families:
            own_id = int(product["id"])
            for page in _variations(client, product, fields, inside if inside[:1] == [own_id] else []):
                within = page.following or []
                after = [turn.number, goods_done, families_done, own_id, *within]
                yield page._replace(following=after if within else [turn.number, goods_done, own_id])
            families_done = own_id
        if families:
            yield Page([], 0, turn.read_at, next_page)
        families_done = at_its_end
    yield Page([], 0, timezone.now(), None)


def _variations(client: WooCommerce, product: Row, fields: Asked, inside: Place) -> Iterator[Page]:
    """Those of one product; `following`: [page, last one behind us], None after the last."""
    _own_id, number, done = inside or [0, 1, 0]
    read = partial(client.products.variations_page, int(product["id"]), fields=fields.of_variations)
    for turn in _turns(read, number, done):
        goods = [from_woocommerce.listing(row, variation_of=product) for row in turn.fresh]
        if goods:
            yield Page(goods, 0, turn.read_at, None if turn.is_last else [turn.number + 1, turn.done])


def _turns(read: Callable[[int], tuple[list[Any], int | None]], number: int, done: int) -> Iterator[_Turn]:
    """Page by page in the order of ids, in which new rows join at the end; begun one page back, for what was deleted
    meanwhile pulled the others forward.
    """
    number = max(number - 1, 1)
    while True:
        read_at = timezone.now()
        rows, last = read(number)
        fresh = [row for row in rows if int(row["id"]) > done]
        done = max([done, *(int(row["id"]) for row in fresh)])
        is_last = not rows or (len(rows) < MAX_BATCH if last is None else number >= last)
        yield _Turn(number, rows, fresh, done, is_last, read_at)
        if is_last:
            return
        number += 1


def _is_family(row: Row) -> bool:
    return row.get("type") == from_woocommerce.VARIABLE


def _understood(place: Place | None) -> Place:
    if not place:
        return [1, 0, 0]
    # Shorter ones of an earlier release knew the page and the last product behind them.
    return place if len(place) in (3, 6) else [place[0], place[1], place[1]]
