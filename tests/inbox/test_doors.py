"""The doors: what is accepted, what is refused and how, and that nothing unsigned is ever stored."""

import base64
import hashlib
import hmac
import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, quote_from_bytes

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.connections.models import Shop
from bridge.inbox import door_statements
from bridge.inbox.models import InboxEvent
from bridge.inbox.shop_requests import shop_connection

pytestmark = pytest.mark.django_db
SECRET = "secret-1"


def url(shop: Shop) -> str:
    return f"/api/v1/events/woocommerce/{shop.site_id}/"


def signed(
    body: bytes, *, secret: str = SECRET, event_id: str = "", at: int | None = None, stamp: str | None = None
) -> dict[str, str]:
    event_id = event_id or str(uuid.uuid4())
    if stamp is None:
        stamp = str(int(time.time()) if at is None else at)
    mac = hmac.new(secret.encode(), f"{event_id}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "X-Sklad-Bridge-Id": event_id,
        "X-Sklad-Bridge-Timestamp": stamp,
        "X-Sklad-Bridge-Signature": "v1=" + base64.b64encode(mac.digest()).decode(),
    }


def event(**fields: Any) -> bytes:
    return json.dumps(
        {"event": "order.changed", "site": "http://shop.example.test", "order_id": 1, **fields}
    ).encode()


def post(client: Client, shop: Shop, body: bytes, headers: dict[str, str]) -> Any:
    return client.post(url(shop), body, content_type="application/json", headers=headers)


@pytest.mark.django_db(transaction=True)
def test_an_event_is_stored_though_the_database_has_closed_the_connection(client: Client, shop: Shop) -> None:
    """As after a restart of it; the shop need not send again. SQLite has no server that could."""
    body = event()
    if connection.vendor == "postgresql":
        with psycopg.connect(
            connection.connection.info.dsn, password=connection.settings_dict["PASSWORD"]
        ) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    assert post(client, shop, body, signed(body)).status_code == 202
    assert InboxEvent.objects.count() == 1


@contextmanager
def written_by_others(seconds: float) -> Iterator[None]:
    """Meanwhile another program writes for so long, and nobody else can store an event."""
    if connection.vendor == "sqlite":
        other: Any = sqlite3.connect(
            connection.settings_dict["NAME"], check_same_thread=False, isolation_level=None
        )
        other.execute("BEGIN IMMEDIATE")
    else:
        words = connection.settings_dict["PASSWORD"]
        other = psycopg.connect(connection.connection.info.dsn, password=words)
        other.execute("LOCK TABLE bridge_inboxevent IN EXCLUSIVE MODE")
    ending = threading.Timer(seconds, other.rollback)
    ending.start()
    try:
        yield
    finally:
        ending.join()
        other.close()


@pytest.mark.django_db(transaction=True)
def test_an_event_waits_for_whoever_writes_and_is_stored_then(client: Client, shop: Shop) -> None:
    body, began = event(), time.monotonic()
    with written_by_others(0.5):
        assert post(client, shop, body, signed(body)).status_code == 202
        assert time.monotonic() - began >= 0.5
    assert InboxEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_event_that_cannot_be_stored_in_time_is_to_be_sent_again(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = event()
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)
    else:
        connection.connection.execute("SET lock_timeout = '200ms'")
    try:
        with written_by_others(1.5):
            assert post(client, shop, body, signed(body)).status_code == 503
        if connection.vendor == "sqlite":
            [(patience,)] = connection.connection.execute("PRAGMA busy_timeout").fetchall()
            assert patience == 200, "what else this process writes is as patient as before"
        assert post(client, shop, body, signed(body)).status_code == 202
        assert InboxEvent.objects.count() == 1
    finally:
        connection.close()  # and with it this patience


def test_of_two_events_stored_at_once_one_wakes_a_worker(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is stored before the other looks whether anybody waits."""
    woken: list[str] = []
    monkeypatch.setattr("bridge.inbox.receive.wake", woken.append)
    look = door_statements.earlier_waits

    def after_the_other(event: InboxEvent) -> bool:
        monkeypatch.setattr("bridge.inbox.receive.earlier_waits", look)
        body = json.dumps(
            {"event": "order.changed", "site": "http://shop.example.test", "order_id": 2}
        ).encode()
        post(client, shop, body, signed(body))
        return look(event)

    monkeypatch.setattr("bridge.inbox.receive.earlier_waits", after_the_other)
    body = event()
    assert post(client, shop, body, signed(body)).status_code == 202
    assert InboxEvent.objects.count() == 2
    assert len(woken) == 1


@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_a_number_no_shop_can_have_is_refused_like_any_other(client: Client, shop: Shop, number: int) -> None:
    body = event()
    answer = client.post(
        f"/api/v1/events/woocommerce/{number}/", body, content_type="application/json", headers=signed(body)
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_that_only_begins_like_a_door_is_not_found(client: Client, method: str) -> None:
    for address in ("/api/v1/events/woocommerce/abc/", "/api/v1/events/woocommerce/1/more/", "/hooks/x/y/z/"):
        assert getattr(client, method)(address).status_code == 404, address


def test_what_is_asked_at_the_door_is_one_statement(client: Client, shop: Shop) -> None:
    with CaptureQueriesContext(connection) as captured:
        found = shop_connection(shop.site_id)
        assert (found.shop.home_url, found.credentials["event_secret"]) == (shop.home_url, SECRET)
    assert len(captured) == 1
    shop.delete()
    with CaptureQueriesContext(connection) as captured:
        assert not hasattr(shop_connection(shop.site_id), "shop")
    assert len(captured) == 1


def test_a_signed_event_is_stored_and_answered_202(client: Client, shop: Shop) -> None:
    body = event()
    answer = post(client, shop, body, signed(body, event_id="event-0001"))
    assert answer.status_code == 202
    stored = InboxEvent.objects.get()
    assert (stored.topic, stored.delivery_id, stored.body) == (
        "woocommerce.order.changed",
        "event-0001",
        body.decode(),
    )


def test_the_same_event_again_is_answered_202_and_stored_once(client: Client, shop: Shop) -> None:
    body = event()
    for _ in range(3):
        assert post(client, shop, body, signed(body, event_id="event-0001")).status_code == 202
    assert InboxEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("secret", "at", "status", "code"),
    [("other", None, 401, "signature"), (SECRET, 1_700_000_000, 401, "clock")],
)
def test_a_wrong_secret_and_a_wrong_clock_are_told_apart(
    client: Client, shop: Shop, secret: str, at: int | None, status: int, code: str
) -> None:
    body = event()
    answer = post(client, shop, body, signed(body, secret=secret, at=at))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("server_time" in answer.json()) == (code == "clock")
    assert not InboxEvent.objects.exists()


def test_during_rotation_the_previous_secret_is_still_good(client: Client, shop: Shop) -> None:
    shop.site.credentials = {"event_secret": "new", "previous_event_secret": SECRET}
    shop.site.save()
    body = event()
    assert post(client, shop, body, signed(body)).status_code == 202
    assert post(client, shop, body, signed(body, secret="new")).status_code == 202
    assert post(client, shop, body, signed(body, secret="older")).status_code == 401


def test_a_copy_of_the_site_is_refused(client: Client, shop: Shop) -> None:
    body = event(site="https://staging.example.test")
    answer = post(client, shop, body, signed(body))
    assert (answer.status_code, answer.json()["code"]) == (403, "other_site")
    assert not InboxEvent.objects.exists()


@pytest.mark.parametrize("site", ["https://www.shop.example.test/", "http://SHOP.example.test"])
def test_scheme_www_and_case_do_not_make_another_site(client: Client, shop: Shop, site: str) -> None:
    body = event(site=site)
    assert post(client, shop, body, signed(body)).status_code == 202


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'"x"', b"[" * 100_000])
def test_a_signed_body_that_is_no_object_is_400(client: Client, shop: Shop, body: bytes) -> None:
    assert post(client, shop, body, signed(body)).status_code == 400


def test_a_body_over_a_megabyte_is_413(client: Client, shop: Shop) -> None:
    body = event(padding="x" * 1_000_000)
    assert post(client, shop, body, signed(body)).status_code == 413
    huge = b"x" * 10_000_000
    assert post(client, shop, huge, signed(huge)).status_code == 413
    assert not InboxEvent.objects.exists()


def test_an_unknown_shop_answers_like_a_wrong_signature(client: Client, shop: Shop) -> None:
    body = event()
    answer = client.post(
        "/api/v1/events/woocommerce/999999/", body, content_type="application/json", headers=signed(body)
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "signature")


def core(body: bytes, *, delivery: str = "d1", webhook: str = "1") -> dict[str, str]:
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256)
    return {
        "X-WC-Webhook-Signature": base64.b64encode(mac.digest()).decode(),
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-ID": webhook,
        "X-WC-Webhook-Delivery-ID": delivery,
        "X-WC-Webhook-Source": "http://shop.example.test/",
    }


def test_two_orders_of_one_second_share_a_delivery_id_and_both_are_stored(client: Client, shop: Shop) -> None:
    for number in (642, 643):
        body = json.dumps({"id": number}).encode()
        assert post(client, shop, body, core(body)).status_code == 202
    assert InboxEvent.objects.count() == 2


def test_woocommerces_ping_gets_exactly_200_and_stores_nothing(client: Client, shop: Shop) -> None:
    answer = client.post(url(shop), b"webhook_id=1", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert not InboxEvent.objects.exists()


def test_a_moysklad_webhook_needs_the_secret_address_and_the_right_account(
    client: Client, shop: Shop
) -> None:
    def hook(token: str, account: str) -> int:
        events = [
            {"meta": {"type": "customerorder", "href": "x/1"}, "action": "UPDATE", "accountId": account}
        ]
        path = f"/hooks/moysklad/{token}/customerorder/?requestId=r1"
        return int(client.post(path, {"events": events}, content_type="application/json").status_code)

    token = shop.account.hook_token
    assert hook("wrong", "account-1") == 404
    assert hook(token, "account-2") == 403
    assert not InboxEvent.objects.exists()
    assert hook(token, "account-1") == 204
    assert hook(token, "account-1") == 204  # MoySklad repeats with the same requestId
    assert InboxEvent.objects.count() == 1


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    body=st.binary(max_size=300),
    headers=st.dictionaries(
        st.sampled_from(
            [
                "X-Sklad-Bridge-Signature",
                "X-Sklad-Bridge-Id",
                "X-Sklad-Bridge-Timestamp",
                "X-WC-Webhook-Signature",
            ]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80),
    ),
)
def test_whatever_comes_unsigned_there_is_no_5xx_and_nothing_is_stored(
    client: Client, shop: Shop, body: bytes, headers: dict[str, str]
) -> None:
    answer = post(client, shop, body, headers)
    assert answer.status_code in (200, 400, 401, 413, 429)
    assert not InboxEvent.objects.exists()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
headers_of_any_kind = st.text(st.characters(min_codepoint=0, max_codepoint=255), max_size=140)
fuzz = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def is_no_number(text: str) -> bool:
    """The test client refuses to read what a length promises beyond the body; a server waits for it instead."""
    try:
        int(text)
    except ValueError:
        return True
    return False


@fuzz
@given(
    body=st.dictionaries(st.sampled_from(["event", "site", "order_id", "order", "x"]), json_values),
    event_id=headers_of_any_kind,
    stamp=headers_of_any_kind | st.integers().map(str),
    length=st.none() | headers_of_any_kind.filter(is_no_number),
)
def test_whatever_a_shop_signs_there_is_no_5xx(
    client: Client, shop: Shop, body: dict[str, Any], event_id: str, stamp: str, length: str | None
) -> None:
    for fields in (
        body,
        {**body, "event": "order.changed"},
        {"event": "order.changed", "site": shop.home_url, **body},
    ):
        raw = json.dumps(fields).encode()
        for headers in (signed(raw), signed(raw, event_id=event_id or "x", stamp=stamp)):
            more = {} if length is None else {"CONTENT_LENGTH": length}
            answer = client.post(url(shop), raw, content_type="application/json", headers=headers, **more)
            assert answer.status_code < 500


@fuzz
@given(
    body=st.dictionaries(st.sampled_from(["id", "code", "x"]), json_values),
    topic=headers_of_any_kind | st.just("order.updated"),
    delivery=headers_of_any_kind,
    webhook=headers_of_any_kind,
    source=headers_of_any_kind | st.just("http://shop.example.test/"),
)
def test_whatever_woocommerce_signs_there_is_no_5xx(
    client: Client, shop: Shop, body: dict[str, Any], topic: str, delivery: str, webhook: str, source: str
) -> None:
    raw = json.dumps(body).encode()
    headers = {
        **core(raw, delivery=delivery, webhook=webhook),
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Source": source,
    }
    assert post(client, shop, raw, headers).status_code < 500


@fuzz
@given(
    body=json_values,
    events=json_values,
    query=st.binary(max_size=120).map(quote_from_bytes)
    | st.text(max_size=120).map(lambda x: quote(x, errors="ignore")),
)
def test_whatever_moysklad_sends_there_is_no_5xx(
    client: Client, shop: Shop, body: Any, events: Any, query: str
) -> None:
    path = f"/hooks/moysklad/{shop.account.hook_token}/customerorder/?requestId={query}"
    good = [{"accountId": "account-1"}]
    for data in (body, {"events": events}, {"events": good, "x": body}):
        answer = client.post(path, json.dumps(data), content_type="application/json")
        assert answer.status_code < 500


@pytest.mark.parametrize("query", ["a%00b", "%ff", "x" * 500, "%F0%9F%9B%92" * 40])
def test_a_request_id_of_any_kind_is_stored(client: Client, shop: Shop, query: str) -> None:
    path = f"/hooks/moysklad/{shop.account.hook_token}/customerorder/?requestId={query}"
    answer = client.post(path, {"events": [{"accountId": "account-1"}]}, content_type="application/json")
    assert answer.status_code == 204
    assert "\x00" not in InboxEvent.objects.get().delivery_id


@pytest.mark.parametrize("stamp", ["9" * 400, "9" * 5000, "²", "-1", "1e9", ""])
def test_a_time_that_is_no_time_is_a_wrong_clock(client: Client, shop: Shop, stamp: str) -> None:
    body = event()
    answer = post(client, shop, body, signed(body, stamp=stamp))
    assert (answer.status_code, answer.json()["code"]) == (401, "clock")


@pytest.mark.parametrize("path", ["event", "webhook"])
def test_with_the_database_away_both_sides_are_asked_to_send_it_again(
    client: Client, shop: Shop, path: str
) -> None:
    """Wherever it goes: at the first look for whose address this is, too."""
    address = url(shop) if path == "event" else f"/hooks/moysklad/{shop.account.hook_token}/customerorder/"

    def away(*_: Any) -> None:
        raise OperationalError("connection refused")

    body = event()
    with connection.execute_wrapper(away):
        answer = client.post(address, body, content_type="application/json", headers=signed(body))
    assert answer.status_code == 503


@pytest.mark.parametrize("length", ["many", "-1", "9" * 5000, "1_0"])
def test_a_length_that_is_no_number_is_400(client: Client, shop: Shop, length: str) -> None:
    body = event()
    answer = client.post(
        url(shop), body, content_type="application/json", headers=signed(body), CONTENT_LENGTH=length
    )
    assert answer.status_code == 400


def test_the_doors_know_their_own_name_and_say_how_long_an_answer_is(client: Client, shop: Shop) -> None:
    """They go past most of the middleware, not past all of it."""
    body = event()
    answer = post(client, shop, body, signed(body))
    assert int(answer["Content-Length"]) == len(answer.content)
    elsewhere = client.post(
        url(shop),
        body,
        content_type="application/json",
        headers={**signed(body), "Host": "elsewhere.example"},
    )
    assert elsewhere.status_code == 400
    assert InboxEvent.objects.count() == 1
    assert client.post("/hooks/moysklad/nothing/here/").status_code == 404


def test_a_door_speaks_no_language_of_whoever_was_answered_before(client: Client, shop: Shop) -> None:
    """Threads answer one request after another, and what an event leads to may be worded while it is taken in."""
    client.cookies["django_language"] = "en"
    client.get("/admin/login/")
    assert translation.get_language() == "en", "as Django leaves it behind"
    body = event()
    assert post(client, shop, body, signed(body)).status_code == 202
    assert translation.get_language() == "ru"
