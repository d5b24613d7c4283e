"""What many orders cost: a MoySklad 100 ms away that allows 11 calls in 3 s, real processes over loopback.

Each figure stands beside the naive way (a call for each order, as plugins of shops do) taken in the same run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import requests
from django.db import connection

from bridge.orders.models import Order
from bridge.sync.models import Upload
from bridge.sync.uploads import uploads
from bridge.sync.uploads.upload_choice import Chosen

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]
WORLD = {
    "items": 50,
    "latency_ms": 100,
    "limiter": True,
    "web_workers": 2,
    "env": {"MOYSKLAD_CALLS": "11", "RETRY_SCALE": "0.1", "LEASE_SECONDS": "60", "HEARTBEAT_TIMEOUT": "60"},
}
BACKLOG, NEW = 1000, 200
BUYERS = 10
SAMPLE = 33


def show(name: str, value: str, target: str = "") -> None:
    print(f"  {name:<62} {value:>14}   {target}")


@contextmanager
def away(world: Any) -> Iterator[None]:
    """MoySklad gives no answer; the orders of that time become the backlog."""
    world.box.moysklad.faults.add("status", status=503, count=None)
    yield
    world.until(lambda: world.status()["inbox"]["waiting"] == 0, "every event is read", 300)
    world.box.moysklad.faults.clear()
    world.box.moysklad.reset_stats()


def known_buyers(world: Any, of: str) -> list[dict[str, str]]:
    buyers = [{"email": f"{of}{n}@example.org", "phone": f"+7 916 100-00-{n:02}"} for n in range(BUYERS)]
    for buyer in buyers:
        world.document(world.box.store.place_order({"S-00001": 1}, **buyer)["id"])
    world.quiet()
    return buyers


def orders_of(world: Any, buyers: list[dict[str, str]], count: int, **order: Any) -> list[int]:
    """`count` orders, shared out evenly."""
    found: list[int] = []
    for buyer in buyers:
        found += world.box.store.place_orders(count // len(buyers), **buyer, **order)
    return found


def in_moysklad(world: Any, ids: list[int], seconds: float = 300) -> float:
    """Seconds until each of them has its document; none has two."""
    begun = time.monotonic()
    rows = Order.objects.filter(source_id__in=[str(one) for one in ids]).exclude(binding__external_id="")
    world.until(lambda: rows.filter(binding__isnull=False).count() == len(ids), "all are sent", seconds)
    took = time.monotonic() - begun
    world.quiet(60)
    names = {f"WOO-{one}" for one in ids}
    made = [row["name"] for row in world.box.moysklad.documents() if row["name"] in names]
    assert len(made) == len(set(made)) == len(ids)
    return took


def report(world: Any, what: str, seconds: float, limit: int, naive: float) -> None:
    calls, refused = len(world.box.moysklad.calls()), world.box.moysklad.stats()["by_status"].get("429", 0)
    show(f"API calls: {what}", str(calls), f"≤ {limit}, naive ≥ {BACKLOG}")
    show("of them refused for their rate", str(refused), "0")
    show("seconds until the last document", f"{seconds:.0f} s", f"naive {naive * BACKLOG:.0f} s")
    assert calls <= limit
    assert refused == 0


def naive_seconds(world: Any) -> float:
    """Seconds for an order when each is a call of its own, waited for as the API asks: a sample."""
    moysklad = world.box.moysklad
    agent = moysklad.add_counterparty(name="Покупатель")
    body = {
        "organization": moysklad.ref("organization", moysklad.organization),
        "agent": moysklad.ref("counterparty", agent["id"]),
    }
    headers = {"Authorization": f"Bearer {moysklad.token}", "Accept": "application/json;charset=utf-8"}
    headers |= {"Accept-Encoding": "gzip"}
    begun, made = time.monotonic(), 0
    while made < SAMPLE:
        answer = requests.post(f"{moysklad.url}/entity/customerorder", json=body, headers=headers, timeout=60)
        if answer.status_code == 429:
            time.sleep(int(answer.headers.get("X-Lognex-Retry-After", 1000)) / 1000)
        else:
            made += answer.status_code == 200
    seconds = (time.monotonic() - begun) / SAMPLE
    time.sleep(3.2)  # a fresh window
    return seconds


def test_a_backlog_of_known_buyers_and_one_with_new_ones(world: Any) -> None:
    naive = naive_seconds(world)
    print(f"\nA backlog of {BACKLOG} orders after MoySklad was away, {connection.vendor}")
    buyers = known_buyers(world, "backlog")
    with away(world):
        ids = orders_of(world, buyers, BACKLOG)
        world.until(lambda: Order.objects.filter(source_id=str(ids[-1])).exists(), "the last came", 300)
    report(world, "known buyers", in_moysklad(world, ids), 30, naive)
    with away(world):
        ids = []
        for tenth in range(10):  # new ones come among the others
            ids += orders_of(world, buyers, (BACKLOG - NEW) // 10)
            for n in range(NEW // 10):
                buyer = {"email": f"new{tenth}-{n}@example.org", "phone": f"+7 917 {tenth}00-00-{n:02}"}
                ids.append(world.box.store.place_order({"S-00002": 1}, **buyer)["id"])
        world.until(lambda: Order.objects.filter(source_id=str(ids[-1])).exists(), "the last came", 300)
    report(world, f"{NEW} new buyers among them", in_moysklad(world, ids), 80, naive)


def test_an_upload_of_older_orders(world: Any) -> None:
    naive = naive_seconds(world)
    buyers = known_buyers(world, "older")
    day = date(2025, 3, 10)
    world.box.store.event_knobs(drop=True)
    ids = orders_of(world, buyers, BACKLOG, created=f"{day}T10:00:00")
    world.box.settle()
    world.box.store.event_knobs(drop=False)
    print(f"\nAn upload of {BACKLOG} older orders, {connection.vendor}")
    world.box.moysklad.reset_stats()
    begun = uploads.start(world.shop, Chosen(day, day))
    seconds = in_moysklad(world, ids)
    report(world, "known buyers, nothing in MoySklad yet", seconds, 40, naive)
    done = Upload.objects.get(pk=begun.pk)
    assert (done.state, done.read, done.queued) == ("done", BACKLOG, BACKLOG)
    world.box.moysklad.reset_stats()
    world.box.store.reset_stats()
    again = uploads.start(world.shop, Chosen(day, day))
    world.until(lambda: Upload.objects.get(pk=again.pk).state == "done", "it is done", 300)
    show("API calls: the same once more", str(len(world.box.moysklad.calls())), "0")
    assert world.box.moysklad.calls() == []
    assert Upload.objects.get(pk=again.pk).known == BACKLOG


@pytest.fixture(autouse=True)
def loopback(settings: Any) -> None:
    """Uploads are started from this process, which asks the site how many orders they are for."""
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
