"""A paused shop: nothing is written on either side; afterwards everything is right, once, in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone
from django.utils.translation import override
from staff import Staff

from bridge.history import deeds
from bridge.outbox import pauses
from bridge.outbox.models import DeliveryAttempt, OutboxMessage, Pause
from bridge.sync import kinds

WRITES = ("POST", "PUT", "DELETE", "PATCH")
ADD = "/admin/bridge/pause/add/"


@pytest.fixture
def staff(world: Any) -> Any:
    yield Staff(world.bridge.url).sign_in()
    pauses.end(Pause.objects.all())
    world.quiet()


def writes(world: Any) -> list[tuple[str, str]]:
    """What was written to either side since `begin_to_look`."""
    calls = [*world.box.moysklad.calls(), *world.box.store.calls()]
    return [(call["method"], call["path"]) for call in calls if call["method"] in WRITES]


def begin_to_look(world: Any) -> None:
    for side in (world.box.moysklad, world.box.store):
        side.reset_stats()


def pause(world: Any, staff: Staff, **answers: Any) -> Pause:
    staff.press(ADD, ADD, shop=str(world.shop.pk), **answers)
    return Pause.objects.latest("pk")


def go_on(staff: Staff, row: Pause) -> None:
    page = f"/admin/bridge/pause/{row.pk}/end/"
    staff.press(page, page, _form_submitted="1")
    assert not Pause.objects.filter(pk=row.pk).exists()


def taken_in(world: Any) -> None:
    """Every event was handled, and what follows of it waits."""
    world.box.settle()
    world.until(lambda: world.status()["inbox"]["waiting"] == 0, "the events are taken in")
    world.quiet()


def positions(world: Any, order: int) -> list[float]:
    return [row["quantity"] for row in world.document(order)["positions"]["rows"]][:1]


def test_nothing_is_written_during_a_pause_and_everything_once_after_it(world: Any, staff: Staff) -> None:
    edited, cancelled, closed = (world.box.store.place_order({"S-00001": 1})["id"] for _n in range(3))
    for order in (edited, cancelled, closed):
        world.document(order)
    world.quiet()
    row = pause(world, staff, why="Переезд склада")
    begin_to_look(world)

    new, later, withdrawn = (world.box.store.place_order({"S-00002": 2})["id"] for _n in range(3))
    world.row(later)
    world.box.store.set_line(new, "S-00002", quantity=3)
    world.box.store.set_line(edited, "S-00001", quantity=4)
    world.box.store.set_status(cancelled, "cancelled")
    world.box.store.set_status(withdrawn, "cancelled")
    world.box.moysklad.set_state(world.document(closed)["id"], "Завершен")
    world.box.moysklad.set_stock("S-00004", "Основной склад", 77)
    world.box.moysklad.tell_stock()
    before = world.box.store.product("S-00004")["stock_quantity"]
    taken_in(world)
    waiting = OutboxMessage.objects.filter(state="waiting")
    world.until(lambda: waiting.filter(kind=kinds.STATUS).exists(), "the news of MoySklad is taken in")
    world.until(lambda: waiting.filter(kind=kinds.STOCK).exists(), "the new stock is taken in")

    assert writes(world) == []
    assert not any(world.documents(order) for order in (new, later, withdrawn))
    assert world.site_status(closed) == "processing"
    assert before != 77
    assert DeliveryAttempt.objects.filter(started_at__gt=row.since).count() == 0, "nothing was tried in vain"
    figures = world.status()
    assert figures["outbox"]["waiting"] == 0
    assert figures["outbox"]["paused"] == waiting.count() > 5
    assert (figures["outbox"]["parked"], figures["outbox"]["dead"]) == (0, {})
    assert world.get("/readyz").status_code == 200
    home = staff.get("/admin/")
    assert "is paused" in home
    assert "Переезд склада" in home
    assert "anna" in home
    order_page = f"/admin/bridge/order/{world.row(new).pk}/change/"
    assert "The shop site is paused" in staff.get(order_page)

    go_on(staff, row)
    world.quiet()
    assert positions(world, new) == [3]
    assert positions(world, later) == [2]
    assert positions(world, edited) == [4]
    assert world.document(cancelled)["state"]["name"] == "Отменен"
    assert world.documents(withdrawn) == [], "it came and went during the pause"
    assert world.site_status(closed) == "completed"
    assert world.box.store.product("S-00004")["stock_quantity"] == 77
    # A few seconds after the last document its numbers are looked at, which is a message of a moment.
    left = OutboxMessage.objects.filter(state__in=["waiting", "in_flight", "parked", "dead"])
    world.until(lambda: not left.exists(), "nothing is left to do or to decide")
    tries = DeliveryAttempt.objects.filter(started_at__gt=row.since, message__kind=kinds.ORDER)
    keys = list(tries.order_by("pk").values_list("message__object_key", flat=True))
    assert len(keys) == len(set(keys)), "each order was written once"
    placed = [world.row(order).object_key for order in (new, later)]
    assert [key for key in keys if key in placed] == placed, "the older one first"
    assert "is paused" not in staff.get(order_page)
    with override("en"):
        said = [
            deeds.read(entry).text for entry in LogEntry.objects.filter(user__username="anna").order_by("pk")
        ]
    assert "Paused: Everything" in said[-2]
    assert "Goes out again: Everything" in said[-1]


def test_one_flow_is_paused_and_the_others_go_on(world: Any, staff: Staff) -> None:
    row = pause(world, staff, kinds=kinds.STOCK)
    world.box.moysklad.set_stock("S-00005", "Основной склад", 55)
    world.box.moysklad.tell_stock()
    order = world.box.store.place_order({"S-00001": 1})["id"]
    world.document(order)
    stock = OutboxMessage.objects.filter(kind=kinds.STOCK, state="waiting")
    world.until(stock.exists, "the new stock waits")
    begin_to_look(world)
    world.box.moysklad.set_stock("S-00005", "Основной склад", 56)
    world.box.moysklad.tell_stock()
    taken_in(world)
    assert writes(world) == []
    assert stock.count() == 1, "it joined what waits"
    assert "paused:" not in staff.get(f"/admin/bridge/order/{world.row(order).pk}/change/")
    go_on(staff, row)
    world.until(lambda: world.box.store.product("S-00005")["stock_quantity"] == 56, "the newest number")


def test_a_pause_ends_by_itself(world: Any, staff: Staff) -> None:
    row = pause(world, staff)
    order = world.box.store.place_order({"S-00001": 1})["id"]
    world.message(order, state="waiting")
    taken_in(world)
    assert world.documents(order) == []
    Pause.objects.filter(pk=row.pk).update(until=timezone.now() - timedelta(seconds=1))
    world.document(order)
    assert not Pause.objects.exists()
