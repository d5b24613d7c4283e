"""The figures of a day: its orders, what could not be delivered, how long orders took; each minute anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.sync import tally
from bridge.sync.models import DayTally
from tests import factories

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)  # in Moscow
DAY = date(2026, 5, 14)


def arrived(order: Order, seconds: float, **more: Any) -> OutboxMessage:
    Order.objects.filter(pk=order.pk).update(first_seen_at=NOON)
    done_at = NOON + timedelta(seconds=seconds)
    message: OutboxMessage = factories.MessageFactory(order=order, state="done", done_at=done_at, **more)
    return message


def test_orders_count_on_the_day_of_the_desks_own_clock() -> None:
    shop = factories.ShopFactory()
    for hour in (20, 21, 22):  # in UTC: Moscow's day begins at 21:00 of the day before
        factories.OrderFactory(shop=shop, placed_at=datetime(2026, 5, 13, hour, 30, tzinfo=UTC))
    assert tally.counted(DAY)["orders"] == 2


def test_the_middle_order_tells_how_long_it_takes() -> None:
    shop = factories.ShopFactory()
    for seconds in (2, 4, 90000):
        arrived(factories.OrderFactory(shop=shop, placed_at=NOON), seconds)
    factories.MessageFactory(order=factories.OrderFactory(shop=shop, placed_at=NOON))
    assert tally.counted(DAY)["seconds"] == 4


def test_an_edit_of_an_order_is_not_its_arrival() -> None:
    order = factories.OrderFactory(placed_at=NOON)
    arrived(order, 3)
    arrived(order, 500)
    assert tally.counted(DAY)["seconds"] == 3


def test_a_message_fails_once_a_day_however_often_it_is_tried() -> None:
    order = factories.OrderFactory(placed_at=NOON)
    message = factories.MessageFactory(order=order)
    for minutes in (0, 5, 60):
        at = NOON + timedelta(minutes=minutes)
        factories.AttemptFactory(message=message, outcome="failed", started_at=at, finished_at=at)
    factories.AttemptFactory(message=message, outcome="done", started_at=NOON, finished_at=NOON)
    assert tally.counted(DAY)["failures"] == 1
    assert tally.counted(DAY - timedelta(days=1))["failures"] == 0


def test_a_day_without_anything_has_no_duration() -> None:
    assert tally.counted(DAY) == {"orders": 0, "failures": 0, "seconds": None}


def test_today_and_yesterday_are_counted_anew_and_older_days_once() -> None:
    shop = factories.ShopFactory()
    for days in (0, 1, 2):
        factories.OrderFactory(shop=shop, placed_at=NOON - timedelta(days=days))
    tally.keep(NOON)
    for days in (0, 1, 2):
        factories.OrderFactory(shop=shop, placed_at=NOON - timedelta(days=days))
    tally.keep(NOON + timedelta(seconds=30))
    assert [row.orders for row in tally.last_days(NOON)[-3:]] == [1, 1, 1], "not yet again"
    tally.keep(NOON + timedelta(seconds=90))
    assert [row.orders for row in tally.last_days(NOON)[-3:]] == [1, 2, 2]


def test_days_that_were_never_counted_are_made_up_for() -> None:
    factories.OrderFactory(placed_at=NOON - timedelta(days=29))
    for minutes in range(4):
        tally.keep(NOON + timedelta(minutes=minutes * 2))
    rows = tally.last_days(NOON)
    assert len(rows) == tally.DAYS
    assert rows[0].orders == 1
    assert DayTally.objects.exclude(counted_at=None).count() == tally.DAYS
