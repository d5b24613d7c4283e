"""Calls of others: noted with who called, what it became, and no more of a refused one than its refusal."""

from __future__ import annotations

import json

import pytest
from django.conf import LazySettings
from django.test import Client

from bridge.apilog import buffer, incoming
from bridge.apilog.models import ApiCall
from bridge.connections.models import Shop
from bridge.inbox.models import InboxEvent
from tests import factories
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


def test_whoever_knocks_again_and_again_does_not_fill_the_log(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming.time, "monotonic", lambda: 600.0)
    for _ in range(incoming.OTHERS_A_MINUTE + 20):
        client.post("/hooks/moysklad/an-invented-token/stock/", {}, content_type="application/json")
    assert len(buffer._waiting) == incoming.OTHERS_A_MINUTE
    body = event()
    post(client, shop, body, signed(body))
    assert buffer._waiting[-1].status == 202
    monkeypatch.setattr(incoming.time, "monotonic", lambda: 660.0)
    client.post(
        "/hooks/moysklad/an-invented-token/stock/",
        {},
        content_type="application/json",
        REMOTE_ADDR="203.0.113.9",
    )
    assert buffer._waiting[-1].status == 404


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
