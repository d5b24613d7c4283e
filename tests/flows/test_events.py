"""Events repeated, reordered, lost, or sent by WooCommerce itself change nothing about the outcome."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order


def test_the_same_event_many_times_is_one_document(world: Any) -> None:
    world.box.store.event_knobs(copies=4)
    try:
        order = world.box.store.place_order({"S-00001": 1})
        world.document(order["id"])
        world.quiet()
    finally:
        world.box.store.event_knobs(copies=1)
    assert len(world.documents(order["id"])) == 1
    assert (
        InboxEvent.objects.filter(source_id=str(order["id"]), topic="woocommerce.order.changed").count() == 1
    )


def test_events_that_arrive_in_reverse_leave_the_newest_state(world: Any) -> None:
    world.box.store.hold_events()
    order = world.box.store.place_order({"S-00001": 1}, status="pending")
    world.box.store.set_status(order["id"], "on-hold")
    world.box.store.set_status(order["id"], "cancelled")
    world.box.store.set_status(order["id"], "processing")
    world.box.store.release_events(order="reverse", copies=2)
    document = world.document(order["id"])
    world.quiet()
    assert world.row(order["id"]).status == "processing"
    assert world.box.moysklad.document(document["id"])["state"]["name"] == "Новый"
    assert len(world.documents(order["id"])) == 1


def test_an_order_whose_event_was_lost_is_found_by_polling(world: Any) -> None:
    world.box.store.hold_events()
    order = world.box.store.place_order({"S-00002": 1})
    world.box.store.release_events(drop=100)
    assert not Order.objects.filter(source_id=str(order["id"])).exists()
    world.run_flow("orders")
    world.document(order["id"])
    world.run_flow("orders")
    assert len(world.documents(order["id"])) == 1


def test_a_closing_whose_webhook_was_lost_is_found_by_polling(world: Any) -> None:
    order = world.box.store.place_order({"S-00002": 1})
    document = world.document(order["id"])
    world.quiet()
    world.box.moysklad.webhook_knobs(drop=True)
    try:
        world.box.moysklad.set_state(document["id"], "Завершен")
        world.box.settle()
        assert world.site_status(order["id"]) == "processing"
        world.run_flow("statuses")
        world.until(lambda: world.site_status(order["id"]) == "completed", "polling found it")
    finally:
        world.box.moysklad.webhook_knobs(drop=False)


def test_webhooks_repeated_and_reordered_leave_the_last_state(world: Any) -> None:
    order = world.box.store.place_order({"S-00002": 1})
    document = world.document(order["id"])
    world.quiet()
    world.box.moysklad.webhook_knobs(hold=True)
    world.box.moysklad.set_state(document["id"], "Отменен")
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.box.moysklad.webhook_knobs(hold=False)
    world.box.moysklad.release_webhooks(order="reverse", copies=3)
    world.until(lambda: world.site_status(order["id"]) == "completed", "the last state counts")
    world.quiet()
    assert world.site_status(order["id"]) == "completed"


def test_an_order_too_large_for_an_event_is_read_by_rest(world: Any) -> None:
    world.box.store.configure(max_event_bytes=500)
    try:
        order = world.box.store.place_order({"S-00001": 1})
        world.document(order["id"])
    finally:
        world.box.store.configure(max_event_bytes=512 * 1024)


def test_a_shop_whose_clock_is_off_is_told_the_time_and_gets_through(world: Any) -> None:
    world.box.store.configure(clock_skew=3600.0)
    try:
        order = world.box.store.place_order({"S-00001": 1})
        world.document(order["id"])
    finally:
        world.box.store.configure(clock_skew=0.0)


def test_a_clone_of_the_site_sends_nothing(world: Any) -> None:
    world.box.store.configure(home_url="https://staging.example.test", event_tries=1)
    try:
        order = world.box.store.place_order({"S-00001": 1})
        world.box.settle()
    finally:
        world.box.store.configure(home_url="", event_tries=12)
    assert not Order.objects.filter(source_id=str(order["id"])).exists()


@pytest.mark.parametrize("status", ["trash", "deleted"])
def test_an_order_removed_on_the_site_keeps_its_document(world: Any, status: str) -> None:
    order = world.box.store.place_order({"S-00001": 1})
    document = world.document(order["id"])
    if status == "trash":
        world.box.store.trash_order(order["id"])
    else:
        world.box.store.delete_order(order["id"])
    world.until(lambda: world.row(order["id"]).status == "trash", "the bridge knows")
    world.quiet()
    assert world.box.moysklad.document(document["id"]) is not None
