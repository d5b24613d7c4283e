"""`/orders` of REST v3: list, one, create, change, batch, trash and delete, notes."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.store import order_schema, orders
from connectors.sandbox.store.batch import run_batch
from connectors.sandbox.store.errors import RestError, not_in_enum, unknown_order
from connectors.sandbox.store.lists import Query, created, page_response, trimmed
from connectors.sandbox.store.order_shape import shown_order
from connectors.sandbox.store.shop import API, Obj, Shop, gmt, local
from connectors.sandbox.store.statuses import known_statuses

HIDDEN_FROM_ANY = ("trash", "checkout-draft", "auto-draft")
SORTS = ("date", "id", "include", "title", "slug", "modified")


class OrderPages:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def listed(self, request: Request) -> Response:
        query = Query(request.query)
        return page_response(
            self.shop, request, query, self.select(query), lambda order: shown_order(self.shop, order), True
        )

    def select(self, query: Query) -> list[Obj]:
        """The orders a list call asks for, in order. `any`, the default, leaves out the trash and checkout drafts."""
        statuses = query.many("status") or ["any"]
        listed = ("any", "trash", *known_statuses(self.shop))
        for place, status in enumerate(statuses):
            if status not in listed:
                raise not_in_enum("status", f"status[{place}]", listed)
        include, exclude = query.ids("include"), query.ids("exclude") or set()
        bounds = {
            name: query.moment(name) for name in ("after", "before", "modified_after", "modified_before")
        }
        customer = query.one("customer")
        search = query.one("search").lower()
        found = [
            order
            for order in self.shop.orders.values()
            if (order["status"] in statuses or ("any" in statuses and order["status"] not in HIDDEN_FROM_ANY))
            and (include is None or order["id"] in include)
            and order["id"] not in exclude
            and within(order["created"], bounds["after"], bounds["before"])
            and within(order["modified"], bounds["modified_after"], bounds["modified_before"])
            and (not customer or str(order["customer_id"]) == customer)
            and (not search or search in searchable(order))
        ]
        field = {"date": "created", "modified": "modified"}.get(query.choice("orderby", "date", SORTS), "id")
        descending = query.choice("order", "desc", ("asc", "desc")) == "desc"
        found.sort(key=lambda order: (order[field], order["id"]), reverse=descending)
        return found

    def get(self, order_id: int, request: Request) -> Response:
        order = shown_order(self.shop, orders.find(self.shop, order_id))
        return json_response(trimmed(order, Query(request.query).many("_fields")))

    def create(self, body: Obj) -> Response:
        order_schema.check(self.shop, body)
        order = orders.create(self.shop, body)
        return created(self.shop, shown_order(self.shop, order), f"/orders/{order['id']}")

    def update(self, order_id: int, body: Obj) -> Response:
        order_schema.check(self.shop, body)
        order = orders.find(self.shop, order_id)
        return json_response(shown_order(self.shop, orders.update(self.shop, order, body)))

    def delete(self, order_id: int, force: bool) -> Response:
        """Without force: to the trash, and the answer still shows the old status. A second trashing is refused with
        410."""
        order = orders.find(self.shop, order_id)
        before = shown_order(self.shop, order)
        if force:
            orders.delete(self.shop, order)
        elif order["status"] == "trash":
            raise RestError(
                410, "woocommerce_rest_already_trashed", "The shop_order has already been deleted."
            )
        else:
            orders.trash(self.shop, order)
            after = shown_order(self.shop, order, status=before["status"])
            before |= {name: after[name] for name in ("date_modified", "date_modified_gmt")}
        return json_response(before)

    def batch(self, body: Obj) -> Response:
        """No schema check here: an unknown status becomes pending, quantities may be decimal. An unknown id is an
        item's 400."""

        def update(item: Obj) -> Any:
            order = self.shop.orders.get(item.get("id", 0))
            if order is None:
                raise RestError(400, "woocommerce_rest_shop_order_invalid_id", "ID is invalid.")
            if item.get("status", "pending") not in known_statuses(self.shop):
                item = item | {"status": "pending"}
            return shown_order(self.shop, orders.update(self.shop, order, item))

        def delete(order_id: int) -> Any:
            before = shown_order(self.shop, orders.find(self.shop, order_id))
            orders.delete(self.shop, self.shop.orders[order_id])
            return before

        def create(item: Obj) -> Any:
            return shown_order(self.shop, orders.create(self.shop, item))

        return run_batch(body, create, update, delete)

    def notes(self, order_id: int, request: Request) -> Response:
        """Newest first, the way WooCommerce lists them, without pages."""
        orders.find(self.shop, order_id)
        kind = Query(request.query).choice("type", "any", ("any", "customer", "internal"))
        return json_response(self.shown_notes(order_id, kind))

    def shown_notes(self, order_id: int, kind: str = "any") -> list[dict[str, Any]]:
        rows = [
            note
            for note in self.shop.notes.get(order_id, [])
            if kind == "any" or note["customer_note"] == (kind == "customer")
        ]
        rows.sort(key=lambda note: -note["at"])
        return [self._shown_note(order_id, note) for note in rows]

    def add_note(self, order_id: int, body: Obj) -> Response:
        orders.find(self.shop, order_id)
        if not body.get("note"):
            message = "Missing parameter(s): note"
            raise RestError(400, "rest_missing_callback_param", message, params=["note"])
        note = self.shop.note(order_id, str(body["note"]), bool(body.get("customer_note", False)))
        return created(self.shop, self._shown_note(order_id, note), f"/orders/{order_id}/notes/{note['id']}")

    def one_note(self, order_id: int, note_id: int, method: str) -> Response:
        notes = self.shop.notes.get(order_id, [])
        note = next((note for note in notes if note["id"] == note_id), None)
        if order_id not in self.shop.orders or note is None:
            raise unknown_order()
        if method == "DELETE":
            notes.remove(note)
        return json_response(self._shown_note(order_id, note))

    def _shown_note(self, order_id: int, note: Obj) -> dict[str, Any]:
        base = f"{self.shop.origin}{API}/orders/{order_id}"
        return {
            "id": note["id"],
            "author": "WooCommerce",
            "date_created": local(note["at"]),
            "date_created_gmt": gmt(note["at"]),
            "note": note["text"],
            "customer_note": note["customer_note"],
            "_links": {
                "self": [{"href": f"{base}/notes/{note['id']}", "targetHints": {"allow": ["GET", "DELETE"]}}],
                "collection": [{"href": f"{base}/notes"}],
                "up": [{"href": base}],
            },
        }


def within(moment: int, after: int | None, before: int | None) -> bool:
    return (after is None or moment > after) and (before is None or moment < before)


def searchable(order: Obj) -> str:
    billing = order["billing"]
    return " ".join([str(order["id"]), *(str(value) for value in billing.values())]).lower()
