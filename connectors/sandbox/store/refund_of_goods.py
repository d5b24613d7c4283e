"""The refund box of wp-admin filled in: pieces by SKU, shipping, fees, or an amount alone, as a REST body."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.store import money, refunds
from connectors.sandbox.store.order_lines import LINE_KINDS, line_of_sku
from connectors.sandbox.store.shop import Obj, Shop
from connectors.sandbox.store.taxes import on_top, rates_for, settled


def refund_body(
    shop: Shop,
    order: Obj,
    lines: dict[str, float] | None = None,
    amount: str | None = None,
    shipping: bool | str | None = None,
    fees: bool = False,
) -> Obj:
    """`lines` {sku: pieces} at what the order asked for them; `shipping` True for what is left of it, or a net amount
    of the first shipping line; `fees` True for what is left of them.

    With nothing named: all that is left. `amount` alone: no lines; with lines it overrides theirs.
    """
    if lines is None and amount is None and not shipping and not fees:
        return everything(shop, order)
    given = []
    for sku, pieces in (lines or {}).items():
        given.append(pieces_of(shop, order, line_of_sku(shop, order, sku), money.amount(pieces)))
    if shipping is True:
        given += [rest_of(shop, order, line) for line in order["shipping_lines"]]
    elif shipping:
        given.append(part_of(order, order["shipping_lines"][0], money.amount(shipping)))
    if fees:
        given += [rest_of(shop, order, line) for line in order["fee_lines"]]
    return {"line_items": given} | ({} if amount is None else {"amount": amount})


def everything(shop: Shop, order: Obj) -> Obj:
    """All lines that are left, and the whole rest as the amount."""
    lines = [line for kind in LINE_KINDS for line in order[kind]]
    amount = money.text(refunds.remaining(shop, order), order["decimals"])
    return {"line_items": [rest_of(shop, order, line) for line in lines], "amount": amount}


def earlier(shop: Shop, order: Obj, line: Obj) -> list[Obj]:
    """What earlier refunds took of a line."""
    rows = shop.refunds.get(order["id"], [])
    return [
        row for refund in rows for kind in LINE_KINDS for row in refund[kind] if row["source"] == line["id"]
    ]


def rest_of(shop: Shop, order: Obj, line: Obj) -> Obj:
    if "quantity" not in line:
        return filled(shop, order, line, Decimal(1))
    left = line["quantity"] + sum(row["quantity"] for row in earlier(shop, order, line))
    return pieces_of(shop, order, line, left)


def pieces_of(shop: Shop, order: Obj, line: Obj, pieces: Decimal) -> Obj:
    """The last piece takes what rounding left, so that all pieces together are the line to the last kopeck."""
    upto = pieces - sum(row["quantity"] for row in earlier(shop, order, line))
    return filled(shop, order, line, upto / line["quantity"]) | {"quantity": money.number(pieces)}


def filled(shop: Shop, order: Obj, line: Obj, upto: Decimal) -> Obj:
    """The part of a line up to a share of it, less what earlier refunds took."""
    rows = earlier(shop, order, line)
    decimals = order["decimals"]

    def left(whole: Decimal, taken: list[Decimal]) -> str:
        return money.text(money.rounded(whole * upto, decimals) + sum(taken), decimals)

    taxes = {
        rate_id: left(tax, [row["taxes"]["total"].get(rate_id, money.ZERO) for row in rows])
        for rate_id, tax in settled(order, line["taxes"]["total"]).items()
    }
    return body_line(line, left(line["total"], [row["total"] for row in rows]), taxes)


def part_of(order: Obj, line: Obj, net: Decimal) -> Obj:
    """A net amount with its taxes on top."""
    decimals = order["decimals"]
    taxes = {id_: money.text(tax, decimals) for id_, tax in on_top(net, rates_for(order, line)).items()}
    return body_line(line, money.text(net, decimals), taxes)


def body_line(line: Obj, total: str, taxes: dict[int, str]) -> dict[str, Any]:
    given: dict[str, Any] = {"id": line["id"], "refund_total": total}
    rows = [{"id": rate_id, "refund_total": tax} for rate_id, tax in taxes.items()]
    return given | ({"refund_tax": rows} if rows else {})
