"""Sales that no stock report tells of yet: of the shops of an account, by item, bundles as their parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from bridge.catalog.models import BundlePart, Listing, Product
from bridge.connections.models import Connection, Shop
from bridge.orders.sales import Sale

BUNDLE = Product.Kind.BUNDLE

# Shop and product of a variation whose product keeps its stock.
Parent = tuple[int, str]


def in_flight(account: Connection, stock_type: str) -> Mapping[str, Decimal]:
    """Pieces by the item's external id, as they are missing in reports of this kind of stock."""
    column = "unshipped" if stock_type == Shop.StockType.STOCK else "in_flight"
    # The index of such rows alone serves it. Whose account they are is asked here: a database without statistics would
    # rather look for the sales of every item of the account.
    rows = Sale.objects.filter(**{f"{column}__gt": 0}).values_list(
        "listing__shop__account_id",
        "listing__shop_id",
        "listing__product_id",
        "listing__keeper",
        "product_id",
        "product__external_id",
        "product__kind",
        column,
    )
    found: dict[str, Decimal] = defaultdict(Decimal)
    bundles: dict[int, Decimal] = defaultdict(Decimal)
    unlinked: dict[Parent, Decimal] = defaultdict(Decimal)
    for owner, shop, parent, keeper, product, item, kind, pieces in rows.iterator(chunk_size=1000):
        if owner != account.pk:
            continue
        if product is None:
            if keeper == Listing.Keeper.PARENT:
                unlinked[shop, parent] += pieces
            continue
        found[item] += pieces
        if kind == BUNDLE:
            bundles[product] += pieces
    for part in BundlePart.objects.filter(bundle__in=bundles) if bundles else ():
        found[part.item_external_id] += part.quantity * bundles[part.bundle_id]
    for item, pieces in _of_parents(unlinked) if unlinked else ():
        found[item] += pieces
    return found


def _of_parents(unlinked: Mapping[Parent, Decimal]) -> Iterator[tuple[str, Decimal]]:
    """Sales of variations nobody linked, whose product keeps their stock and is linked: they are off its number."""
    shops, products = zip(*unlinked, strict=True)
    parents = Listing.objects.filter(
        shop_id__in=set(shops), product_id__in=set(products), variation_id="", binding__isnull=False
    ).values_list("shop_id", "product_id", "binding__product__external_id")
    for shop, product, item in parents:
        yield item, unlinked.get((shop, product), Decimal(0))
