"""A shop can start without the plugin: WooCommerce's own webhooks bring its orders."""

from __future__ import annotations

from typing import Any


def test_two_orders_in_one_second_through_core_webhooks_both_arrive(world: Any) -> None:
    world.box.store.pair("", "")  # no plugin
    world.box.store.core_webhooks(world.event_url, world.secret)
    orders = [world.box.store.place_order({"S-00001": 1}, email=f"core{n}@example.org") for n in range(4)]
    for order in orders:
        world.document(order["id"])
    world.quiet()
    ids = [row["delivery_id"] for row in world.box.store.core_deliveries() if row["topic"] == "order.created"]
    assert len(set(ids)) < len(ids), "the stand-in gave every delivery an id of its own: nothing was proved"
    assert all(len(world.documents(order["id"])) == 1 for order in orders)


def test_a_status_changed_twice_within_a_second_ends_as_the_site_has_it(world: Any) -> None:
    order = world.box.store.place_order({"S-00002": 1}, status="on-hold")
    world.box.store.set_status(order["id"], "processing")
    world.box.store.set_status(order["id"], "cancelled")
    world.until(
        lambda: world.row(order["id"]).status == "cancelled", "a tie is settled by reading the order again"
    )
