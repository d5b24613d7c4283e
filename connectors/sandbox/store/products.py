"""What happens to products and variations: creation and changes, the trash and the end, as WooCommerce does it."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store import prices, stock
from connectors.sandbox.store.catalogue import Product
from connectors.sandbox.store.errors import RestError, unknown_product, unknown_variation
from connectors.sandbox.store.product_attributes import of_product, of_variation
from connectors.sandbox.store.product_body import (
    STATUSES,
    STOCK_STATUSES,
    TYPES,
    barcode,
    check_unique,
    check_visibility,
    given,
    number_sent,
    switch,
)
from connectors.sandbox.store.shop import Obj, Shop, now, set_meta

USE_VARIATIONS = (
    "To manipulate product variations you should use the "
    "/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
)
KEEPS_NO_STOCK = ("grouped", "external")


def new_product(shop: Shop, type_: str, name: str = "", sku: str = "", **more: Any) -> Product:
    at = now()
    product = Product(id=shop.next("post"), created=at, modified=at, type=type_, name=name, sku=sku, **more)
    shop.products.add(product)
    return product


def find(shop: Shop, product_id: int) -> Product:
    product = shop.products.get(product_id)
    if product is None or product["type"] == "variation":
        raise unknown_product()
    return product


def find_variation(shop: Shop, parent_id: int, variation_id: int) -> Product:
    variation = shop.products.get(variation_id)
    if variation is None or variation["parent_id"] != parent_id or variation["type"] != "variation":
        raise unknown_variation()
    return variation


def create(shop: Shop, body: Obj) -> Product:
    if body.get("id"):
        raise RestError(400, "woocommerce_rest_product_exists", "Cannot create existing product.")
    if body.get("type") == "variation":
        raise RestError(404, "woocommerce_rest_invalid_product_id", USE_VARIATIONS)
    check(shop, body, 0)
    return change(shop, new_product(shop, "simple"), body)


def create_variation(shop: Shop, parent: Product, body: Obj) -> Product:
    """It takes from the body the attributes its parent has for variations, and its name from them."""
    if body.get("id"):
        raise RestError(
            400, "woocommerce_rest_product_variation_exists", "Cannot create existing product_variation."
        )
    check(shop, body, 0)
    variation = new_product(shop, "variation", parent["name"], parent_id=parent["id"])
    parent["variations"] = [*parent["variations"], variation["id"]]
    return change(shop, variation, body)


def check(shop: Shop, body: Obj, own_id: int) -> None:
    """Everything that refuses an item comes before its first change."""
    check_unique(shop, body, own_id)
    check_visibility(body)


def change(shop: Shop, product: Product, body: Obj, who: str = "rest") -> Product:
    """Only what is named changes; what a batch does not check is stored as WooCommerce makes of it."""
    if who == "rest":
        shop.refusals.check(product["id"])
        shop.items_written += 1
    check(shop, body, product["id"])
    sent = given(body)
    put = shop.products.put
    if "type" in sent and product["type"] != "variation":
        put(product, "type", sent["type"] if sent["type"] in TYPES else "simple")
    if "status" in sent:
        put(product, "status", sent["status"] if sent["status"] in STATUSES else "draft")
    if "sku" in sent:
        put(product, "sku", str(sent["sku"]))
    if "global_unique_id" in sent:
        put(product, "global_unique_id", barcode(sent["global_unique_id"]))
    read_words(shop, product, sent)
    prices.read(product, sent)
    read_meta(shop, product, sent)
    read_stock(shop, product, sent, who)
    shop.products.saved(product)
    return product


def read_words(shop: Shop, product: Product, sent: Obj) -> None:
    """A variation is named after its parent and attributes, whatever is sent."""
    variation = product["type"] == "variation"
    names = (
        ("description",) if variation else ("name", "description", "short_description", "catalog_visibility")
    )
    product |= {name: str(sent[name]) for name in names if name in sent}
    if "weight" in sent:
        product["weight"] = prices.formatted(sent["weight"])
    if "categories" in sent and not variation:
        known = [row.get("id") for row in sent["categories"] if row.get("id") in shop.categories]
        product["categories"] = tuple(known) or (15,)
    if "attributes" in sent and not variation:
        product["attributes"] = [of_product(place, row) for place, row in enumerate(sent["attributes"])]
    if "attributes" in sent and variation:
        parent = shop.products[product["parent_id"]]
        product["attributes"] = of_variation(parent["attributes"], sent["attributes"])
        options = ", ".join(row["option"] for row in product["attributes"])
        product["name"] = f"{parent['name']} - {options}" if options else parent["name"]


def read_meta(shop: Shop, product: Product, sent: Obj) -> None:
    metas = [dict(meta) for meta in product["meta_data"]]
    for row in sent.get("meta_data") or ():
        if row.get("value") is not None or any(meta["key"] == row["key"] for meta in metas):
            set_meta(shop, metas, str(row["key"]), row.get("value"))
    if metas or product["meta_data"]:
        product["meta_data"] = metas


def read_stock(shop: Shop, product: Product, sent: Obj, who: str) -> None:
    """Without managed stock there is neither number nor backorders; with it the status follows from the number."""
    manages = switch(sent["manage_stock"]) if "manage_stock" in sent else product["manage_stock"]
    product["manage_stock"] = manages and product["type"] not in KEEPS_NO_STOCK
    if not product["manage_stock"]:
        product |= {"stock_quantity": None, "backorders": "no"}
        if "stock_status" in sent:
            known = sent["stock_status"] in STOCK_STATUSES and product["type"] != "external"
            product["stock_status"] = sent["stock_status"] if known else "instock"
        return
    if "backorders" in sent:
        product["backorders"] = str(sent["backorders"])
    if "stock_quantity" in sent:
        stock.write(shop, product, number_sent(sent["stock_quantity"]), who)
    stock.follow_quantity(product)


def trash(shop: Shop, product: Product) -> None:
    """A variable product takes its variations along (source)."""
    for id_ in (product["id"], *product["variations"]):
        one = shop.products[id_]
        if one["status"] != "trash":
            one["trashed_from"] = one["status"]
            shop.products.put(one, "status", "trash")
            shop.products.saved(one)


def untrash(shop: Shop, product: Product) -> None:
    for id_ in (product["id"], *product["variations"]):
        one = shop.products[id_]
        if one["status"] == "trash":
            shop.products.put(one, "status", one["trashed_from"] or "draft")
            shop.products.saved(one)


def delete(shop: Shop, product: Product) -> None:
    for id_ in product["variations"]:
        shop.products.drop(shop.products[id_])
    shop.products.drop(product)
    parent = shop.products.get(product["parent_id"])
    if parent is not None:
        parent["variations"] = [id_ for id_ in parent["variations"] if id_ != product["id"]]
        shop.products.saved(parent)
