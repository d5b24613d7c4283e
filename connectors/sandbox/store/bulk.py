"""Large catalogues in seconds: simple goods by the hundred thousand, and products with tens of thousands of variations;
named as the account's stand-in names the goods it makes in bulk."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store.product_attributes import chosen, of_product
from connectors.sandbox.store.products import new_product
from connectors.sandbox.store.shop import Obj, Shop
from connectors.sandbox.store.stock import follow_quantity


def seed_products(
    shop: Shop,
    simple: int = 0,
    variations: int = 0,
    parents: int = 1,
    prefix: str = "B",
    price: str = "100.00",
    stock: int | None = 10,
) -> dict[str, Any]:
    """SKUs: `B-000001` simple; `BV-000001` a parent, `BV-000001-1` its variations, so many for each of the parents.
    Without a `stock` nothing manages any.

    Returns the ids `first`, `last` and a list of those of the `parents`.
    """
    known = len(shop.products)
    for number in range(1, simple + 1):
        sku = f"{prefix}-{number:06d}"
        stocked(new_product(shop, "simple", f"Товар {sku}", sku), price, stock)
    made: list[int] = []
    for number in range(1, parents + 1 if variations else 1):
        made.append(with_variations(shop, variations, f"{prefix}V-{number:06d}", price, stock))
    ids = list(shop.products)[known:]
    return {"first": ids[0], "last": ids[-1], "parents": made} if ids else {"parents": []}


def with_variations(shop: Shop, count: int, sku: str, price: str, stock: int | None) -> int:
    parent = new_product(shop, "variable", f"Товар {sku}", sku)
    options = [str(number) for number in range(1, count + 1)]
    size = of_product(0, {"id": 1, "options": options, "variation": True, "visible": True})
    parent["attributes"] = [size]
    ids = []
    for option in options:
        name = f"{parent['name']} - {option}"
        variation = new_product(shop, "variation", name, f"{sku}-{option}", parent_id=parent["id"])
        variation["attributes"] = (chosen(size, option),)
        stocked(variation, price, stock)
        ids.append(variation["id"])
    parent["variations"] = ids
    shop.products.unsynced.add(parent["id"])
    return int(parent["id"])


def stocked(product: Obj, price: str, stock: int | None) -> None:
    product["regular_price"] = price
    if stock is not None:
        product |= {"manage_stock": True, "stock_quantity": stock}
        follow_quantity(product)
