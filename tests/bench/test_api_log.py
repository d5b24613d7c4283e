"""What the API log costs a call: the same calls with the log and without it, in turns, in one run.

Outgoing calls go to a server on loopback, so the log's share is as large as it can be; incoming ones go through all the
middleware that is shipped, to the doors behind it. Counted is the processor time of this process (with what waits for
the database: also time by the clock). Other work beside it only ever adds to both, so the quickest rounds are compared.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from bridge.apilog import buffer
from bridge.apilog.models import ApiCall
from bridge.connections import clients
from bridge.inbox.signatures import sign_event
from connectors.transport.session import pooled_session
from tests import factories
from tests.connectors.conftest import Reply, Stub

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
ROUNDS, CALLS = 9, 20
LIMIT_MS = 2.0
LOG = "bridge.apilog.incoming.IncomingCalls"


def order(number: int) -> dict[str, Any]:
    address = {
        "first_name": "Иван",
        "last_name": "Петров",
        "email": "ivan@example.ru",
        "phone": "+7 999 123-45-22",
    }
    return {
        "id": number,
        "status": "processing",
        "billing": {**address, "address_1": "Лесная, 5", "city": "Москва"},
        "shipping": address,
        "customer_note": "Позвоните",
        "meta_data": [{"id": n, "key": f"_meta_{n}", "value": f"value {n}"} for n in range(20)],
        "line_items": [{"id": n, "name": "Кружка", "sku": f"S-{n:05}", "total": "189.17"} for n in range(8)],
    }


BODIES = {
    "an order (3 KB)": order(1),
    "two orders (5 KB)": [order(1), order(2)],
    "three orders (8 KB, all of it kept)": [order(1), order(2), order(3)],
    "a page of 10 orders": [order(number) for number in range(10)],
    "a page of 25 orders": [order(number) for number in range(25)],
    "a page of 100 orders (300 KB)": [order(number) for number in range(100)],
    "an empty list": [],
}


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    yield server
    pooled_session(allow_private=True).close()
    server.close()


@pytest.fixture
def silent(settings: LazySettings) -> Client:
    """Calls the bridge through all its middleware but that of the log."""
    client, shipped = Client(), settings.MIDDLEWARE
    settings.MIDDLEWARE = [one for one in shipped if one != LOG]
    assert len(settings.MIDDLEWARE) == len(shipped) - 1
    client.handler.load_middleware()
    settings.MIDDLEWARE = shipped
    return client


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_call_costs_less_than_two_milliseconds_more(
    settings: LazySettings, stub: Stub, monkeypatch: pytest.MonkeyPatch, name: str, method: str
) -> None:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    site = factories.SiteFactory(base_url=stub.root)
    stub.replies(Reply(200, BODIES[name]))
    logged = clients.woocommerce(site)
    monkeypatch.setattr(clients, "observer", lambda *_: lambda _record: None)
    silent = clients.woocommerce(site)

    def call(client: Any) -> None:
        if method == "GET":
            client.get("orders")
        else:
            client.post("orders", BODIES[name] if isinstance(BODIES[name], dict) else {"batch": BODIES[name]})

    compare(f"{method} {name}", BODIES[name], lambda: call(silent), lambda: call(logged))


@pytest.mark.parametrize("name", BODIES)
def test_an_event_costs_less_than_two_milliseconds_more(silent: Client, name: str) -> None:
    """Of the plugin, signed: nothing between the door and the row is left out."""
    shop = factories.ShopFactory()
    number = count()

    def call(client: Client) -> None:
        event_id, stamp = f"event-{next(number):08}", str(int(time.time()))
        told = {"event": "order.changed", "site": shop.home_url, "order_id": 1, "order": BODIES[name]}
        body = json.dumps(told).encode()
        answer = client.post(
            f"/api/v1/events/woocommerce/{shop.site_id}/",
            body,
            content_type="application/json",
            headers={
                "X-Sklad-Bridge-Id": event_id,
                "X-Sklad-Bridge-Timestamp": stamp,
                "X-Sklad-Bridge-Signature": sign_event(
                    shop.site.credentials["event_secret"], event_id, stamp, body
                ),
            },
        )
        assert answer.status_code == 202

    logged = Client()
    compare(f"event of {name}", BODIES[name], lambda: call(silent), lambda: call(logged))


def compare(name: str, body: Any, without_log: Callable[[], None], with_log: Callable[[], None]) -> None:
    """The same calls in turns; prints what the log adds, and holds it to its limit."""

    def round_of(call: Callable[[], None]) -> tuple[float, float]:
        """Milliseconds a call: of the processor, by the clock."""
        worked, began = time.thread_time(), time.perf_counter()
        for _ in range(CALLS):
            call()
        buffer.write()
        return (time.thread_time() - worked) * 1000 / CALLS, (time.perf_counter() - began) * 1000 / CALLS

    round_of(without_log), round_of(with_log)
    pairs = [(round_of(without_log), round_of(with_log)) for _ in range(ROUNDS)]
    silent_rounds, logged_rounds = zip(*pairs, strict=True)
    processor = min(one[0] for one in logged_rounds) - min(one[0] for one in silent_rounds)
    base = min(one[1] for one in silent_rounds)
    clock = min(one[1] for one in logged_rounds) - base
    size = len(json.dumps(body)) / 1024
    print(
        f"\n  API log, {connection.vendor}, {name:<46} {size:7.1f} KB: processor +{processor:.2f} ms, "
        f"clock +{clock:.2f} ms a call (a call without it: {base:.2f} ms)   ≤ {LIMIT_MS} ms"
    )
    assert ApiCall.objects.count() == (ROUNDS + 1) * CALLS
    assert processor < LIMIT_MS
