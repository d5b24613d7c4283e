"""A site that hangs or breaks: nobody hammers it, nobody is killed for it, and orders are taken in meanwhile."""

from __future__ import annotations

import time
from typing import Any

from bridge.connections.models import Connection
from bridge.sync import flows

WORLD = {"env": {"WORKERS": "2"}}


def test_workers_that_wait_for_a_slow_site_are_not_taken_for_hung(world: Any) -> None:
    world.quiet()
    for path in ("products", "orders"):
        world.box.store.faults.add("slow", method="GET", path=path, ms=14000, count=4)
    flows.run_soon(world.shop.site, "site_catalogue")
    flows.run_soon(world.shop.site, "orders")
    time.sleep(13)
    assert world.get("/readyz").status_code == 200, "both workers are at work"
    time.sleep(9)
    assert "no beat came back" not in world.bridge.log_tail("worker.log", 60)


def test_orders_are_taken_in_while_the_site_answers_nothing(world: Any) -> None:
    world.box.store.faults.add("status", path="wc/v3", status=504, count=None)
    flows.run_soon(world.shop.site, "orders")
    world.until(lambda: Connection.objects.get(vendor="woocommerce").failures, "the site is left alone")
    orders = world.box.store.place_orders(3)
    for order in orders:
        world.document(order)
    world.box.store.faults.clear()
    world.until(lambda: not Connection.objects.get(vendor="woocommerce").failures, "it is back")


def test_writes_that_get_no_answer_pause_the_site_and_arrive_once_it_is_back(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1})
    document = world.document(order["id"])
    world.quiet()
    world.box.store.faults.add("status", method="PUT", path="orders/", status=504, count=3)
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.until(lambda: Connection.objects.get(vendor="woocommerce").failures, "the site is left alone")
    world.until(lambda: world.site_status(order["id"]) == "completed", "the status arrives")
    world.quiet()
    message = world.message(order["id"], kind="status_to_site", state="done")
    assert message.attempts == 0, "an outage uses up nobody's tries"
