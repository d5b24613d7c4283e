"""Refunds: by amount or by lines, with restock, as `/orders/ID/refunds` and `/refunds` show them."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.store import money, orders, stock
from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.lists import Query, page_response
from connectors.sandbox.store.order_lines import find_line, totals
from connectors.sandbox.store.order_shape import shown_goods
from connectors.sandbox.store.shop import API, Obj, Shop, find_meta, gmt, local, now


class RefundPages:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def listed(self, order_id: int, request: Request) -> Response:
        orders.find(self.shop, order_id)
        rows = sorted(self.shop.refunds.get(order_id, []), key=lambda refund: -refund["id"])
        query = Query(request.query)
        return page_response(self.shop, request, query, rows, lambda row: self._shown(order_id, row))

    def of_all_orders(self, request: Request) -> Response:
        rows = [(order_id, refund) for order_id, refunds in self.shop.refunds.items() for refund in refunds]
        rows.sort(key=lambda row: -row[1]["id"])
        wrapped: list[Obj] = [{"order_id": order_id, "refund": refund} for order_id, refund in rows]

        def shown(row: Obj) -> dict[str, Any]:
            refund = self._shown(row["order_id"], row["refund"])
            return {"id": refund["id"], "parent_id": row["order_id"]} | refund

        return page_response(self.shop, request, Query(request.query), wrapped, shown)

    def one(self, order_id: int, refund_id: int, method: str) -> Response:
        orders.find(self.shop, order_id)
        refunds = self.shop.refunds.get(order_id, [])
        refund = next((refund for refund in refunds if refund["id"] == refund_id), None)
        if refund is None:
            raise RestError(404, "woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.")
        if method == "DELETE":
            refunds.remove(refund)  # no stock, no modified date: only hooks could tell
        return json_response(self._shown(order_id, refund))

    def create(self, order_id: int, body: Obj) -> Response:
        """201 with a broken Location, as captured. Over the rest of the total: HTTP 500 with the bare number as
        data."""
        order = orders.find(self.shop, order_id)
        lines = [self._line(order, given) for given in body.get("line_items") or ()]
        amount = sum(line["total"] + line["total_tax"] for line in lines)
        if body.get("amount") is not None:
            amount = money.kopecks(body["amount"])
        done = sum(refund["amount"] for refund in self.shop.refunds.get(order_id, []))
        total = totals(order)["total"]
        if amount <= 0 or amount > total - done:
            code = "woocommerce_rest_cannot_create_order_refund"
            raise RestError(500, code, "Invalid refund amount.", bare=True)
        full = amount == total - done
        refund: Obj = {
            "id": self.shop.next("post"),
            "at": now(),
            "amount": amount,
            "tax": sum(line["total_tax"] for line in lines),
            "reason": str(body.get("reason", "")),
            "kind": "full" if full else "partial",
            "lines": lines,
            "meta_id": self.shop.next("meta"),
        }
        self.shop.refunds.setdefault(order_id, []).append(refund)
        if body.get("api_restock", True):
            self._restock(order, lines)
        order["modified"] = now()
        if full and order["status"] != "refunded":
            order["status"] = "refunded"
        self.shop.touch(order_id, "updated")
        broken = f"{self.shop.origin}{API}/orders/(?P<order_id>[\\d]+)/refunds/{refund['id']}"
        return json_response(self._shown(order_id, refund), 201, [("Location", broken)])

    def _line(self, order: Obj, given: Obj) -> Obj:
        source = find_line(order["line_items"], given.get("id"))
        if source is None:
            code = "woocommerce_rest_invalid_line_item"
            raise RestError(400, code, "Line item does not belong to this order.")
        tax = sum(money.kopecks(item.get("refund_total", 0)) for item in given.get("refund_tax") or ())
        total = money.kopecks(given.get("refund_total", 0))
        return source | {
            "id": self.shop.next("item"),
            "quantity": int(given.get("quantity", 0)),
            "subtotal": total,
            "subtotal_tax": tax,
            "total": total,
            "total_tax": tax,
            "meta": [self.shop.meta("_refunded_item_id", str(source["id"]))],
            "source": source["id"],
        }

    def _restock(self, order: Obj, lines: list[Obj]) -> None:
        for line in lines:
            source = find_line(order["line_items"], line["source"])
            if source is None or not order["stock_taken"]:
                continue
            pieces = min(line["quantity"], stock.taken(source))
            stock.move(self.shop, source, -pieces)
            if pieces:
                meta = find_meta(source["meta"], "_restock_refunded_items")
                if meta is None:
                    source["meta"].append(self.shop.meta("_restock_refunded_items", str(pieces)))
                else:
                    meta["value"] = str(int(meta["value"]) + pieces)

    def _shown(self, order_id: int, refund: Obj) -> dict[str, Any]:
        """`amount` is positive and gross; quantities and totals of the lines are negative and net."""
        base = f"{self.shop.origin}{API}/orders/{order_id}"
        return {
            "id": refund["id"],
            "date_created": local(refund["at"]),
            "date_created_gmt": gmt(refund["at"]),
            "amount": money.text(refund["amount"]),
            "reason": refund["reason"],
            "refunded_by": 1,
            "refunded_payment": False,
            "meta_data": [{"id": refund["meta_id"], "key": "_refund_type", "value": refund["kind"]}],
            "line_items": [self._shown_line(line) for line in refund["lines"]],
            "shipping_lines": [],
            "tax_lines": [],
            "fee_lines": [],
            "_links": {
                "self": [
                    {"href": f"{base}/refunds/{refund['id']}", "targetHints": {"allow": ["GET", "DELETE"]}}
                ],
                "collection": [{"href": f"{base}/refunds"}],
                "up": [{"href": base}],
            },
        }

    def _shown_line(self, line: Obj) -> dict[str, Any]:
        negative = {
            name: -line[name] for name in ("quantity", "subtotal", "subtotal_tax", "total", "total_tax")
        }
        return shown_goods(self.shop, line | negative)
