"""Taxes as REST v3 shows them: `taxes` of a line, `tax_lines` of an order or a refund, `/taxes` of the shop."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store import money
from connectors.sandbox.store.order_totals import tax_sums
from connectors.sandbox.store.shop import API, Obj, Shop
from connectors.sandbox.store.taxes import shop_rates

ALLOW = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def line_taxes(line: Obj, decimals: int) -> list[dict[str, Any]]:
    """One entry per rate, a rate of 0 % with "0.00"; the subtotal of shipping and fees is ""."""
    subtotals = line["taxes"].get("subtotal", {})
    return [
        {
            "id": rate_id,
            "total": money.text(tax, decimals),
            "subtotal": money.text(subtotals[rate_id], decimals) if rate_id in subtotals else "",
        }
        for rate_id, tax in line["taxes"]["total"].items()
    ]


def tax_lines(shop: Shop, order: Obj) -> list[dict[str, Any]]:
    """One per rate that is in any line."""
    cart, shipping = tax_sums(order)
    decimals = order["decimals"]
    return [
        {
            "id": tax_item(shop, order, rate["id"]),
            "rate_code": rate["code"],
            "rate_id": rate["id"],
            "label": rate["name"],
            "compound": rate["compound"],
            "tax_total": money.text(cart.get(rate["id"], money.ZERO), decimals),
            "shipping_tax_total": money.text(shipping.get(rate["id"], money.ZERO), decimals),
            "rate_percent": money.number(rate["percent"]),
            "meta_data": [],
        }
        for rate in order["rates"]
        if rate["id"] in cart or rate["id"] in shipping
    ]


def tax_item(shop: Shop, order: Obj, rate_id: int) -> int:
    """The id of the tax line, the same every time it is shown."""
    items: dict[int, int] = order["tax_items"]
    if rate_id not in items:
        items[rate_id] = shop.next("item")
    return items[rate_id]


def shown_rates(shop: Shop) -> list[dict[str, Any]]:
    """`/taxes`."""
    base = f"{shop.origin}{API}/taxes"
    return [
        {
            "id": rate["id"],
            "country": "RU",
            "state": "",
            "postcode": "",
            "city": "",
            "rate": f"{rate['percent']:.4f}",
            "name": rate["name"],
            "priority": rate["priority"],
            "compound": rate["compound"],
            "shipping": rate["shipping"],
            "order": rate["priority"],
            "class": rate["class"] or "standard",
            "postcodes": [],
            "cities": [],
            "_links": {
                "self": [{"href": f"{base}/{rate['id']}", "targetHints": {"allow": ALLOW}}],
                "collection": [{"href": base}],
            },
        }
        for rate in shop_rates(shop)
    ]
