"""Totals of an order anew: every line is taxed by the rates of today; coupons are applied again only if sent."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.store import money
from connectors.sandbox.store.coupons import apply_coupons
from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.order_lines import LINE_KINDS
from connectors.sandbox.store.shop import Obj, Shop
from connectors.sandbox.store.taxes import Taxes, on_top, precise, rates_for, set_net, shop_rates, store

# A PUT with any of these recalculates the whole order; one without leaves every amount alone.
CAUSES = ("billing", "shipping", *LINE_KINDS, "coupon_lines")


def is_due(body: Obj) -> bool:
    return any(body.get(name) is not None for name in CAUSES)


def take_rates_of_today(shop: Shop, order: Obj) -> None:
    """Those of the shop's table now; an order placed with rates of its own has these for a table."""
    if not order["own_rates"]:
        order["rates"] = shop_rates(shop)


def recalculate(order: Obj) -> None:
    """Net amounts stay, taxes follow from them: goods, then what depends on the goods."""
    for line in order["line_items"]:
        for name in ("subtotal", "total"):
            set_net(order, line, name, line[name])
    for line in order["shipping_lines"] + order["fee_lines"]:
        if line["total"] < 0:
            store(order, line, "total", line["total"], taxes_of_discount(order, line["total"]))
        elif "method_id" in line and not order["line_items"]:
            store(
                order, line, "total", line["total"], {}
            )  # shipping is taxed like the goods: no goods, no tax
        else:
            set_net(order, line, "total", line["total"])


def taxes_of_discount(order: Obj, net: Decimal) -> Taxes:
    """A negative fee is spread over all it reduces and takes their taxes, whatever its own tax status says."""
    lines = [line for kind in LINE_KINDS for line in order[kind] if line["total"] > 0]
    whole = sum((line["total"] for line in lines), money.ZERO)
    found: Taxes = {}
    for line in lines if order["line_items"] else ():
        for rate_id, tax in on_top(net * line["total"] / whole, rates_for(order, line)).items():
            found[rate_id] = found.get(rate_id, money.ZERO) + tax
    return precise(order, found)


def check_coupons(shop: Shop, order: Obj, body: Obj) -> None:
    """A code that is not on the order must be a valid coupon; those on it are not looked at before they are gone."""
    for code in codes(body):
        if code not in {line["code"] for line in order["coupon_lines"]}:
            coupon_of(shop, code)


def apply_anew(shop: Shop, order: Obj, body: Obj) -> None:
    """All coupons go, lines cost their subtotal, then the sent ones are applied; the first bad one ends it there."""
    order["coupon_lines"] = []
    for line in order["line_items"]:
        set_net(order, line, "total", line["subtotal"])
    good: list[Obj] = []
    try:
        for code in codes(body):
            good.append(coupon_of(shop, code))
    finally:
        apply_coupons(shop, order, good)


def codes(body: Obj) -> list[str]:
    return [str(row.get("code", "")).lower() for row in body.get("coupon_lines") or ()]


def coupon_of(shop: Shop, code: str) -> Obj:
    coupon = shop.coupons.get(code)
    if coupon is not None and not coupon.get("expired"):
        return coupon
    why = "has expired." if coupon else "cannot be applied because it does not exist."
    raise RestError(400, "woocommerce_rest_invalid_coupon", f"Coupon &quot;{code}&quot; {why}")
