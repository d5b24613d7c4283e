"""Calls of others: noted with who called, what it became, and no more of a refused one than its refusal."""

from __future__ import annotations

import json
from collections import Counter
from types import SimpleNamespace

import pytest
from django.conf import LazySettings
from django.test import Client

from bridge.api.resource import Throttle
from bridge.apilog import buffer, incoming
from bridge.apilog.models import MOST_COUNTED, NOT_NOTED, ApiCall
from bridge.connections.models import Shop
from bridge.inbox.models import InboxEvent
from tests import factories
from tests.api.v1 import program
from tests.inbox.test_doors import event, post, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings: LazySettings) -> Shop:
    site = factories.SiteFactory(credentials={"event_secret": "secret-1", "consumer_key": "ck_x1234567"})
    return factories.ShopFactory(site=site, home_url="http://shop.example.test")


def rows() -> list[ApiCall]:
    """What would be written: tests run inside a transaction, where nothing is."""
    return [entry.row() for entry in buffer._waiting]


def test_an_event_is_noted_with_its_shop_and_what_it_became(client: Client, shop: Shop) -> None:
    body = event(order={"id": 1, "billing": {"email": "kate@example.ru", "phone": "+7 999 123-45-22"}})
    post(client, shop, body, signed(body, event_id="event-0001"))
    (row,) = rows()
    assert (row.direction, row.vendor, row.status, row.method) == ("in", "woocommerce", 202, "POST")
    assert (row.connection_id, row.shop_id) == (shop.site_id, shop.pk)
    assert (row.event_id, row.request_id) == (InboxEvent.objects.get().pk, "event-0001")
    assert json.loads(row.request_body)["order"]["billing"] == {"email": "k***@e***.ru", "phone": "+7***22"}
    assert json.loads(row.response_body) == {"stored": "event-0001"}


def test_a_repeated_event_is_noted_again(client: Client, shop: Shop) -> None:
    body = event()
    for _ in range(2):
        post(client, shop, body, signed(body, event_id="event-0001"))
    assert [row.event_id is None for row in rows()] == [False, True]


def test_a_refused_event_says_why_and_not_what_it_held(client: Client, shop: Shop) -> None:
    post(client, shop, event(note="kept from the log"), signed(event(), secret="another"))
    (row,) = rows()
    assert (row.status, row.connection_id, row.request_body) == (401, shop.site_id, "")
    assert row.request_bytes > 0
    assert "does not match" in row.response_body


def test_a_webhook_of_moysklad_is_noted_without_the_secret_of_its_address(client: Client, shop: Shop) -> None:
    token = shop.account.hook_token
    data = {"events": [{"accountId": shop.account.account_id, "action": "UPDATE"}]}
    url = f"/hooks/moysklad/{token}/customerorder/?requestId=b5a9a4b1-5e01-11f0-0a80-16b200001a01"
    assert client.post(url, data, content_type="application/json").status_code == 204
    wrong = "/hooks/moysklad/an-invented-token/customerorder/"
    assert client.post(wrong, data, content_type="application/json").status_code == 404
    good, bad = rows()
    assert (good.path, good.connection_id) == ("/hooks/moysklad/***/customerorder/", shop.account_id)
    assert (good.request_id, good.event_id) == (
        "b5a9a4b1-5e01-11f0-0a80-16b200001a01",
        InboxEvent.objects.get().pk,
    )
    assert (bad.path, bad.connection_id, bad.status) == ("/hooks/moysklad/***/customerorder/", None, 404)


def test_what_people_and_watchers_look_at_is_no_call(client: Client, db: None) -> None:
    for url in ("/healthz", "/admin/login/", "/api/v1/status/", "/api/v1/schema/"):
        client.get(url)
    assert rows() == []


def knock(client: Client) -> None:
    client.post("/hooks/moysklad/an-invented-token/stock/", {}, content_type="application/json")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Seconds, as the doors count their minutes."""
    now = SimpleNamespace(seconds=600.0)
    monkeypatch.setattr(incoming.time, "monotonic", lambda: now.seconds)
    return now


def test_whoever_knocks_again_and_again_does_not_fill_the_log_but_is_counted(
    client: Client, shop: Shop, clock: SimpleNamespace
) -> None:
    for _ in range(incoming.UNPROVED_A_MINUTE + 20):
        knock(client)
    assert len(buffer._waiting) == incoming.UNPROVED_A_MINUTE
    body = event()
    post(client, shop, body, signed(body))
    assert buffer._waiting[-1].status == 202
    clock.seconds += 60
    client.get("/healthz")
    row = rows()[-1]
    assert (row.direction, row.purpose, row.messages) == ("in", NOT_NOTED, 20)
    client.get("/healthz")
    knock(client)
    assert [one.purpose for one in rows()[-2:]] == [NOT_NOTED, ""], "said once, and then it is noted again"
    clock.seconds += 60
    client.get("/healthz")
    assert rows()[-1].purpose == "", "nothing was left out in the minute after it"


def test_a_process_that_ends_notes_what_its_last_minute_left_out(
    client: Client, clock: SimpleNamespace
) -> None:
    for _ in range(incoming.UNPROVED_A_MINUTE + 20):
        knock(client)
    incoming.note_the_rest()
    row = rows()[-1]
    assert (row.purpose, row.messages) == (NOT_NOTED, 20)
    incoming.note_the_rest()
    assert [one.purpose for one in rows()].count(NOT_NOTED) == 1, "once"


def test_of_a_flood_is_counted_as_much_as_a_row_can_say(client: Client, clock: SimpleNamespace) -> None:
    client.get("/healthz")
    unproved = incoming._Unproved()
    assert unproved.minute_over() is None
    for _ in range(incoming.UNPROVED_A_MINUTE + MOST_COUNTED + 5):
        unproved.may_note(404)
    clock.seconds += 60
    rest = unproved.minute_over()
    assert rest is not None
    assert rest.row().messages == MOST_COUNTED


def test_every_call_of_whoever_proves_who_they_are_is_noted(
    client: Client, shop: Shop, clock: SimpleNamespace
) -> None:
    """However many there are: repeated events, refused ones with a good signature, programs that read."""
    more = incoming.UNPROVED_A_MINUTE + 10
    body, elsewhere = event(), event(site="http://copy.example.test")
    for _ in range(more):
        post(client, shop, body, signed(body, event_id="event-0001"))
        post(client, shop, elsewhere, signed(elsewhere))
    reports, viewers = program("owner"), program("viewer")
    for _ in range(more):
        reports.get("/shops/")
        viewers.get("/history/", 403)
    assert Counter(row.status for row in rows()) == {202: more, 403: 2 * more, 200: more}


def test_a_program_that_is_told_to_slow_down_counts_as_nobody(
    client: Client, shop: Shop, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", {"reads": "1/hour", "deeds": "1/hour"})
    reports = program("owner")
    reports.get("/shops/")
    for _ in range(incoming.UNPROVED_A_MINUTE + 10):
        reports.get("/shops/", 429)
    assert Counter(row.status for row in rows()) == {200: 1, 429: incoming.UNPROVED_A_MINUTE}


def test_a_body_too_large_is_not_read_for_the_log(client: Client, shop: Shop) -> None:
    body = b"x" * 1_100_000
    assert post(client, shop, body, signed(body)).status_code == 413
    (row,) = rows()
    assert (row.status, row.request_body) == (413, "")


def test_a_webhook_that_is_too_large_is_noted_without_the_secret_too(client: Client, shop: Shop) -> None:
    url = f"/hooks/moysklad/{shop.account.hook_token}/customerorder/"
    assert client.post(url, b"x" * 1_000_001, content_type="application/json").status_code == 413
    (row,) = rows()
    assert (row.path, row.status) == ("/hooks/moysklad/***/customerorder/", 413)
