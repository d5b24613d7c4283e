"""The account's call budget is kept by all processes together, and well used."""

from __future__ import annotations

import time
from typing import Any

WORLD = {"limiter": True, "latency_ms": 30, "env": {"MOYSKLAD_CALLS": "11", "WORKERS": "6"}}


def test_a_backlog_in_six_workers_never_exceeds_the_budget(world: Any) -> None:
    time.sleep(3.2)
    world.box.moysklad.reset_stats()
    orders = world.box.store.place_orders(60)
    for order in orders:
        world.until(lambda order=order: world.documents(order), f"order {order} arrives", 90)
    world.quiet(60)
    calls = world.box.moysklad.calls()
    moments = sorted(call["at"] for call in calls)
    worst = max(sum(1 for other in moments if start <= other < start + 3.0) for start in moments)
    assert worst <= 11, f"{worst} calls in three seconds"
    assert [call for call in calls if call["status"] == 429] == []
    assert len(calls) < 60, f"{len(calls)} calls for 60 new buyers: a backlog goes in bulk"
    assert all(len(world.documents(order)) == 1 for order in orders)
