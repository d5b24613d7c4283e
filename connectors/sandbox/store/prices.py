"""Prices of goods as WooCommerce keeps them: which one holds now, a sale with dates, and what a variable product
shows."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.sandbox.store import money
from connectors.sandbox.store.shop import SHOP_ZONE, Obj, Shop

SYNCED = ("variable", "grouped")  # they have no price of their own


def formatted(value: Any) -> str:
    """`wc_format_decimal`: a string keeps its zeros, what is no digit falls out; a JSON number loses needless zeros."""
    if isinstance(value, float):
        return money.short(money.rounded(money.amount(value), 6))
    text = str(value).replace(",", ".")
    return re.sub(r"\.(?![^.]+$)|[^0-9.-]", "", text)


def moment(given: Any, gmt: bool) -> int | None:
    """A date of a sale in Unix seconds; "" takes it away. ValueError for what is no date (WooCommerce leaves the old
    one)."""
    if not given:
        return None
    found = datetime.fromisoformat(str(given).replace("Z", "+00:00"))
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC if gmt else SHOP_ZONE)
    return int(found.timestamp())


def read(product: Obj, given: Obj) -> None:
    """Prices and dates of a body. A sale price that is not below the regular one is dropped."""
    if product["type"] in SYNCED:
        product |= {"regular_price": "", "sale_price": "", "sale_from": None, "sale_to": None}
        return
    for name in ("regular_price", "sale_price"):
        if name in given:
            product[name] = formatted(given[name])
    if ("regular_price" in given or "sale_price" in given) and not below_regular(product):
        product["sale_price"] = ""
    for name, field in (("date_on_sale_from", "sale_from"), ("date_on_sale_to", "sale_to")):
        for suffix in ("", "_gmt"):
            if name + suffix in given:
                read_date(product, field, given[name + suffix], bool(suffix))


def read_date(product: Obj, field: str, given: Any, gmt: bool) -> None:
    try:
        product[field] = moment(given, gmt)
    except ValueError:
        return  # WooCommerce swallows a date it cannot read


def worth(price: str) -> Decimal:
    """What a batch left in a price need not be a number."""
    try:
        return money.amount(price)
    except ValueError:
        return money.ZERO


def below_regular(product: Obj) -> bool:
    sale, regular = product["sale_price"], product["regular_price"]
    return bool(sale and regular) and worth(sale) < worth(regular)


def on_sale(product: Obj) -> bool:
    if product["type"] in SYNCED:
        return bool(product["on_sale"])
    if not product["sale_price"] or not below_regular(product):
        return False
    at = time.time()
    return (product["sale_from"] or 0) <= at <= (product["sale_to"] or at)


def active(product: Obj) -> str:
    """What it costs now, as though the cron that begins and ends sales were never late."""
    if product["type"] in SYNCED:
        return str(product["price"])
    return str(product["sale_price"] if on_sale(product) else product["regular_price"])


def sync(shop: Shop, parent: Obj) -> None:
    """A variable product shows its cheapest variation and is in stock while one of them is. Done when somebody looks,
    for a parent may have 50,000."""
    if parent["id"] not in shop.products.unsynced:
        return
    shop.products.unsynced.discard(parent["id"])
    children = [shop.products[id_] for id_ in parent["variations"] if id_ in shop.products]
    sold = [child for child in children if child["status"] != "trash"]
    priced = [price for child in sold if (price := active(child))]
    parent["price"] = min(priced, key=worth) if priced else ""
    parent["on_sale"] = any(on_sale(child) for child in sold)
    if parent["manage_stock"] is not True and sold:
        statuses = {child["stock_status"] for child in sold}
        parent["stock_status"] = next(
            one for one in ("instock", "onbackorder", "outofstock") if one in statuses
        )
