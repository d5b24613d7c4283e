"""An item of MoySklad as its fields are made of it: with the product it is a variant of, and what its parts cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from bridge.catalog.models import BundlePart, Product
from bridge.connections.models import DirectoryEntry, Shop
from bridge.portions import portions


class Goods(NamedTuple):
    """An item with what it takes from elsewhere: a variant from its product, a bundle its cost from its parts."""

    product: Product
    parent: Product | None = None
    cost: Decimal | None = None  # of a bundle's parts, in the account's currency

    def fact(self, name: str) -> Any:
        """A fact of the item's own, else of the product it is a variant of."""
        own = self.product.facts.get(name)
        return own or (self.parent.facts.get(name) if self.parent else own)

    def price(self, type_id: str) -> list[Any] | None:
        for one in (self.product, self.parent):
            if one is not None and (found := (one.facts.get("prices") or {}).get(type_id)):
                return list(found)
        return None


def goods_of(shop: Shop, products: Iterable[Product]) -> dict[int, Goods]:
    """These items with what they take from others, by primary key."""
    found = {product.pk: product for product in products}
    parents = _by_external_id(shop, {one.parent_external_id for one in found.values()} - {""})
    costs = _costs_of_bundles(shop, [pk for pk, one in found.items() if one.kind == Product.Kind.BUNDLE])
    return {pk: Goods(one, parents.get(one.parent_external_id), costs.get(pk)) for pk, one in found.items()}


def _costs_of_bundles(shop: Shop, bundles: Collection[int]) -> dict[int, Decimal]:
    """What the parts of each bundle cost together, in the account's currency; a bundle with a part of unknown cost is
    left out.
    """
    if not bundles:
        return {}
    parts = list(BundlePart.objects.filter(bundle_id__in=bundles))
    items = _by_external_id(shop, {part.item_external_id for part in parts})
    above = _by_external_id(shop, {item.parent_external_id for item in items.values()} - {""})
    rates = _rates(shop)
    costs: dict[int, Decimal] = {}
    unknown: set[int] = set()
    for part in parts:
        item = items.get(part.item_external_id)
        cost = Goods(item, above.get(item.parent_external_id)).fact("cost") if item else None
        rate = rates.get(str(cost[1])) if cost else None
        if not cost or rate is None:
            unknown.add(part.bundle_id)
            continue
        value = Decimal(int(cost[0])) / 100 * rate * part.quantity
        costs[part.bundle_id] = costs.get(part.bundle_id, Decimal(0)) + value
    return {pk: cost for pk, cost in costs.items() if pk not in unknown}


def _rates(shop: Shop) -> dict[str, Decimal]:
    rows = DirectoryEntry.objects.filter(connection=shop.account_id, kind=DirectoryEntry.Kind.CURRENCY)
    found = rows.values_list("external_id", "rate", "is_default")
    return {one: rate or Decimal(1) for one, rate, usual in found if rate or usual}


def _by_external_id(shop: Shop, ids: Collection[str]) -> dict[str, Product]:
    found: dict[str, Product] = {}
    for part in portions(sorted(ids)):
        rows = Product.objects.filter(connection=shop.account_id, external_id__in=part)
        found |= {row.external_id: row for row in rows}
    return found
