"""Orders of the site: read along their changes, changed, annotated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.woocommerce.client import WooCommerce
from connectors.woocommerce.orders import OrderFilter
from connectors.woocommerce.paging import Place

API = "/wp-json/wc/v3"

Make = Callable[..., WooCommerce]


def test_modified_orders_are_read_oldest_change_first(
    make_shop: Make, stub: Any, reply: Any, payload: Any
) -> None:
    capture = payload("woocommerce/orders_list_modified_after.json")
    stub.replies(reply(200, capture["body"], capture["headers"]))
    [(found, following)] = make_shop().orders.modified(("2020-01-01T00:00:00", 1))
    assert following is None
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
        for rows, _following in make_shop().orders.modified(("2026-11-01T00:00:00", 1))
        for order in rows
    ]
    assert len(set(found)) == (250 if same_second else 251)
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


def listing_of(orders: dict[int, str], reply: Any) -> Callable[[Any], Any]:
    """A shop's order list by creation, as WooCommerce pages it: bounds exclusive, ids break ties."""

    def listing(request: Any) -> Any:
        after, before = request.query.get("after", ""), request.query.get("before", "9")
        order = sorted((moment, number) for number, moment in orders.items() if after < moment < before)
        size, page = int(request.query["per_page"]), int(request.query.get("page", "1"))
        part = [
            {"id": number, "date_created_gmt": moment}
            for moment, number in order[(page - 1) * size : page * size]
        ]
        totals = {"X-WP-Total": str(len(order)), "X-WP-TotalPages": str(-(-len(order) // size))}
        return reply(200, part, totals)

    return listing


@given(
    seconds=st.lists(st.integers(min_value=0, max_value=40), min_size=1, max_size=60),
    per_page=st.integers(min_value=1, max_value=20),
    stop=st.integers(min_value=0, max_value=10),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_old_orders_are_read_from_any_place_on_without_losing_one(
    make_shop: Make, stub: Any, reply: Any, seconds: list[int], per_page: int, stop: int
) -> None:
    """The walk is broken off after some pages and taken up again with the stored place; meanwhile the first
    order leaves the list (unless the place is inside a second that fills whole pages).
    """
    orders = {number: f"2026-01-01T10:00:{second:02}" for number, second in enumerate(seconds, start=1)}
    everything = set(orders)
    stub.script = listing_of(orders, reply)
    read: list[int] = []
    place: Place | None = None
    walk = make_shop().orders.pages(OrderFilter("2026-01-01T09:00:00"), per_page=per_page)
    for number, (rows, following) in enumerate(walk):
        read += [order["id"] for order in rows]
        place = following
        if number == stop:
            break
    if place is not None:
        if place[1] == 1:
            orders.pop(read[0])
        walk = make_shop().orders.pages(OrderFilter("2026-01-01T09:00:00"), place, per_page=per_page)
        read += [order["id"] for rows, _place in walk for order in rows]
    assert set(read) == everything


def test_what_a_filter_selects_is_asked_of_the_shop(make_shop: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, [], {"X-WP-Total": "1234"}))
    wanted = OrderFilter(
        "2026-01-01T00:00:00", "2026-02-01T00:00:00", ids=(7, 5), statuses=("processing", "completed")
    )
    orders = make_shop().orders
    assert list(orders.pages(wanted)) == [([], None)]
    assert orders.count(wanted) == 1234
    both = {
        "after": "2026-01-01T00:00:00",
        "before": "2026-02-01T00:00:00",
        "dates_are_gmt": "true",
        "include": "7,5",
        "status": "processing,completed",
    }
    listed, counted = (
        {key: value for key, value in seen.query.items() if not key.startswith("oauth_")}
        for seen in stub.seen
    )
    assert listed == both | {"orderby": "date", "order": "asc", "per_page": "100", "page": "1"}
    assert counted == both | {"per_page": "1", "_fields": "id"}


def test_everything_there_is_has_no_bounds(make_shop: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, []))
    orders = make_shop().orders
    assert list(orders.pages(OrderFilter())) == [([], None)]
    assert orders.count(OrderFilter()) is None, "a proxy took the header away"
    assert not {"after", "before", "include"} & (stub.seen[0].query.keys() | stub.seen[1].query.keys())
    assert stub.seen[0].query["status"] == "any"


def test_a_filter_of_too_many_ids_is_refused_here() -> None:
    with pytest.raises(ValueError, match="at most 100"):
        OrderFilter(ids=tuple(range(1, 102)))
