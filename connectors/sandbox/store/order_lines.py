"""Lines of an order: goods, shipping, fees, coupons; net amounts and taxes as WooCommerce splits them."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store import money
from connectors.sandbox.store.shop import Obj, Shop

LINE_KINDS = ("line_items", "shipping_lines", "fee_lines")


def goods_line(shop: Shop, product: Obj | None, quantity: int) -> Obj:
    """A line at the shop's price. Without a product it is the empty line WooCommerce makes of an unknown id."""
    line: Obj = {
        "id": shop.next("item"),
        "product": product is not None,
        "name": "",
        "product_id": 0,
        "variation_id": 0,
        "quantity": quantity,
        "meta": [],
        "subtotal": 0,
        "subtotal_tax": 0,
        "total": 0,
        "total_tax": 0,
    }
    if product is not None:
        variation = product["type"] == "variation"
        line["name"] = product["name"]
        line["product_id"] = product["parent_id"] if variation else product["id"]
        line["variation_id"] = product["id"] if variation else 0
        for attribute in product["attributes"] if variation else ():
            line["meta"].append(
                shop.meta(attribute["key"], attribute["value"])
                | {"label": attribute["name"], "shown": attribute["option"]}
            )
        set_subtotal(shop, line, money.kopecks(product["price"] or 0) * quantity)
        set_total(shop, line, line["subtotal"] + line["subtotal_tax"])
    return line


def set_subtotal(shop: Shop, line: Obj, gross: int) -> None:
    line["subtotal"], line["subtotal_tax"] = money.share(gross, shop.options.tax_percent)


def set_total(shop: Shop, line: Obj, gross: int) -> None:
    line["total"], line["total_tax"] = money.share(gross, shop.options.tax_percent)


def read_goods(shop: Shop, given: Obj) -> Obj:
    """A REST `line_items[]` element: product_id, variation_id or sku, quantity, subtotal and total (net, as REST takes
    them)."""
    product = shop.products.get(given.get("variation_id") or given.get("product_id") or 0)
    if given.get("sku") and product is None:
        product = shop.by_sku(given["sku"])
    line = goods_line(shop, product, int(given.get("quantity", 1)))
    if given.get("name"):
        line["name"] = str(given["name"])
    for name in ("subtotal", "total"):
        if name in given:
            line[name] = money.kopecks(given[name])
            line[f"{name}_tax"] = money.on_top(line[name], shop.options.tax_percent)
    if "total" not in given and "subtotal" in given:
        line["total"], line["total_tax"] = line["subtotal"], line["subtotal_tax"]
    return line


def shipping_line(
    shop: Shop, title: str, net: int, method_id: str = "flat_rate", instance_id: str = ""
) -> Obj:
    return {
        "id": shop.next("item"),
        "method_title": title,
        "method_id": method_id,
        "instance_id": instance_id,
        "total": net,
        "total_tax": money.on_top(net, shop.options.tax_percent),
        "meta": [],
    }


def fee_line(shop: Shop, name: str, net: int) -> Obj:
    tax = money.on_top(net, shop.options.tax_percent)
    return {"id": shop.next("item"), "name": name, "total": net, "total_tax": tax, "meta": []}


def apply_coupon(shop: Shop, order: Obj, code: str, percent: float | None, amount: int | None) -> None:
    """Take a coupon off the goods, last kopeck included, and keep the coupon line. Percent or a fixed amount of the
    cart."""
    lines = [line for line in order["line_items"] if line["total"] + line["total_tax"] > 0]
    gross = [line["total"] + line["total_tax"] for line in lines]
    whole = sum(gross)
    off = min(whole, round(whole * percent / 100) if percent is not None else amount or 0)
    left = off
    for place, line in enumerate(lines):
        part = left if place == len(lines) - 1 else min(left, off * gross[place] // whole)
        left -= part
        set_total(shop, line, gross[place] - part)
    net, tax = money.share(off, shop.options.tax_percent)
    kind, nominal = ("percent", percent) if percent is not None else ("fixed_cart", (amount or 0) / 100)
    order["coupon_lines"].append(
        {
            "id": shop.next("item"),
            "code": code.lower(),
            "discount": net,
            "discount_tax": tax,
            "kind": kind,
            "nominal": int(nominal or 0) if nominal == int(nominal or 0) else nominal,
            "meta": [],
        }
    )


def totals(order: Obj) -> dict[str, int]:
    """What the lines add up to. The discount is what goods lost between subtotal and total."""
    if order.get("waiting_totals"):
        return dict(order["waiting_totals"])
    goods, shipping, fees = order["line_items"], order["shipping_lines"], order["fee_lines"]

    def add(lines: list[Obj], name: str) -> int:
        return sum(int(line[name]) for line in lines)

    cart_tax = add(goods, "total_tax") + add(fees, "total_tax")
    shipping_tax = add(shipping, "total_tax")
    return {
        "discount_total": add(goods, "subtotal") - add(goods, "total"),
        "discount_tax": add(goods, "subtotal_tax") - add(goods, "total_tax"),
        "shipping_total": add(shipping, "total"),
        "shipping_tax": shipping_tax,
        "cart_tax": cart_tax,
        "total_tax": cart_tax + shipping_tax,
        "total": add(goods, "total") + add(shipping, "total") + add(fees, "total") + cart_tax + shipping_tax,
    }


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
