"""The plugin's stock route on the wire: what is signed, and what each answer means."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import (
    AuthError,
    ConnectorError,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    PermanentError,
    TransientError,
)
from connectors.transport.record import CallRecord
from connectors.woocommerce.client import WooCommerce
from connectors.woocommerce.wire import StockAnswer, StockItem

Make = Callable[..., WooCommerce]

SITE = "https://shop.example"
SECRET, FORMER = "secret-of-events", "secret-of-before"


def item(number: int, quantity: str = "7") -> StockItem:
    return {"id": number, "quantity": quantity, "counted": "0", "status": None, "backorders": None}


def answered(*results: dict[str, Any]) -> dict[str, Any]:
    return {"done": len(results), "sale": 1190, "items": list(results)}


def set_one(client: WooCommerce, *secrets: str) -> StockAnswer:
    return client.plugin.set_stock(42, 1180, SITE, [item(123)], secrets=secrets or [SECRET])


def wordpress(code: str, status: int, **data: Any) -> dict[str, Any]:
    return {"code": code, "message": "Отказ", "data": {"status": status, **data}}


def signed_by(secret: str, seen: Any) -> bool:
    """The plugin's own check, in its own words."""
    words = (seen.headers["X-Sklad-Bridge-Id"], seen.headers["X-Sklad-Bridge-Timestamp"])
    text = f"{words[0]}.{words[1]}.".encode() + seen.body
    digest = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
    return f"v1={digest}" in seen.headers["X-Sklad-Bridge-Signature"].split(" ")


def test_a_call_is_signed_with_the_secret_of_the_events_and_carries_no_key(
    make_shop: Make, stub: Any, reply: Any
) -> None:
    stub.replies(
        reply(200, answered({"id": 123, "result": "set", "quantity": "5", "was": "9", "sale": 1187}))
    )
    answer = set_one(make_shop())
    assert (answer["sale"], answer["items"][0]["quantity"]) == (1190, "5")
    (seen,) = stub.seen
    assert (seen.method, seen.target) == ("POST", "/wp-json/sklad-bridge/v1/stock")
    assert seen.headers["Authorization"] is None
    assert signed_by(SECRET, seen)
    assert not signed_by(FORMER, seen)
    assert str(uuid.UUID(seen.headers["X-Sklad-Bridge-Id"])) == seen.headers["X-Sklad-Bridge-Id"]
    assert abs(int(seen.headers["X-Sklad-Bridge-Timestamp"]) - time.time()) < 5
    assert seen.json == {
        "revision": 42,
        "counted_through": 1180,
        "counted_since": 0,
        "site": SITE,
        "items": [item(123)],
    }


def test_during_a_change_of_secrets_both_sign(make_shop: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, answered({"id": 123, "result": "same", "quantity": "7"})))
    set_one(make_shop(), SECRET, FORMER)
    assert signed_by(SECRET, stub.seen[0])
    assert signed_by(FORMER, stub.seen[0])


def test_each_item_has_its_own_result_in_the_order_it_was_sent(
    make_shop: Make, stub: Any, reply: Any
) -> None:
    results = [
        {"id": 9, "result": "parent", "holder": 3},
        {"id": 4, "result": "error", "message": "Нет такого склада"},
        {"id": 5, "result": "not_done"},
    ]
    stub.replies(reply(200, answered(*results)))
    answer = make_shop().plugin.set_stock(1, 0, SITE, [item(9), item(4), item(5)], secrets=[SECRET])
    assert answer["items"] == results


@pytest.mark.parametrize("count", [0, 1001])
def test_a_call_holds_one_to_a_thousand_items(make_shop: Make, stub: Any, count: int) -> None:
    with pytest.raises(ValueError, match="1000"):
        make_shop().plugin.set_stock(1, 0, SITE, [item(n + 1) for n in range(count)], secrets=[SECRET])
    assert stub.seen == []


def test_a_site_whose_clock_is_off_is_called_again_by_its_own_time(
    make_shop: Make, stub: Any, reply: Any
) -> None:
    ahead = int(time.time()) + 7200

    def plugin(seen: Any) -> Any:
        if abs(int(seen.headers["X-Sklad-Bridge-Timestamp"]) - ahead) > 300:
            return reply(401, wordpress("sklad_bridge_clock", 401, server_time=ahead))
        return reply(200, answered({"id": 123, "result": "set", "quantity": "7", "was": "1", "sale": 0}))

    stub.script = plugin
    client = make_shop()
    set_one(client)
    first, second = stub.seen
    assert signed_by(SECRET, second)
    assert first.headers["X-Sklad-Bridge-Id"] == second.headers["X-Sklad-Bridge-Id"]
    set_one(client)
    assert len(stub.seen) == 3, "what the first call learned serves the next"


def test_a_clock_that_is_refused_twice_is_an_error(make_shop: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(401, wordpress("sklad_bridge_clock", 401, server_time=0)))
    with pytest.raises(AuthError) as caught:
        set_one(make_shop())
    assert caught.value.code == "sklad_bridge_clock"
    assert len(stub.seen) == 2


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "rest_no_route", NotFound),
        (401, "sklad_bridge_signature", AuthError),
        (401, "sklad_bridge_site", AuthError),
        (401, "sklad_bridge_not_paired", AuthError),
        (403, "sklad_bridge_capability", Forbidden),
        (400, "sklad_bridge_malformed", PermanentError),
        (413, "sklad_bridge_too_many", PermanentError),
        (409, "sklad_bridge_copy", PermanentError),
        (503, "sklad_bridge_busy", TransientError),
        (500, "internal_server_error", OutcomeUnknown),
    ],
)
def test_a_refusal_says_what_to_do(
    make_shop: Make, stub: Any, reply: Any, status: int, code: str, kind: type[ConnectorError]
) -> None:
    stub.replies(reply(status, wordpress(code, status)))
    with pytest.raises(ConnectorError) as caught:
        set_one(make_shop())
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert "consumer key" not in caught.value.detail
    assert len(stub.seen) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><html>maintenance</html>",
        b"Warning: something in plugin.php",
        {"done": 1},
        {"done": 1, "sale": 1, "items": []},
        {"done": 1, "sale": 1, "items": [{"id": 5, "result": "set"}]},
        {"done": 1, "sale": None, "items": [{"id": 123, "result": "set"}]},
        ["no object"],
    ],
)
def test_an_answer_that_does_not_fit_may_be_asked_for_again(
    make_shop: Make, stub: Any, reply: Any, body: Any
) -> None:
    stub.replies(reply(200, body))
    with pytest.raises(TransientError) as caught:
        set_one(make_shop())
    assert caught.value.code == "net_shape"


@pytest.mark.parametrize("cut", ["before", "middle"])
def test_a_call_that_nobody_answered_may_have_been_carried_out(
    make_shop: Make, stub: Any, reply: Any, cut: str
) -> None:
    stub.replies(reply(200, answered({"id": 123, "result": "set"}), cut=cut))
    with pytest.raises(OutcomeUnknown):
        set_one(make_shop())


def test_calls_are_told_to_the_observer_without_the_secret(make_shop: Make, stub: Any, reply: Any) -> None:
    calls: list[CallRecord] = []
    stub.replies(reply(403, wordpress("sklad_bridge_capability", 403)))
    with pytest.raises(Forbidden):
        set_one(make_shop(observer=calls.append))
    (call,) = calls
    assert (call.method, call.status, call.error) == ("POST", 403, "Forbidden")
    assert call.url.endswith("/wp-json/sklad-bridge/v1/stock")
    assert SECRET.encode() not in call.request_body
    assert SECRET not in repr(call) + call.url


def test_the_test_event_is_asked_for_with_a_signature_and_its_fate_is_told(
    make_shop: Make, stub: Any, reply: Any
) -> None:
    stub.replies(reply(200, {"delivered": True, "error": ""}))
    assert make_shop().plugin.ping(SITE, secrets=[SECRET]) == {"delivered": True, "error": ""}
    (seen,) = stub.seen
    assert (seen.method, seen.target) == ("POST", "/wp-json/sklad-bridge/v1/ping")
    assert seen.json == {"site": SITE}
    assert signed_by(SECRET, seen)


def test_a_plugin_that_knows_no_test_event_is_told_apart(make_shop: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(404, wordpress("rest_no_route", 404)))
    with pytest.raises(NotFound):
        make_shop().plugin.ping(SITE, secrets=[SECRET])


@pytest.mark.parametrize("body", [[], {}, "x", {"error": ""}])
def test_an_answer_about_the_test_event_that_is_none_is_trouble(
    make_shop: Make, stub: Any, reply: Any, body: Any
) -> None:
    stub.replies(reply(200, body))
    with pytest.raises(TransientError):
        make_shop().plugin.ping(SITE, secrets=[SECRET])
