"""Changes of an order's goods → the body of `PUT /orders/ID` (WooCommerce REST v3, "Update an order").

Amounts go net; WooCommerce works out taxes and totals itself and leaves coupon lines alone as long as none is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bridge.domain.money import to_text
from bridge.domain.order import Charge, Line, Order
from bridge.domain.order_edit import ChargeEdit, LineEdit, net_of


def body(order: Order, lines: Sequence[LineEdit], charge: ChargeEdit | None) -> dict[str, Any]:
    """What is sent: quantity, subtotal and total of each changed line, since WooCommerce follows none from another."""
    known = {line.source_id: line for line in order.lines}
    found: dict[str, Any] = {}
    if lines:
        found["line_items"] = [_line(order, edit, known.get(edit.line_id)) for edit in lines]
    if charge is not None:
        key = "shipping_lines" if charge.kind == "shipping" else "fee_lines"
        found[key] = [_charge(order, charge)]
    return found


def _line(order: Order, edit: LineEdit, line: Line | None) -> dict[str, Any]:
    if line is not None and not edit.quantity:
        return {"id": int(edit.line_id), "quantity": 0}
    product, variation = edit.item
    identity: dict[str, Any] = {"id": int(edit.line_id)} if line is not None else {"product_id": int(product)}
    if line is None and variation:
        identity["variation_id"] = int(variation)
    return {
        **identity,
        "quantity": int(edit.quantity),
        "subtotal": to_text(net_of(edit.subtotal_minor, line, order), order.currency),
        "total": to_text(net_of(edit.total_minor, line, order), order.currency),
    }


def _charge(order: Order, edit: ChargeEdit) -> dict[str, Any]:
    charge: Charge | None = next((x for x in order.charges if x.source_id == edit.charge_id), None)
    total = to_text(net_of(edit.total_minor, charge, order), order.currency)
    return {"id": int(edit.charge_id), "total": total} if charge else {"name": edit.name, "total": total}
