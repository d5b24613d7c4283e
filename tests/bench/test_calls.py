"""Calls that an order and a refresh of stock cost: a MoySklad 100 ms away that allows 11 calls in 3 s, real processes.

The refresh stands beside the naive way (the whole report page by page, a write for each item) taken in the same run.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from bridge.sync import flows

pytestmark = pytest.mark.bench
WORLD = {
    "items": 10_000,
    "latency_ms": 100,
    "limiter": True,
    "web_workers": 2,
    "env": {"MOYSKLAD_CALLS": "11", "RETRY_SCALE": "1", "LEASE_SECONDS": "60", "HEARTBEAT_TIMEOUT": "60"},
}


def show(name: str, value: str, target: str = "") -> None:
    print(f"  {name:<62} {value:>14}   {target}")


@pytest.mark.parametrize(
    ("name", "buyer", "limit"),
    [
        ("known buyer", {"email": "known@example.org", "phone": ""}, 1),
        ("new buyer with e-mail and phone", {"email": "new1@example.org", "phone": "+7 916 111-22-33"}, 4),
        ("new buyer, nothing to look up", {"email": "", "phone": ""}, 2),
    ],
)
def test_calls_of_an_order(world: Any, name: str, buyer: dict[str, str], limit: int) -> None:
    store, moysklad = world.box.store, world.box.moysklad
    if limit == 1:
        world.document(store.place_order({"S-00001": 1}, **buyer)["id"])
    world.quiet()
    moysklad.reset_stats()
    world.document(store.place_order({"S-00003": 1}, **buyer)["id"])
    world.quiet()
    time.sleep(2)
    calls = len(moysklad.calls())
    show(f"API calls for an order, echoes included: {name}", str(calls), f"≤ {limit}")
    assert calls <= limit


def test_a_stock_refresh_of_ten_thousand_items(world: Any) -> None:
    store, moysklad = world.box.store, world.box.moysklad
    world.run_flow("stock")  # what the orders before have reserved
    changed = [f"S-{n:05d}" for n in range(101, 201)]
    for sku in changed:
        moysklad.set_stock(sku, "Основной склад", 500)
    time.sleep(3.2)
    moysklad.reset_stats()
    store.reset_stats()
    begun = time.monotonic()
    flows.run_soon(world.shop.account, "stock")
    world.until(
        lambda: all(store.product(sku)["stock_quantity"] == 500 for sku in changed[::9]), "on the site", 60
    )
    seconds = time.monotonic() - begun
    world.quiet()
    there, here = len(moysklad.calls()), len(store.calls())
    naive_seconds, naive_there, naive_here = naive_refresh(world, changed)
    print("\nStock: 10,000 items, 100 of them changed")
    show("seconds until the site shows them", f"{seconds:.1f} s", f"naive {naive_seconds:.1f} s")
    show("calls to MoySklad", str(there), f"≤ 2, naive {naive_there}")
    show("calls to the site", str(here), f"≤ 1 per 100, naive {naive_here}")
    show("times faster than the naive way", f"{naive_seconds / seconds:.1f}")
    assert there <= 2
    assert here <= 1


def naive_refresh(world: Any, changed: list[str]) -> tuple[float, int, int]:
    """Read the whole extended report page by page, then write each changed product with a call of its own."""
    from connectors.woocommerce.client import WooCommerce

    box = world.box
    ids = {sku: box.store.product(sku)["id"] for sku in changed}
    site = WooCommerce(box.store.url, box.store.consumer_key, box.store.consumer_secret, allow_private=True)
    headers = {
        "Authorization": f"Bearer {box.moysklad.token}",
        "Accept": "application/json;charset=utf-8",
        "Accept-Encoding": "gzip",
    }
    calls = {"there": 0, "here": 0}
    begun = time.monotonic()
    offset = 0
    while True:
        calls["there"] += 1
        url = f"{box.moysklad.url}/report/stock/all?limit=1000&offset={offset}"
        answer = requests.get(url, headers=headers, timeout=60)
        if answer.status_code == 429:
            time.sleep(int(answer.headers.get("X-Lognex-Retry-After", 1000)) / 1000)
            continue
        rows = answer.json()["rows"]
        offset += 1000
        if len(rows) < 1000:
            break
    for product_id in ids.values():
        calls["here"] += 1
        site.put(f"products/{product_id}", {"stock_quantity": 501})
    return time.monotonic() - begun, calls["there"], calls["here"]
