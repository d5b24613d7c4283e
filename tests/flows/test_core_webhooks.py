"""A shop can start without the plugin: WooCommerce's own webhooks bring its orders."""

from __future__ import annotations

from itertools import count
from typing import Any


def test_two_orders_in_one_second_through_core_webhooks_both_arrive(world: Any) -> None:
    world.box.store.pair("", "")  # no plugin
    world.box.store.core_webhooks(world.event_url, world.secret)
    orders, numbers = [], count()

    def met() -> bool:
        """Of two more orders' deliveries, after those before, one has the id of another."""
        for _of_two in range(2):
            orders.append(
                world.box.store.place_order({"S-00001": 1}, email=f"core{next(numbers)}@example.org")
            )
        world.quiet()
        told = [row for row in world.box.store.core_deliveries() if row["topic"] == "order.created"]
        ids = [row["delivery_id"] for row in told]
        return len(set(ids)) < len(ids)

    world.until(met, "two deliveries were sent in one second: an id of its own for each proves nothing")
    for order in orders:
        world.document(order["id"])
    world.quiet()
    assert all(len(world.documents(order["id"])) == 1 for order in orders)


def test_a_status_changed_twice_within_a_second_ends_as_the_site_has_it(world: Any) -> None:
    order = world.box.store.place_order({"S-00002": 1}, status="on-hold")
    world.box.store.set_status(order["id"], "processing")
    world.box.store.set_status(order["id"], "cancelled")
    world.until(
        lambda: world.row(order["id"]).status == "cancelled", "a tie is settled by reading the order again"
    )
