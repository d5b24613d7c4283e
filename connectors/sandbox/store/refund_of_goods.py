"""The refund box of wp-admin filled in: pieces by SKU, shipping, fees, or an amount alone, as a REST body."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store import money
from connectors.sandbox.store.order_lines import LINE_KINDS, line_of_sku
from connectors.sandbox.store.shop import Obj, Shop


def refund_body(
    shop: Shop,
    order: Obj,
    lines: dict[str, float] | None = None,
    amount: str | None = None,
    shipping: bool | str | None = None,
    fees: bool = False,
) -> Obj:
    """`lines` {sku: pieces} at what the order asked for them; `shipping` True for what is left of it, or a net amount.

    With nothing named: all that is left. `amount` alone: no lines; with lines it overrides theirs.
    """
    if lines is None and amount is None and not shipping and not fees:
        lines, shipping, fees = all_goods(shop, order), True, True
    given = [pieces_of(shop, order, sku, pieces) for sku, pieces in (lines or {}).items()]
    if shipping:
        net = None if shipping is True else money.kopecks(shipping)
        given += [rest_of(shop, order, line, net) for line in order["shipping_lines"]]
    if fees:
        given += [rest_of(shop, order, line) for line in order["fee_lines"]]
    return {"line_items": given} | ({} if amount is None else {"amount": amount})


def all_goods(shop: Shop, order: Obj) -> dict[str, float]:
    found: dict[str, float] = {}
    for line in order["line_items"]:
        product = shop.products.get(line["variation_id"] or line["product_id"])
        left = line["quantity"] - done(shop, order, line, "quantity")
        if product and left:
            found[product["sku"]] = left
    return found


def done(shop: Shop, order: Obj, line: Obj, name: str) -> Any:
    """How much of a line earlier refunds took."""
    return -sum(
        row[name]
        for refund in shop.refunds.get(order["id"], [])
        for kind in LINE_KINDS
        for row in refund[kind]
        if row["source"] == line["id"]
    )


def pieces_of(shop: Shop, order: Obj, sku: str, pieces: float) -> Obj:
    """The last piece takes what rounding left, so that all pieces together are the line to the last kopeck."""
    line = line_of_sku(shop, order, sku)
    upto = done(shop, order, line, "quantity") + pieces
    parts = {
        name: line[name] * upto // line["quantity"] - done(shop, order, line, name)
        for name in ("total", "total_tax")
    }
    return filled(line, parts["total"], parts["total_tax"]) | {"quantity": pieces}


def rest_of(shop: Shop, order: Obj, line: Obj, net: int | None = None) -> Obj:
    total, tax = (line[name] - done(shop, order, line, name) for name in ("total", "total_tax"))
    if net is not None:
        total, tax = net, line["total_tax"] * net // line["total"]
    return filled(line, total, tax)


def filled(line: Obj, total: int, tax: int) -> Obj:
    given: Obj = {"id": line["id"], "refund_total": money.text(total)}
    return given | ({"refund_tax": [{"id": 1, "refund_total": money.text(tax)}]} if tax else {})
