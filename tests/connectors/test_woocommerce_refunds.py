"""Refunds on the wire: made, refused, deleted, and read over all orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import OutcomeUnknown, PermanentError, TransientError
from connectors.woocommerce.client import WooCommerce

API = "/wp-json/wc/v3"

Make = Callable[..., WooCommerce]


def test_a_refund_is_made_read_and_deleted(make_shop: Make, stub: Any, reply: Any, payload: Any) -> None:
    capture = payload("woocommerce/refund_create_line.json")
    stub.replies(
        reply(201, capture["body"], capture["headers"]),
        reply(200, capture["body"]),
        reply(200, capture["body"]),
    )
    refunds = make_shop().refunds
    made = refunds.create(622, capture["request"]["body"])
    assert (made["id"], made["amount"], made["line_items"][0]["quantity"]) == (629, "315.90", -1)
    assert refunds.get(622, 629) == made
    assert refunds.delete(622, 629) == made
    assert stub.seen[0].json == capture["request"]["body"]
    assert stub.seen[2].query["force"] == "true"
    assert [(seen.method, seen.path.removeprefix(API)) for seen in stub.seen] == [
        ("POST", "/orders/622/refunds"),
        ("GET", "/orders/622/refunds/629"),
        ("DELETE", "/orders/622/refunds/629"),
    ]


def test_a_refund_above_the_order_is_refused_for_good_though_its_status_says_500(
    make_shop: Make, stub: Any, reply: Any, payload: Any
) -> None:
    capture = payload("woocommerce/error_500_refund_too_much.json")
    stub.replies(reply(500, capture["body"]))
    with pytest.raises(PermanentError) as caught:
        make_shop().refunds.create(626, capture["request"]["body"])
    assert caught.value.code == "woocommerce_rest_cannot_create_order_refund"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (
            {"status": 500, "body": {"code": "internal_server_error", "message": "x", "data": {}}},
            OutcomeUnknown,
        ),
        ({"status": 500, "body": b"<html>critical error</html>"}, OutcomeUnknown),
        ({"status": 201, "cut": "before"}, OutcomeUnknown),
        ({"status": 503, "body": b"<html>maintenance</html>"}, TransientError),
    ],
)
def test_any_other_failure_leaves_open_whether_there_is_a_refund(
    make_shop: Make, stub: Any, reply: Any, answer: dict[str, Any], kind: type
) -> None:
    stub.replies(reply(**answer))
    with pytest.raises(kind) as caught:
        make_shop().refunds.create(5, {"amount": "1.00"})
    assert type(caught.value) is kind
    assert len(stub.seen) == 1, "a refund is never sent twice"


def test_the_refunds_of_all_orders_name_their_orders(
    make_shop: Make, stub: Any, reply: Any, payload: Any
) -> None:
    capture = payload("woocommerce/refunds_global_list.json")
    stub.replies(reply(200, capture["body"], capture["headers"]))
    found = list(make_shop().refunds.of_all_orders("2026-11-21T18:00:00"))
    assert [(refund["id"], refund["parent_id"]) for refund in found[:2]] == [(630, 623), (629, 622)]
    query = {key: value for key, value in stub.seen[0].query.items() if not key.startswith("oauth_")}
    assert query == {
        "after": "2026-11-21T18:00:00",
        "dates_are_gmt": "true",
        "orderby": "date",
        "order": "asc",
        "per_page": "100",
        "page": "1",
    }


def test_the_refunds_of_one_order(make_shop: Make, stub: Any, reply: Any) -> None:
    refunds = [{"id": 630}, {"id": 629}]
    stub.replies(reply(200, refunds, {"X-WP-TotalPages": "1"}))
    assert make_shop().refunds.list(622) == refunds
    assert stub.seen[0].path == f"{API}/orders/622/refunds"
