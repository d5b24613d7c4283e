"""Lines of an order: goods, shipping, fees, with the taxes of their class."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.store import money, prices
from connectors.sandbox.store.shop import Obj, Shop
from connectors.sandbox.store.taxes import set_entered, set_net

LINE_KINDS = ("line_items", "shipping_lines", "fee_lines")


def pieces(shop: Shop, given: Any) -> Decimal:
    """A quantity as the shop keeps it."""
    found = money.amount(given)
    return found if shop.options.decimal_quantities else Decimal(int(found))


def taxed(given: Obj) -> Obj:
    """What every line knows of its taxes."""
    tax_class = str(given.get("tax_class") or "")
    return {
        "tax_class": "" if tax_class == "standard" else tax_class,
        "tax_status": str(given.get("tax_status", "taxable")),
        "taxes": {},
    }


def goods_line(shop: Shop, order: Obj, product: Obj | None, given: Obj) -> Obj:
    """A line at the shop's price. Without a product it is the empty line WooCommerce makes of an unknown id."""
    line: Obj = {
        "id": shop.next("item"),
        "product": product is not None,
        "name": "",
        "product_id": 0,
        "variation_id": 0,
        "quantity": pieces(shop, given.get("quantity", 1)),
        "meta": [],
    } | taxed(given)
    price = money.ZERO
    if product is not None:
        price = money.amount(prices.active(product))
        describe(shop, line, product)
    for name in ("subtotal", "total"):
        set_entered(order, line, name, money.rounded(price * line["quantity"], order["decimals"]))
    return line


def describe(shop: Shop, line: Obj, product: Obj) -> None:
    """Name and ids; a variation's attributes are meta of the line."""
    variation = product["type"] == "variation"
    line["name"] = product["name"]
    line["product_id"] = product["parent_id"] if variation else product["id"]
    line["variation_id"] = product["id"] if variation else 0
    for attribute in product["attributes"] if variation else ():
        line["meta"].append(
            shop.meta(attribute["key"], attribute["value"])
            | {"label": attribute["name"], "shown": attribute["option"]}
        )


def read_goods(shop: Shop, order: Obj, given: Obj) -> Obj:
    """A REST `line_items[]` element: product_id, variation_id or sku, quantity, subtotal and total (net, as REST takes
    them), meta_data."""
    product = shop.products.get(given.get("variation_id") or given.get("product_id") or 0)
    if given.get("sku") and product is None:
        product = shop.by_sku(given["sku"])
    line = goods_line(shop, order, product, given)
    if given.get("name"):
        line["name"] = str(given["name"])
    for name in ("subtotal", "total"):
        if name in given:
            set_net(order, line, name, money.amount(given[name]))
    if "total" not in given and "subtotal" in given:
        set_net(order, line, "total", line["subtotal"])
    return line


def shipping_line(
    shop: Shop, order: Obj, given: Obj, method_id: str = "flat_rate", instance_id: str = ""
) -> Obj:
    """`method_title`, `total` (net); if wanted `method_id`, `instance_id`, tax_status."""
    method = str(given.get("method_id") or method_id)
    line = {
        "id": shop.next("item"),
        "method_title": str(given.get("method_title") or method),
        "method_id": method,
        "instance_id": str(given.get("instance_id") or instance_id),
        "meta": [],
    } | taxed(given)
    set_net(order, line, "total", money.amount(given.get("total")))
    return line


def fee_line(shop: Shop, order: Obj, given: Obj) -> Obj:
    """`name`, `total` (net, may be negative); if wanted tax_class, tax_status."""
    line = {"id": shop.next("item"), "name": str(given.get("name") or ""), "meta": []} | taxed(given)
    set_net(order, line, "total", money.amount(given.get("total")))
    return line


def scaled(order: Obj, line: Obj, quantity: Decimal) -> dict[str, str]:
    """Net amounts of a line for another quantity, as the form of wp-admin proposes them."""
    parts = {name: line[name] * quantity / line["quantity"] for name in ("subtotal", "total")}
    return {name: money.text(part, order["decimals"]) for name, part in parts.items()}


def find_line(lines: list[Obj], id_: Any) -> Obj | None:
    return next((line for line in lines if line["id"] == id_), None)


def line_of_sku(shop: Shop, order: Obj, sku: str) -> Obj:
    """The goods line of a SKU. LookupError when the order has none."""
    product = shop.by_sku(sku)
    lines: list[Obj] = order["line_items"]
    for line in lines:
        if product and (line["variation_id"] or line["product_id"]) == product["id"]:
            return line
    raise LookupError(f"order {order['id']} has no line of {sku!r}")
