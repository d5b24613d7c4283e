"""A refund as `/orders/ID/refunds` shows it: `amount` positive and gross, its lines negative and net."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store.order_shape import shown_amount, shown_fee, shown_goods, shown_shipping
from connectors.sandbox.store.shop import API, Obj, Shop, gmt, local
from connectors.sandbox.store.tax_shape import tax_lines


def shown_refunds(shop: Shop, order: Obj) -> list[dict[str, Any]]:
    """All refunds of an order, the newest first."""
    rows = sorted(shop.refunds_in_sight(order["id"]), key=lambda refund: -refund["id"])
    return [shown_refund(shop, order, refund) for refund in rows]


def shown_refund(shop: Shop, order: Obj, refund: Obj) -> dict[str, Any]:
    base = f"{shop.origin}{API}/orders/{order['id']}"
    return {
        "id": refund["id"],
        "date_created": local(refund["at"]),
        "date_created_gmt": gmt(refund["at"]),
        "amount": shown_amount(refund),
        "reason": refund["reason"],
        "refunded_by": 1,
        "refunded_payment": refund["payment"],
        "meta_data": [dict(meta) for meta in refund["meta_data"]],
        "line_items": [shown_goods(shop, refund, line) for line in refund["line_items"]],
        "shipping_lines": [shown_shipping(refund, line) for line in refund["shipping_lines"]],
        "tax_lines": tax_lines(shop, refund),
        "fee_lines": [shown_fee(refund, line) for line in refund["fee_lines"]],
        "_links": {
            "self": [{"href": f"{base}/refunds/{refund['id']}", "targetHints": {"allow": ["GET", "DELETE"]}}],
            "collection": [{"href": f"{base}/refunds"}],
            "up": [{"href": base}],
        },
    }
