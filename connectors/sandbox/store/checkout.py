"""The fake checkout: an order the way the block checkout leaves one, from a few words."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.store import money, orders
from connectors.sandbox.store.coupons import apply_coupons
from connectors.sandbox.store.order_edits import line_meta
from connectors.sandbox.store.order_lines import fee_line, goods_line, shipping_line
from connectors.sandbox.store.orders import BILLING, SHIPPING, blank_order
from connectors.sandbox.store.shop import Obj, Shop, now
from connectors.sandbox.store.taxes import entered, rate, set_entered

PAYMENTS = {"cod": "Оплата при получении", "bacs": "Банковский перевод", "": ""}
BUYER = {
    "first_name": "Пётр",
    "last_name": "Сидоров",
    "address_1": "ул. Ленина, 10",
    "address_2": "кв. 5",
    "city": "Москва",
    "state": "Москва",
    "postcode": "101000",
    "country": "RU",
    "email": "buyer@example.test",
    "phone": "+7 999 123-45-67",
}
HASHES = ("_shipping_hash", "_coupons_hash", "_fees_hash", "_taxes_hash")
ATTRIBUTION = "_wc_order_attribution_"


def place(
    shop: Shop,
    lines: dict[str, float] | list[dict[str, Any]],
    *,
    shipping: Any = ("Курьер", "350.00"),
    coupon: dict[str, Any] | None = None,
    coupons: list[dict[str, Any]] | None = None,
    fees: list[dict[str, Any]] | None = None,
    status: str = "processing",
    created: str | None = None,
    paid: bool | str = False,
    **order_and_buyer: Any,
) -> Obj:
    """A placed order. See README for the arguments; LookupError for a SKU the shop does not have."""
    order = blank_order(shop, str(order_and_buyer.pop("created_via", "store-api")))
    read_conditions(order, order_and_buyer)
    read_order(shop, order, order_and_buyer)
    read_buyer(order, order_and_buyer)
    wanted = [{"sku": sku, "quantity": n} for sku, n in lines.items()] if isinstance(lines, dict) else lines
    order["line_items"] = [line_of(shop, order, given) for given in wanted]
    order["shipping_lines"] = [shipping_of(shop, order, given) for given in shipping_given(shipping)]
    order["fee_lines"] = [
        fee_line(shop, order, fee) | {"meta": line_meta(shop, fee.get("meta"))} for fee in fees or ()
    ]
    apply_coupons(shop, order, [*([coupon] if coupon else []), *(coupons or ())])
    shop.orders[order["id"]] = order
    if created is not None:
        order["created"] = moment(created)
    if paid:
        order["paid"] = now() if paid is True else moment(paid)
    if status != "pending":
        orders.change_status(shop, order, status)
    shop.touch(order["id"], "created")
    return order


def moment(text: str) -> int:
    """ISO date to Unix seconds; without an offset it is UTC."""
    found = datetime.fromisoformat(text)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def read_conditions(order: Obj, given: dict[str, Any]) -> None:
    """What decides the order's arithmetic, when it differs from the shop's."""
    for name in ("currency", "decimals", "prices_include_tax", "round_at_subtotal"):
        if given.get(name) is not None:
            order[name] = given[name]
        given.pop(name, None)
    rates = given.pop("tax_rates", None)
    if rates is not None:
        order["own_rates"] = True
        order["rates"] = [rate(place, row) for place, row in enumerate(rates, start=1)]


def read_order(shop: Shop, order: Obj, given: dict[str, Any]) -> None:
    """Plain fields and meta; what is read leaves `given`."""
    method = str(given.pop("payment_method", "cod"))
    order |= {
        "customer_note": str(given.pop("customer_note", "")),
        "customer_id": int(given.pop("customer_id", 0)),
        "transaction_id": str(given.pop("transaction_id", "")),
        "payment_method": method,
        "payment_method_title": str(given.pop("payment_method_title", PAYMENTS.get(method, method))),
        "customer_ip_address": "127.0.0.1",
        "customer_user_agent": "Mozilla/5.0",
        "cart_hash": hashlib.md5(order["order_key"].encode()).hexdigest(),  # noqa: S324
    }
    number = given.pop("number", None)
    if number is not None:
        order["number"] = str(number)
    metas = dict.fromkeys(HASHES) | {"is_vat_exempt": "no"} | (given.pop("meta", None) or {})
    for name, value in (given.pop("attribution", None) or {}).items():
        metas[f"{ATTRIBUTION}{name}"] = value
    order["meta_data"] = [
        shop.meta(name, shop.letters(32).lower() if name in HASHES and value is None else value)
        for name, value in metas.items()
    ]


def read_buyer(order: Obj, given: dict[str, Any]) -> None:
    """What is left are fields of the billing address, which is the shipping address too unless told otherwise."""
    elsewhere = given.pop("shipping_address", None) or {}
    unknown = set(given) - set(BILLING)
    if unknown:
        raise TypeError(f"unknown arguments {sorted(unknown)}")
    address = BUYER | given
    order["billing"] |= address
    order["shipping"] |= {name: value for name, value in address.items() if name in SHIPPING}
    order["shipping"] |= elsewhere


def line_of(shop: Shop, order: Obj, given: dict[str, Any]) -> Obj:
    """`{"sku", "quantity", "total"?, "subtotal"?, "name"?, "tax_class"?, "tax_status"?, "meta"?}`: totals are what the
    buyer pays for the line, with or without tax as the shop enters prices.

    Without a sku, `product_id` is looked up and may be unknown: the line then has no product, as after its deletion.
    """
    if "sku" in given:
        product = shop.by_sku(given["sku"])
        if product is None:
            raise LookupError(f"no product with SKU {given['sku']!r}")
    else:
        product = shop.products.get(int(given.get("product_id", 0)))
    line = goods_line(shop, order, product, given)
    line["name"] = given.get("name", line["name"])
    line["meta"] += line_meta(shop, given.get("meta"))
    total = given.get("total", given.get("subtotal"))
    if total is not None:
        set_entered(order, line, "total", money.amount(total))
        listed = max(money.amount(total), entered(order, line, "subtotal"))
        set_entered(order, line, "subtotal", money.amount(given.get("subtotal", listed)))
    return line


def shipping_given(shipping: Any) -> list[dict[str, Any]]:
    """(title, total), {"title", "total", ...}, a list of either, or None."""
    if shipping is None:
        return []
    several = isinstance(shipping, list) and not (shipping and isinstance(shipping[0], str))
    rows = shipping if several else [shipping]
    return [row if isinstance(row, dict) else {"title": row[0], "total": row[1]} for row in rows]


def shipping_of(shop: Shop, order: Obj, given: dict[str, Any]) -> Obj:
    line = shipping_line(shop, order, {"method_title": given["title"]} | given, instance_id="1")
    items = ", ".join(
        f"{goods['name']} &times; {money.short(goods['quantity'])}" for goods in order["line_items"]
    )
    line["meta"] = [shop.meta("Items", items), *line_meta(shop, given.get("meta"))]
    return line
