"""The warehouse an order is written to: the first of the shop's, or the first that has everything of the order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from bridge.catalog.models import BundlePart, Product, StockLevel
from bridge.connections.models import Shop
from bridge.domain.order import Order
from bridge.sync.document import lines

SERVICE, BUNDLE = Product.Kind.SERVICE, Product.Kind.BUNDLE


def store_of(shop: Shop, order: Order) -> str:
    """By the shop's choice, in the order of its warehouses; where none has everything, the first. '' without one."""
    if shop.pick_store != Shop.PickStore.STOCKED or len(shop.store_ids) < 2:
        return shop.first_store_id
    wanted = _pieces(shop, order)
    there = _levels(shop, wanted)
    for store in shop.store_ids:
        if all(there[item, store] >= quantity for item, quantity in wanted.items()):
            return str(store)
    return shop.first_store_id


def _pieces(shop: Shop, order: Order) -> Mapping[str, Decimal]:
    """What the order takes, by item; bundles as their parts, services left out."""
    known = lines.look_up(shop, order.lines)
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    bundles: dict[int, Decimal] = defaultdict(Decimal)
    for line in order.lines:
        binding = getattr(known.get((line.product_id, line.variation_id)), "binding", None)
        if binding is None or binding.product.kind == SERVICE:
            continue
        if binding.product.kind == BUNDLE:
            bundles[binding.product_id] += line.quantity
        else:
            wanted[binding.product.external_id] += line.quantity
    for part in BundlePart.objects.filter(bundle__in=bundles) if bundles else ():
        wanted[part.item_external_id] += part.quantity * bundles[part.bundle_id]
    return wanted


def _levels(shop: Shop, items: Mapping[str, Decimal]) -> Mapping[tuple[str, str], Decimal]:
    rows = StockLevel.objects.filter(
        connection=shop.account, stock_type=shop.stock_type, product_external_id__in=list(items)
    ).values_list("product_external_id", "store_id", "quantity")
    return defaultdict(Decimal, {(item, store): quantity for item, store, quantity in rows})
