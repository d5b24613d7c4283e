"""A return in MoySklad as a refund of the site → the body of `POST /orders/ID/refunds` (WooCommerce REST v3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.domain.money import spread, to_minor, to_text
from bridge.domain.refunds import Refund, RefundedCharge, RefundedLine
from bridge.mapping.from_woocommerce import ORIGIN
from bridge.mapping.site_stock import to_number

Wire = Mapping[str, Any]
Weights = dict[str, int]


def refund_body(refund: Refund, order: Wire, currency: str, *, mark: str, reason: str) -> dict[str, Any]:
    """No money moves by it and no stock: the gateway is not asked, and stock comes from MoySklad.

    `order` is the site's, for the tax rates of its lines; `mark` tells the refund again as ours.
    """
    rates = _rates(order, currency)
    return {
        "api_refund": False,
        "api_restock": False,
        "amount": to_text(refund.total_minor, currency),
        "reason": reason,
        "meta_data": [{"key": ORIGIN, "value": mark}],
        "line_items": [
            *(
                {**_amounts(x, x.line_id, rates, currency), "quantity": to_number(x.quantity)}
                for x in refund.lines
            ),
            *(_amounts(x, x.charge_id, rates, currency) for x in refund.charges),
        ],
    }


def _amounts(
    part: RefundedLine | RefundedCharge, row_id: str, rates: Mapping[str, Weights], currency: str
) -> dict[str, Any]:
    """Net, and the tax by rate: WooCommerce takes both as they come and works out neither."""
    weights = rates.get(row_id, {})
    if not part.tax_minor or not weights:
        return {"id": int(row_id), "refund_total": to_text(part.total_minor, currency)}
    taxes = zip(weights, spread(part.tax_minor, list(weights.values())), strict=True)
    return {
        "id": int(row_id),
        "refund_total": to_text(part.total_minor - part.tax_minor, currency),
        "refund_tax": [{"id": int(rate), "refund_total": to_text(tax, currency)} for rate, tax in taxes],
    }


def _rates(order: Wire, currency: str) -> dict[str, Weights]:
    """What each tax rate took of each line, shipping and fee, by their ids."""
    rows = [row for key in ("line_items", "shipping_lines", "fee_lines") for row in order.get(key) or []]
    return {
        str(row["id"]): {
            str(tax["id"]): abs(to_minor(tax["total"], currency))
            for tax in row.get("taxes") or []
            if tax.get("total") not in ("", None)
        }
        for row in rows
    }
