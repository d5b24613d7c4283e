"""More changes within the minutes that every look reads again than one job has time for: each look goes on."""

from __future__ import annotations

from typing import Any

from world import SLOW_MACHINE

from bridge.orders.models import Order

MANY = 800
WORLD = {"env": {"LEASE_SECONDS": "12", "BRIDGE_PUBLIC_URL": ""}}


def test_a_slow_site_with_many_changed_orders_is_read_to_its_end(world: Any) -> None:
    """Eight pages of a second and a half each; a job has four seconds."""
    world.configure(intervals={"orders": 1})
    world.box.store.pair("", "")
    world.box.store.faults.add("slow", path=r"/wc/v3/orders", method="GET", ms=1500, count=None)
    world.box.store.place_orders(MANY)
    world.until(lambda: Order.objects.count() == MANY, "every order is found by looking", 4 * SLOW_MACHINE)
    world.box.store.faults.clear()
    world.quiet(2 * SLOW_MACHINE)
