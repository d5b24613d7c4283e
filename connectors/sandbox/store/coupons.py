"""Coupons of the checkout: percent, fixed for the cart, fixed for a piece; the discount goes into the line totals."""

from __future__ import annotations

import json
from decimal import ROUND_DOWN, Decimal
from typing import Any

from connectors.sandbox.store import money
from connectors.sandbox.store.order_totals import all_taxes
from connectors.sandbox.store.shop import Obj, Shop
from connectors.sandbox.store.taxes import entered, rounded_tax, set_entered


def apply_coupons(shop: Shop, order: Obj, coupons: list[dict[str, Any]]) -> None:
    """One after the other: percents of the undiscounted prices, amounts of what is left."""
    before = [entered(order, line, "total") for line in order["line_items"]]
    for coupon in coupons:
        apply_coupon(shop, order, coupon, before)


def apply_coupon(shop: Shop, order: Obj, coupon: dict[str, Any], before: list[Decimal]) -> None:
    """`code` with `percent`, with `amount`, or with `amount` and `type` fixed_product; `free_shipping` if wanted."""
    lines = order["line_items"]
    left = [max(money.ZERO, entered(order, line, "total")) for line in lines]
    was = net_and_tax(lines)
    for line, rest, part in zip(lines, left, parts_of(order, coupon, before, left), strict=True):
        if part:
            set_entered(order, line, "total", rest - part)
    net, tax = (old - new for old, new in zip(was, net_and_tax(lines), strict=True))
    order["coupon_lines"].append(coupon_line(shop, order, coupon, net, tax))


def net_and_tax(lines: list[Obj]) -> tuple[Decimal, Decimal]:
    """Of all lines, before any rounding."""
    return sum((line["total"] for line in lines), money.ZERO), all_taxes(lines, "total")


def parts_of(order: Obj, coupon: dict[str, Any], before: list[Decimal], left: list[Decimal]) -> list[Decimal]:
    """What the coupon takes off each line, never more than is left of it."""
    unit = Decimal(1).scaleb(-order["decimals"])
    pieces = [line["quantity"] for line in order["line_items"]]
    if "percent" in coupon:
        return percent_parts(money.amount(coupon["percent"]), before, left, order["decimals"])
    off = money.amount(coupon.get("amount", 0))
    if coupon.get("type") == "fixed_product":
        return [
            min(rest, money.rounded(off * count, order["decimals"]))
            for rest, count in zip(left, pieces, strict=True)
        ]
    return fixed_parts(min(off, sum(left, money.ZERO)), pieces, left, unit)


def percent_parts(
    percent: Decimal, before: list[Decimal], left: list[Decimal], decimals: int
) -> list[Decimal]:
    """Shares rounded down; the last line that can bear it takes what rounding left."""
    wanted = money.rounded(sum(before, money.ZERO) * percent / 100, decimals)
    parts = [
        min(rest, money.rounded(price * percent / 100, decimals, ROUND_DOWN))
        for price, rest in zip(before, left, strict=True)
    ]
    for place in reversed(range(len(parts))):
        more = min(left[place] - parts[place], wanted - sum(parts, money.ZERO))
        parts[place] += max(money.ZERO, more)
    return parts


def fixed_parts(off: Decimal, pieces: list[Decimal], left: list[Decimal], unit: Decimal) -> list[Decimal]:
    """Evenly by pieces, what a cheap line cannot bear goes to the others; as captured."""
    parts = [money.ZERO] * len(left)
    while off > 0:
        bearing = [place for place in range(len(left)) if left[place] > parts[place] and pieces[place] > 0]
        if not bearing:
            break
        each = (off / sum(pieces[place] for place in bearing)).quantize(unit, ROUND_DOWN)
        for place in bearing:
            wanted = max(unit, (each * pieces[place]).quantize(unit, ROUND_DOWN))
            more = min(wanted, off, left[place] - parts[place])
            parts[place] += more
            off -= more
    return parts


def coupon_line(shop: Shop, order: Obj, coupon: dict[str, Any], net: Decimal, tax: Decimal) -> Obj:
    code = str(coupon["code"]).lower()
    kind = "percent" if "percent" in coupon else str(coupon.get("type", "fixed_cart"))
    nominal = money.number(money.amount(coupon.get("percent", coupon.get("amount"))))
    id_ = shop.coupons[code]["id"] if code in shop.coupons else shop.next("post")
    shop.coupons[code] = {**coupon, "id": id_}
    info = [id_, code, None if kind == "fixed_cart" else kind, nominal]
    return {
        "id": shop.next("item"),
        "code": code,
        "discount": money.rounded(net, order["decimals"]),
        "discount_tax": rounded_tax(order, tax),
        "kind": kind,
        "nominal": nominal,
        "free_shipping": bool(coupon.get("free_shipping", False)),
        "meta": [shop.meta("coupon_info", json.dumps(info, ensure_ascii=False, separators=(",", ":")))],
    }
