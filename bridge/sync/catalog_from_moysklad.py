"""The account's goods, page by page: products, variants and bundles, then every shop's unlinked items are matched."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from bridge.catalog import bindings
from bridge.catalog.models import Listing, Product
from bridge.connections import clients
from bridge.connections.models import Connection, Shop
from bridge.mapping import from_moysklad
from bridge.outbox.enqueue import release
from bridge.sync import directory, flows
from bridge.sync.models import Watermark
from bridge.sync.stock_from_moysklad import wish
from connectors.moysklad.limits import Priority

PAGE = 1000
FIELDS = ["kind", "parent_external_id", "name", "article", "code", "archived", "present"]


def load(watermark: Watermark) -> None:
    """Read everything, mark what is no longer there, match, and release what waited for a link."""
    account = watermark.connection
    client = clients.moysklad(account, Priority.CATALOGUE)
    directory.refresh(account, client)
    seen: set[str] = set()
    for rows in (client.assortment.products(), client.assortment.variants(), client.assortment.bundles()):
        for page in _pages(rows):
            _store(account, page)
            seen |= {row["external_id"] for row in page}
    known = set(
        Product.objects.filter(connection=account, present=True).values_list("external_id", flat=True)
    )
    lost = sorted(known - seen)
    for start in range(0, len(lost), PAGE):
        Product.objects.filter(connection=account, external_id__in=lost[start : start + PAGE]).update(
            present=False
        )
    for shop in flows.shops_of(account):
        match_shop(shop)


def match_shop(shop: Shop) -> int:
    """Link what can be linked; parked orders whose goods have a link now go on their way."""
    found = bindings.match(shop)
    if found:
        release(shop, "unlinked_lines")
        wish([shop], None)
    return found


def link(listing: Listing, product: Product) -> int:
    """A person links an item; returns how many waiting orders were let go."""
    bindings.bind(listing, product)
    wish([listing.shop], {product.external_id})
    return release(listing.shop, "unlinked_lines")


def _pages(rows: Iterable[Any]) -> Iterable[list[dict[str, Any]]]:
    source = iter(rows)
    while page := [from_moysklad.product(row) for row in islice(source, PAGE)]:
        yield page


def _store(account: Connection, page: list[dict[str, Any]]) -> None:
    Product.objects.bulk_create(
        [Product(connection=account, **fields) for fields in page],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["connection", "external_id"],
        update_fields=FIELDS,
    )
