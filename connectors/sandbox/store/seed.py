"""Fills the shop with the same catalogue as the account; stock on the site starts equal to what is free there."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import quote

from connectors.sandbox.seed import SIZES, Item, Seed
from connectors.sandbox.store import money
from connectors.sandbox.store.products import blank_product, refresh_parent
from connectors.sandbox.store.shop import Obj, Shop
from connectors.sandbox.store.stock import set_quantity

SIZE_SLUG = "pa_size"


def fill(shop: Shop, seed: Seed) -> None:
    parents: dict[str, Obj] = {}
    for item in seed.catalogue():
        if not item.on_site:
            continue
        if item.kind == "parent":
            parents[item.article] = parent_of(shop, item)
        elif item.kind == "variant":
            variation_of(shop, item, parents[item.parent])
        else:
            keep_stock(shop, blank_product(shop, "simple", item.name, item.sku), item)


def parent_of(shop: Shop, item: Item) -> Obj:
    parent = blank_product(shop, "variable", item.name, item.sku)
    parent["attributes"] = [
        {
            "id": 1,
            "name": "Размер",
            "slug": SIZE_SLUG,
            "position": 0,
            "visible": True,
            "variation": True,
            "options": list(SIZES),
        }
    ]
    return parent


def variation_of(shop: Shop, item: Item, parent: Obj) -> None:
    variation = blank_product(shop, "variation", f"{item.name} - {item.size}", item.sku)
    variation["parent_id"] = parent["id"]
    variation["attributes"] = [
        {
            "id": 1,
            "name": "Размер",
            "slug": SIZE_SLUG,
            "option": item.size,
            "key": SIZE_SLUG,
            "value": quote(item.size.lower()),
        }
    ]
    parent["variations"].append(variation["id"])
    keep_stock(shop, variation, item)
    refresh_parent(shop, variation)


def keep_stock(shop: Shop, product: Obj, item: Item) -> None:
    product["regular_price"] = product["price"] = money.short(Decimal(item.price) / 100)
    product["manage_stock"] = True
    set_quantity(product, sum(item.stock))
