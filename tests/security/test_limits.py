"""Whoever does not prove who they are is slowed down by address; whoever does loses nothing."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bridge.connections.models import Shop
from bridge.inbox import shop_requests
from bridge.inbox.models import InboxEvent
from bridge.inbox.signatures import sign_event
from bridge.people import knocks, links, shared_knocks, tokens
from bridge.people.roles import Role
from tests.people.conftest import PASSWORD, person

pytestmark = pytest.mark.django_db
MOST = shop_requests.UNPROVED_A_MINUTE


@pytest.fixture(autouse=True)
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test is over before the next begins."""
    now = time.time()
    monkeypatch.setattr(knocks, "time", SimpleNamespace(time=lambda: now))  # of this module alone


def send(shop: Shop, number: int, secret: str = "secret-1", address: str = "203.0.113.5") -> Any:
    body = json.dumps({"event": "order.changed", "site": shop.home_url, "order_id": number}).encode()
    stamp = str(int(time.time()))
    headers = {
        "X-Sklad-Bridge-Id": f"event-{number:06}",
        "X-Sklad-Bridge-Timestamp": stamp,
        "X-Sklad-Bridge-Signature": sign_event(secret, f"event-{number:06}", stamp, body),
    }
    url = f"/api/v1/events/woocommerce/{shop.site_id}/"
    return Client().post(url, body, content_type="application/json", headers=headers, REMOTE_ADDR=address)


def test_badly_signed_events_of_an_address_are_slowed_down_and_its_good_ones_are_not(shop: Shop) -> None:
    statuses = [send(shop, number, "wrong").status_code for number in range(MOST + 5)]
    assert statuses == [401] * MOST + [429] * 5
    assert int(send(shop, 1, "wrong").headers["Retry-After"]) <= 60
    assert [send(shop, number).status_code for number in range(40)] == [202] * 40
    assert send(shop, 1, "wrong", "203.0.113.6").status_code == 401
    assert InboxEvent.objects.count() == 40


def test_a_burst_of_a_signed_shop_is_never_limited(shop: Shop) -> None:
    assert {send(shop, number).status_code for number in range(400)} == {202}
    assert InboxEvent.objects.count() == 400


def test_a_new_minute_begins_anew(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time() + 60
    for number in range(MOST + 1):
        send(shop, number, "wrong")
    monkeypatch.setattr(knocks, "time", SimpleNamespace(time=lambda: later))
    assert send(shop, 1, "wrong").status_code == 401


def test_guessing_secret_addresses_is_slowed_down_and_moysklad_is_not(shop: Shop) -> None:
    client = Client()
    guesses = [client.post(f"/hooks/moysklad/{n}/customerorder/").status_code for n in range(MOST + 5)]
    assert guesses == [404] * MOST + [429] * 5
    good = f"/hooks/moysklad/{shop.account.hook_token}/customerorder/"
    body = {"events": [{"accountId": "account-1"}]}
    assert client.post(good, body, content_type="application/json").status_code == 204


def test_an_unread_body_of_a_guess_costs_nothing() -> None:
    """The address is looked at before the body."""
    answer = Client().post("/hooks/moysklad/guess/customerorder/", b"{", content_type="application/json")
    assert answer.status_code == 404


def test_guessing_tokens_is_slowed_down_and_a_good_one_is_not() -> None:
    _row, token = tokens.make(person("olga", Role.OWNER), "a program", Role.OWNER, None)

    def ask(shown: str) -> Any:
        return Client().get("/api/v1/orders/", headers={"Authorization": f"Bearer {shown}"})

    guesses = [ask(f"skb_{number:040}") for number in range(65)]
    assert [one.status_code for one in guesses] == [401] * 60 + [429] * 5
    assert int(guesses[-1].headers["Retry-After"]) <= 60
    assert ask(token).status_code == 200


def test_guessing_one_time_links_is_slowed_down_and_a_good_one_is_not() -> None:
    good = links.invitation(Role.STAFF, person("owner", Role.OWNER))
    client = Client()
    assert [client.get(f"/people/welcome/{n}/").status_code for n in range(62)] == [410] * 60 + [429] * 2
    refused = client.get("/people/welcome/62/")
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused.content, "a person reads what it is about"
    assert client.get(urlsplit(good).path).status_code == 200


def test_asking_whether_the_bridge_is_ready_again_and_again_is_not_answered_for_ever() -> None:
    client = Client()
    statuses = [client.get("/readyz").status_code for _ in range(305)]
    assert 429 not in statuses[:300]
    assert statuses[300:] == [429] * 5
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/v1/pair/", "/api/v1/wc-auth/", "/api/v1/orders/", "/hooks/moysklad/x/stock/"]
)
def test_a_large_body_is_refused_unread_at_every_door(path: str) -> None:
    answer = Client().post(path, b"x" * 1_000_001, content_type="application/json")
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/api/v1/pair/", "/api/v1/wc-auth/"])
def test_a_stranger_s_file_is_not_stored(path: str) -> None:
    sent = {"code": "x", "file": SimpleUploadedFile("big.bin", b"x" * 10_000)}
    assert Client().post(path, sent).status_code == 415


def test_no_request_at_all_is_larger_than_the_largest_file(settings: Any) -> None:
    settings.REQUEST_MAX_BYTES = 5000
    assert Client().post("/admin/login/", {"username": "x" * 6000}).status_code == 413


def test_pairing_and_woocommerce_s_keys_share_one_limit() -> None:
    statuses = [
        Client().post(path, {}, content_type="application/json").status_code
        for path in ("/api/v1/pair/", "/api/v1/wc-auth/") * 12
    ]
    assert statuses == [400] * 20 + [429] * 4


def test_one_address_may_not_try_one_name_after_another(settings: Any) -> None:
    settings.ADDRESS_FAILURE_LIMIT = 12
    person("olga", Role.OWNER)
    client = Client()
    for number in range(12):
        answer = client.post("/admin/login/", {"username": f"name-{number}", "password": "wrong"})
        assert answer.status_code == 200
    right = {"username": "olga", "password": PASSWORD}
    assert client.post("/admin/login/", right).status_code == 429
    assert client.post("/admin/login/", right, REMOTE_ADDR="203.0.113.9").status_code == 302
    assert User.objects.get().last_login is not None


def test_inventing_addresses_fills_no_memory(rf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knocks, "MOST_ADDRESSES", 100)
    for number in range(500):
        knocks.count("doors", rf.get("/", REMOTE_ADDR=f"10.0.{number // 250}.{number % 250}"))
    assert len(knocks._counts) == 101
    assert knocks._counts[("doors", "")] == 400


def test_a_household_has_one_count(rf: Any) -> None:
    for number in range(3):
        told = knocks.count("doors", rf.get("/", REMOTE_ADDR=f"2001:db8:1:2::{number}"))
    assert told == 3
    assert knocks.count("doors", rf.get("/", REMOTE_ADDR="2001:db8:1:3::1")) == 1


@pytest.fixture
def redis_server(settings: Any) -> Iterator[redis.Redis]:
    """The real one, under a name that nobody else counts by; skips where none answers."""
    url = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
    client = redis.Redis.from_url(url)
    try:
        client.ping()
    except redis.RedisError as error:
        pytest.skip(f"no Redis at {url}: {error}")
    name = f"limits-{uuid.uuid4().hex[:10]}"
    settings.REDIS_URL = url
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "name": name}
    yield client
    shared_knocks._redis(url).close()
    shared_knocks._redis.cache_clear()
    for key in client.scan_iter(f"{name}*"):
        client.delete(key)
    client.close()


def test_web_processes_count_together_in_redis_and_go_on_without_it(
    rf: Any, settings: Any, redis_server: redis.Redis
) -> None:
    assert [knocks.count("doors", rf.get("/")) for _time in range(2)] == [1, 2]
    knocks._counts.clear()  # as in another process, which has counted nothing itself
    assert knocks.count("doors", rf.get("/")) == 3
    assert knocks.count("pairing", rf.get("/")) == 1
    assert knocks.count("doors", rf.get("/", REMOTE_ADDR="203.0.113.5")) == 1
    lasting = {redis_server.ttl(key) for key in redis_server.scan_iter(f"{settings.Q_CLUSTER['name']}*")}
    assert all(0 < seconds <= 120 for seconds in lasting), "none stays for good"
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert knocks.count("doors", rf.get("/")) == 4, "it is away"


def test_guesses_at_two_processes_are_one_address_s_guesses(redis_server: redis.Redis, shop: Shop) -> None:
    """Each would let it try as often as both together do."""
    statuses = []
    for number in range(MOST + 5):
        if number == MOST // 2:
            knocks._counts.clear()
        statuses.append(send(shop, number, "wrong").status_code)
    assert statuses == [401] * MOST + [429] * 5
