"""Fills the shop with the same catalogue as the account; stock on the site starts equal to what is free there."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import quote

from connectors.sandbox.seed import SIZES, Item, Seed
from connectors.sandbox.store import money
from connectors.sandbox.store.products import new_product
from connectors.sandbox.store.shop import Obj, Shop
from connectors.sandbox.store.stock import follow_quantity

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
            keep_stock(new_product(shop, "simple", item.name, item.sku), item)


def parent_of(shop: Shop, item: Item) -> Obj:
    parent = new_product(shop, "variable", item.name, item.sku)
    parent["variations"] = []
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
    name = f"{item.name} - {item.size}"
    variation = new_product(shop, "variation", name, item.sku, parent_id=parent["id"])
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
    keep_stock(variation, item)
    shop.products.unsynced.add(parent["id"])


def keep_stock(product: Obj, item: Item) -> None:
    product["regular_price"] = money.short(Decimal(item.price) / 100)
    product["manage_stock"] = True
    product["stock_quantity"] = sum(item.stock)
    follow_quantity(product)
