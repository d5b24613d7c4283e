"""Events, polls and reads of one order meet in any order: the newest word remains, and one bad order stops none."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.inbox.models import InboxEvent
from bridge.inbox.receive import receive
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Watermark
from bridge.sync.site_orders.orders_from_site import accept, deleted, note_polled, polled
from bridge.sync.states import poll
from connectors.errors import NotFound

pytestmark = pytest.mark.django_db


def wire(**fields: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "order_key": "wc_order_a",
        "number": "7",
        "status": "on-hold",
        "currency": "RUB",
        "total": "100.00",
        "date_created_gmt": "2026-11-21T10:00:00",
        "date_modified_gmt": "2026-11-21T10:00:05",
        **fields,
    }


def site_shows(monkeypatch: pytest.MonkeyPatch, *orders: dict[str, Any]) -> None:
    by_id = {order["id"]: order for order in orders}

    def get(order_id: int) -> dict[str, Any]:
        if order_id not in by_id:
            raise NotFound("Invalid ID.", status=404)
        return by_id[order_id]

    api = SimpleNamespace(modified=lambda _place: iter([(orders, None)]), get=get)
    monkeypatch.setattr(clients, "woocommerce", lambda _connection: SimpleNamespace(orders=api))


def gone(shop: Shop) -> None:
    """The plugin tells that the order was deleted for good."""
    receive(shop.site, "woocommerce.order.deleted", "deleted", '{"order_id": 7}', source_id="7")
    deleted(InboxEvent.objects.get(topic="woocommerce.order.deleted"))


def run_poll(shop: Shop) -> Watermark:
    watermark = Watermark.objects.create(connection=shop.site, flow="orders", next_due_at=timezone.now())
    poll.orders(watermark)
    return watermark


def test_a_payment_in_the_second_of_the_last_poll_is_noticed(shop: Shop) -> None:
    accept(shop, wire(), read_at=None)
    assert note_polled(shop, wire(status="processing"))
    assert not note_polled(shop, wire())


def test_a_poll_that_waited_does_not_undo_a_newer_event(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert note_polled(shop, wire())
    paid = wire(status="processing")
    accept(shop, paid, read_at=datetime(2026, 11, 21, 10, 0, 5, 800000, tzinfo=UTC))
    site_shows(monkeypatch, paid)
    polled(InboxEvent.objects.get(topic="site.order"))
    assert Order.objects.get().status == "processing"


def test_an_order_that_cannot_be_read_stops_no_other(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = wire(id=2, date_created_gmt=None)
    site_shows(monkeypatch, wire(id=1), bad, wire(id=3, date_modified_gmt="2026-11-21T10:00:09"))
    watermark = run_poll(shop)
    assert list(InboxEvent.objects.order_by("pk").values_list("source_id", flat=True)) == ["1", "2", "3"]
    assert watermark.position == datetime(2026, 11, 21, 10, 0, 9, tzinfo=UTC)


def test_a_date_in_the_future_does_not_carry_the_watermark_away(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    site_shows(monkeypatch, wire(date_modified_gmt="2036-01-01T00:00:00"))
    position = run_poll(shop).position
    assert position is not None
    assert position < timezone.now() + timedelta(hours=1)


def test_what_was_just_read_from_the_site_wins_even_when_its_clock_went_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(shop, wire(date_modified_gmt="2026-11-21T13:00:05"), read_at=None)
    now = wire(status="cancelled", date_modified_gmt="2026-11-21T10:05:00")
    site_shows(monkeypatch, now)
    accept(shop, now, read_at=None, sure=True)
    assert Order.objects.get().status == "cancelled"


def test_what_was_read_before_an_event_that_came_meanwhile_is_read_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(shop, wire(), read_at=None)
    read = wire(status="processing", date_modified_gmt="2026-11-21T10:00:07")
    told = wire(status="cancelled", date_modified_gmt="2026-11-21T10:00:09")
    accept(shop, told, read_at=None)
    site_shows(monkeypatch, told)
    row = accept(shop, read, read_at=None, sure=True)
    assert row is not None
    assert (row.status, Order.objects.get().status) == ("cancelled", "cancelled")


@pytest.mark.parametrize("sure", [True, False], ids=["read", "told"])
def test_what_was_said_before_a_deletion_that_was_told_first_is_not_believed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, sure: bool
) -> None:
    accept(shop, wire(), read_at=None)
    gone(shop)
    site_shows(monkeypatch)
    before = wire(status="processing", date_modified_gmt="2026-11-21T10:00:07")
    row = accept(shop, before, read_at=None, sure=sure)
    assert row is not None
    assert (row.status, Order.objects.get().status) == ("trash", "trash")


@pytest.mark.parametrize("sure", [True, False], ids=["read", "told"])
def test_an_order_that_came_out_of_the_trash_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, sure: bool
) -> None:
    accept(shop, wire(status="trash"), read_at=None)
    back = wire(status="processing", date_modified_gmt="2026-11-21T10:00:07")
    site_shows(monkeypatch, back)
    accept(shop, back, read_at=None, sure=sure)
    assert Order.objects.get().status == "processing"


@pytest.mark.django_db(transaction=True)
def test_two_events_of_a_new_order_at_once_make_one_order_and_one_message(shop: Shop) -> None:
    together = threading.Barrier(2)

    def worker(number: int) -> None:
        try:
            together.wait(timeout=20)
            accept(shop, wire(id=number, status="processing"), read_at=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for number in range(100, 110):
            for both in [pool.submit(worker, number) for _ in range(2)]:
                both.result(timeout=60)
    assert (Order.objects.count(), OutboxMessage.objects.count()) == (10, 10)
