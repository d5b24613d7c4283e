"""Orders of the site: read along their changes, changed, annotated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.woocommerce.client import WooCommerce

API = "/wp-json/wc/v3"

Make = Callable[..., WooCommerce]


def test_orders_modified_since_are_read_oldest_change_first(
    make_shop: Make, stub: Any, reply: Any, payload: Any
) -> None:
    capture = payload("woocommerce/orders_list_modified_after.json")
    stub.replies(reply(200, capture["body"], capture["headers"]))
    found = list(make_shop().orders.modified_since("2020-01-01T00:00:00"))
    assert [order["id"] for order in found] == [order["id"] for order in capture["body"]]
    query = {key: value for key, value in stub.seen[0].query.items() if not key.startswith("oauth_")}
    assert query == {
        "modified_after": "2020-01-01T00:00:00",
        "dates_are_gmt": "true",
        "orderby": "modified",
        "order": "asc",
        "per_page": "100",
        "page": "1",
        "status": "any",
    }


@pytest.mark.parametrize("same_second", [False, True])
def test_orders_that_change_while_they_are_read_push_none_out_of_sight(
    make_shop: Make, stub: Any, reply: Any, same_second: bool
) -> None:
    orders = {
        number: f"2026-11-21T18:{0 if same_second else number // 60:02}:{0 if same_second else number % 60:02}"
        for number in range(1, 251)
    }

    def listing(request: Any) -> Any:
        after = request.query["modified_after"]
        order = sorted((moment, number) for number, moment in orders.items() if moment > after)
        start = (int(request.query["page"]) - 1) * 100
        part = [{"id": number, "date_modified_gmt": moment} for moment, number in order[start : start + 100]]
        if len(stub.seen) == 1 and not same_second:
            orders[1] = "2026-11-21T19:00:00"
        return reply(200, part, {"X-WP-TotalPages": str(-(-len(order) // 100))})

    stub.script = listing
    found = [
        (order["id"], order["date_modified_gmt"])
        for order in make_shop().orders.modified_since("2026-11-01T00:00:00")
    ]
    assert len(found) == len(set(found)) == (250 if same_second else 251)
    assert {number for number, _moment in found} == set(orders)


def test_orders_are_read_changed_and_annotated(make_shop: Make, stub: Any, reply: Any, payload: Any) -> None:
    trashed = payload("woocommerce/order_trashed_get.json")["body"]
    note = payload("woocommerce/order_note_create.json")["body"]
    stub.replies(reply(200, trashed), reply(200, {"id": 5}), reply(201, note), reply(200, []), reply(200, []))
    client = make_shop()
    assert client.orders.get(632)["status"] == "trash"
    assert client.orders.update(5, {"status": "completed"}) == {"id": 5}
    assert client.orders.add_note(621, "заметка")["note"] == "заметка"
    assert client.orders.by_ids([3, 1, 3]) == []
    assert client.refunds.list(5) == []
    assert [(seen.method, seen.path.removeprefix(API)) for seen in stub.seen] == [
        ("GET", "/orders/632"),
        ("PUT", "/orders/5"),
        ("POST", "/orders/621/notes"),
        ("GET", "/orders"),
        ("GET", "/orders/5/refunds"),
    ]
    assert stub.seen[2].json == {"note": "заметка", "customer_note": False}
    assert stub.seen[3].query["include"] == "3,1"
