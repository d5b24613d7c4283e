"""Handling events once more brings back what was lost and changes nothing that is right already."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from staff import Staff

from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.models import ReplayRun

ADD = "/admin/bridge/replayrun/add/"
WRITES = ("POST", "PUT", "DELETE", "PATCH")


@pytest.fixture
def staff(world: Any) -> Staff:
    return Staff(world.bridge.url).sign_in()


def writes(world: Any) -> list[tuple[str, str]]:
    calls = [*world.box.moysklad.calls(), *world.box.store.calls()]
    return [(call["method"], call["path"]) for call in calls if call["method"] in WRITES]


def since(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S")


def replayed(world: Any, staff: Staff, **answers: str) -> ReplayRun:
    """The run that was started by the form, once it has ended."""
    page = staff.press(ADD, ADD, shop=str(world.shop.pk), start="1", **answers)
    run = ReplayRun.objects.latest("pk")
    assert page.url.endswith(f"/admin/bridge/replayrun/{run.pk}/change/")
    world.until(lambda: ReplayRun.objects.get(pk=run.pk).state == "done", "the run ends")
    run.refresh_from_db()
    return run


def everything() -> list[tuple[Any, ...]]:
    """All that the bridge knows of orders and their documents."""
    orders = Order.objects.order_by("pk").values_list("pk", "status", "digest", "content", "modified_at")
    documents = OrderBinding.objects.order_by("pk").values_list(
        "external_id", "state_id", "site_status", "goods"
    )
    return [*orders, *documents]


def test_a_period_handled_again_changes_nothing_that_is_right(world: Any, staff: Staff) -> None:
    began = timezone.now() - timedelta(seconds=1)
    store = world.box.store
    kept, edited, cancelled, closed, binned, renewed = (
        store.place_order({"S-00001": 1})["id"] for _number in range(6)
    )
    for order in (kept, edited, cancelled, closed, binned, renewed):
        world.document(order)
    store.set_line(edited, "S-00001", quantity=2)
    store.set_line(edited, "S-00001", quantity=5)
    store.set_status(cancelled, "cancelled")
    store.trash_order(binned)
    store.set_status(renewed, "cancelled")
    world.quiet()
    store.set_status(renewed, "processing")
    world.box.moysklad.set_state(world.document(closed)["id"], "Завершен")
    world.until(lambda: world.site_status(closed) == "completed", "the order is closed")
    world.quiet()

    known = everything()
    documents = {row["id"]: row["updated"] for row in world.box.moysklad.documents()}
    newest = OutboxMessage.objects.latest("pk").pk
    for side in (world.box.moysklad, store):
        side.reset_stats()
    run = replayed(world, staff, since=since(began))
    world.quiet()

    assert run.total == run.done == run.went > 10
    assert (run.failed, run.by) == (0, "anna")
    assert writes(world) == []
    assert {row["id"]: row["updated"] for row in world.box.moysklad.documents()} == documents
    assert everything() == known
    # A few seconds after the last document its numbers are looked at, which is a message of a moment.
    left = OutboxMessage.objects.exclude(state__in=["done", "discarded"])
    world.until(lambda: not left.exists(), "nothing is left to do or to decide")
    # Numbers of goods are looked at whenever it is their time; above, nothing of them was written either.
    queued = OutboxMessage.objects.filter(pk__gt=newest).exclude(kind=kinds.STOCK)
    assert list(queued.values_list("kind", "object_key", "state")) == []
    assert "100%" in staff.get(f"/admin/bridge/replayrun/{run.pk}/change/")


def test_orders_the_bridge_forgot_come_back(world: Any, staff: Staff) -> None:
    began = timezone.now() - timedelta(seconds=1)
    lost = world.box.store.place_order({"S-00002": 1})["id"]
    document = world.document(lost)
    world.quiet()
    row = world.row(lost)
    OutboxMessage.objects.filter(object_key=row.object_key).delete()
    row.delete()
    estimate = staff.press(ADD, ADD, shop=str(world.shop.pk), since=since(began), look="1").text
    assert "Events to process again: " in estimate
    replayed(world, staff, since=since(began), of="site")
    world.row(lost)
    world.quiet()
    assert [one["id"] for one in world.documents(lost)] == [document["id"]], "known again by its own key"


def test_one_event_is_handled_again(world: Any, staff: Staff) -> None:
    order = world.box.store.place_order({"S-00001": 1})["id"]
    world.document(order)
    world.quiet()
    event = InboxEvent.objects.filter(source_id=str(order)).latest("pk")
    for side in (world.box.moysklad, world.box.store):
        side.reset_stats()
    page = f"/admin/bridge/inboxevent/{event.pk}/replay/"
    staff.press(page, page, _form_submitted="1")
    handled = event.processed_at
    world.until(lambda: InboxEvent.objects.get(pk=event.pk).processed_at > handled, "it is handled again")
    world.quiet()
    assert writes(world) == []
    assert len(world.documents(order)) == 1


def test_ended_early_leaves_the_rest_alone(world: Any, staff: Staff) -> None:
    world.box.store.place_orders(30)
    world.box.settle()
    world.quiet()
    connection = world.shop.site
    InboxEvent.objects.bulk_create(
        InboxEvent(
            connection=connection,
            topic="woocommerce.ping",
            dedup_key=f"many:{number}",
            body="{}",
            state="failed",
            due_at=timezone.now(),
        )
        for number in range(400)
    )
    staff.press(
        ADD, ADD, shop=str(world.shop.pk), since=since(timezone.now() - timedelta(minutes=5)), start="1"
    )
    run = ReplayRun.objects.latest("pk")
    page = f"/admin/bridge/replayrun/{run.pk}/cancel/"
    staff.press(page, page, _form_submitted="1")
    run.refresh_from_db()
    assert run.state == "cancelled"
    world.quiet()
    run.refresh_from_db()
    assert run.done < run.total
    InboxEvent.objects.filter(dedup_key__startswith="many:").delete()
