"""What happens to products and variations: creation and changes, unique SKUs, prices and stock as WooCommerce keeps
them."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store import money, stock
from connectors.sandbox.store.errors import RestError, invalid_param, unknown_product, unknown_variation
from connectors.sandbox.store.shop import Obj, Shop, now

TYPES = ("simple", "grouped", "external", "variable")
STOCK_STATUSES = ("instock", "outofstock", "onbackorder")


def blank_product(shop: Shop, type_: str, name: str, sku: str) -> Obj:
    id_, moment = shop.next("post"), now()
    product: Obj = {
        "id": id_,
        "type": type_,
        "name": name,
        "status": "publish",
        "sku": sku,
        "price": "",
        "regular_price": "",
        "sale_price": "",
        "manage_stock": False,
        "stock_quantity": None,
        "stock_status": "instock",
        "backorders": "no",
        "weight": "",
        "parent_id": 0,
        "attributes": [],
        "variations": [],
        "meta_data": [],
        "created": moment,
        "modified": moment,
    }
    shop.products[id_] = product
    return product


def find(shop: Shop, product_id: int) -> Obj:
    product = shop.products.get(product_id)
    if product is None or product["type"] == "variation":
        raise unknown_product()
    return product


def find_variation(shop: Shop, parent_id: int, variation_id: int) -> Obj:
    variation = shop.products.get(variation_id)
    if variation is None or variation["parent_id"] != parent_id or variation["type"] != "variation":
        raise unknown_variation()
    return variation


def create(shop: Shop, body: Obj) -> Obj:
    check_sku(shop, body, 0)
    product = blank_product(shop, str(body.get("type", "simple")), str(body.get("name", "")), "")
    return change(shop, product, body)


def change(shop: Shop, product: Obj, body: Obj) -> Obj:
    """Only what is named changes. A stock_quantity that is no number is stored as 0 (single calls check it before)."""
    check_sku(shop, body, product["id"])
    for name in ("name", "sku", "status", "weight", "backorders"):
        if name in body:
            product[name] = str(body[name])
    if "manage_stock" in body:
        product["manage_stock"] = bool(body["manage_stock"])
        if not product["manage_stock"]:
            product["stock_quantity"] = None
    if "stock_status" in body and product["manage_stock"] is not True:
        product["stock_status"] = body["stock_status"]
    if "stock_quantity" in body and product["manage_stock"] is True:
        stock.set_quantity(product, whole_number(body["stock_quantity"]))
    for name in ("regular_price", "sale_price"):
        if name in body:
            product[name] = str(body[name])
    product["price"] = product["sale_price"] or product["regular_price"]
    for given in body.get("meta_data") or ():
        old = next((meta for meta in product["meta_data"] if meta["key"] == given["key"]), None)
        if old is None:
            product["meta_data"].append(shop.meta(str(given["key"]), given.get("value")))
        else:
            old["value"] = given.get("value")
    product["modified"] = now()
    refresh_parent(shop, product)
    return product


def refresh_parent(shop: Shop, product: Obj) -> None:
    """A variable product shows its cheapest variation and is in stock while one of them is."""
    parent = shop.products.get(product["parent_id"]) or product
    if parent["type"] != "variable":
        return
    children = [shop.products[id_] for id_ in parent["variations"] if id_ in shop.products]
    priced = [child["price"] for child in children if child["price"]]
    parent["price"] = min(priced, key=money.amount) if priced else ""
    if parent["manage_stock"] is not True and children:
        available = any(child["stock_status"] != "outofstock" for child in children)
        parent["stock_status"] = "instock" if available else "outofstock"


def delete(shop: Shop, product: Obj) -> None:
    for id_ in product["variations"]:
        shop.products.pop(id_, None)
    del shop.products[product["id"]]
    parent = shop.products.get(product["parent_id"])
    if parent is not None:
        parent["variations"].remove(product["id"])
        refresh_parent(shop, parent)


def check_sku(shop: Shop, body: Obj, own_id: int) -> None:
    other = shop.by_sku(str(body.get("sku") or ""))
    if other is not None and other["id"] != own_id:
        raise RestError(
            400,
            "product_invalid_sku",
            "Invalid or duplicated SKU.",
            resource_id=other["id"],
            unique_sku=f"{other['sku']}-1",
        )


def check_types(body: Obj) -> None:
    """What single calls check and batches do not."""
    quantity = body.get("stock_quantity")
    if quantity is not None and (isinstance(quantity, bool) or not is_number(quantity)):
        raise invalid_param("stock_quantity", "rest_invalid_type", "stock_quantity is not of type integer.")
    if "stock_status" in body and body["stock_status"] not in STOCK_STATUSES:
        listed = f"{', '.join(STOCK_STATUSES[:-1])}, and {STOCK_STATUSES[-1]}"
        raise invalid_param("stock_status", "rest_not_in_enum", f"stock_status is not one of {listed}.")


def is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def whole_number(value: Any) -> int:
    return int(float(value)) if is_number(value) else 0
