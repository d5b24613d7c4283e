"""The fake checkout: an order the way the block checkout leaves one, from a few words."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from connectors.sandbox.store import money, orders
from connectors.sandbox.store.order_lines import (
    apply_coupon,
    fee_line,
    goods_line,
    set_subtotal,
    set_total,
    shipping_line,
)
from connectors.sandbox.store.orders import BILLING, SHIPPING, blank_order
from connectors.sandbox.store.shop import Obj, Shop

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


def place(
    shop: Shop,
    lines: dict[str, int] | list[dict[str, Any]],
    *,
    shipping: tuple[str, str] | None = ("Курьер", "350.00"),
    coupon: dict[str, Any] | None = None,
    fees: list[dict[str, Any]] | None = None,
    status: str = "processing",
    payment_method: str = "cod",
    currency: str = "RUB",
    customer_note: str = "",
    created: str | None = None,
    number: str | None = None,
    meta: dict[str, Any] | None = None,
    created_via: str = "store-api",
    shipping_address: dict[str, str] | None = None,
    **buyer: str,
) -> Obj:
    """A placed order. See README for the arguments; LookupError for a SKU the shop does not have."""
    order = blank_order(shop, created_via)
    address = BUYER | {name: value for name, value in buyer.items() if name in BILLING}
    unknown = set(buyer) - set(BILLING)
    if unknown:
        raise TypeError(f"unknown arguments {sorted(unknown)}")
    order["billing"] |= address
    order["shipping"] |= {name: value for name, value in address.items() if name in SHIPPING}
    order["shipping"] |= shipping_address or {}
    order |= {
        "currency": currency,
        "customer_note": customer_note,
        "payment_method": payment_method,
        "payment_method_title": PAYMENTS.get(payment_method, payment_method),
        "customer_ip_address": "127.0.0.1",
        "customer_user_agent": "Mozilla/5.0",
        "cart_hash": hashlib.md5(order["order_key"].encode()).hexdigest(),  # noqa: S324
    }
    if number is not None:
        order["number"] = number
    for name in HASHES:
        order["meta_data"].append(shop.meta(name, shop.letters(32).lower()))
    order["meta_data"].append(shop.meta("is_vat_exempt", "no"))
    for name, value in (meta or {}).items():
        order["meta_data"].append(shop.meta(name, value))
    wanted = (
        [{"sku": sku, "quantity": count} for sku, count in lines.items()]
        if isinstance(lines, dict)
        else lines
    )
    order["line_items"] = [line_of(shop, given) for given in wanted]
    if shipping is not None:
        order["shipping_lines"].append(shipping_of(shop, order, *shipping))
    order["fee_lines"] = [fee_line(shop, fee["name"], money.kopecks(fee["total"])) for fee in fees or ()]
    if coupon is not None:
        amount = money.kopecks(coupon["amount"]) if "amount" in coupon else None
        apply_coupon(shop, order, coupon["code"], coupon.get("percent"), amount)
    shop.orders[order["id"]] = order
    if created is not None:
        order["created"] = int(datetime.fromisoformat(created).timestamp())
    if status != "pending":
        orders.change_status(shop, order, status)
    shop.touch(order["id"], "created")
    return order


def line_of(shop: Shop, given: dict[str, Any]) -> Obj:
    """`{"sku", "quantity", "total"?, "subtotal"?, "name"?}`: totals are what the buyer pays for the line, tax included.

    Without a sku, `product_id` is looked up and may be unknown: the line then has no product, as after its deletion.
    """
    if "sku" in given:
        product = shop.by_sku(given["sku"])
        if product is None:
            raise LookupError(f"no product with SKU {given['sku']!r}")
    else:
        product = shop.products.get(int(given.get("product_id", 0)))
    line = goods_line(shop, product, int(given.get("quantity", 1)))
    if "name" in given:
        line["name"] = given["name"]
    if "subtotal" in given:
        set_subtotal(shop, line, money.kopecks(given["subtotal"]))
        set_total(shop, line, money.kopecks(given["subtotal"]))
    if "total" in given:
        set_total(shop, line, money.kopecks(given["total"]))
        if "subtotal" not in given:
            set_subtotal(
                shop, line, max(money.kopecks(given["total"]), line["subtotal"] + line["subtotal_tax"])
            )
    return line


def shipping_of(shop: Shop, order: Obj, title: str, total: str) -> Obj:
    line = shipping_line(shop, title, money.kopecks(total), instance_id="1")
    items = ", ".join(f"{goods['name']} &times; {goods['quantity']}" for goods in order["line_items"])
    line["meta"].append(shop.meta("Items", items))
    return line
