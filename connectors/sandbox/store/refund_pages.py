"""`/orders/ID/refunds` and `/refunds` of REST v3."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.store import orders, refunds
from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.lists import Query, page_response
from connectors.sandbox.store.refund_shape import shown_refund
from connectors.sandbox.store.shop import API, Obj, Shop


class RefundPages:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def listed(self, order_id: int, request: Request) -> Response:
        """Newest first."""
        order = orders.find(self.shop, order_id)
        rows = sorted(self.shop.refunds_in_sight(order_id), key=lambda refund: -refund["id"])
        query = Query(request.query)
        return page_response(self.shop, request, query, rows, lambda row: self._shown(order, row))

    def _shown(self, order: Obj, refund: Obj) -> dict[str, Any]:
        """WooCommerce stores a refund first and its lines one after another: who asks meanwhile sees it without."""
        hidden: Obj = {"line_items": [], "shipping_lines": [], "fee_lines": []}
        half = hidden if self.shop.options.half_stored_refunds else {}
        return shown_refund(self.shop, order, refund | half)

    def of_all_orders(self, request: Request) -> Response:
        """The same with `parent_id`, of every order."""
        rows: list[Obj] = [
            {"order": order, "refund": refund}
            for order in self.shop.orders.values()
            for refund in self.shop.refunds_in_sight(order["id"])
        ]
        rows.sort(key=lambda row: -row["refund"]["id"])

        def shown(row: Obj) -> dict[str, Any]:
            refund = shown_refund(self.shop, row["order"], row["refund"])
            return {"id": refund["id"], "parent_id": row["order"]["id"]} | refund

        return page_response(self.shop, request, Query(request.query), rows, shown)

    def get(self, order_id: int, refund_id: int) -> Response:
        order = orders.find(self.shop, order_id)
        return json_response(shown_refund(self.shop, order, refunds.find(self.shop, order_id, refund_id)))

    def create(self, order_id: int, body: Obj) -> Response:
        """201 with a broken Location, as captured."""
        order = orders.find(self.shop, order_id)
        refund = refunds.create(self.shop, order, body)
        broken = f"{self.shop.origin}{API}/orders/(?P<order_id>[\\d]+)/refunds/{refund['id']}"
        return json_response(shown_refund(self.shop, order, refund), 201, [("Location", broken)])

    def delete(self, order_id: int, refund_id: int, force: bool) -> Response:
        """There is no trash for refunds: force has to be true."""
        order = orders.find(self.shop, order_id)
        refund = refunds.find(self.shop, order_id, refund_id)
        if not force:
            message = "Order refunds do not support trashing."
            raise RestError(501, "woocommerce_rest_trash_not_supported", message)
        shown = shown_refund(self.shop, order, refund)
        refunds.delete(self.shop, order, refund)
        return json_response(shown)
