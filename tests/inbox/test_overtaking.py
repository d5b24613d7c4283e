"""News of the site, orders above all, stands behind no heap of notifications, which need calls."""

from __future__ import annotations

import pytest
from django.utils import timezone

from bridge.connections.models import Connection, Shop
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import LATE, process_waiting
from bridge.inbox.receive import receive

pytestmark = pytest.mark.django_db
State = InboxEvent.State
ORDER, NOTICE = "woocommerce.order.changed", "moysklad.customerorder"


def came(connection: Connection, topic: str, count: int) -> list[InboxEvent]:
    found = [receive(connection, topic, f"{topic}-{n}", "{}") for n in range(count)]
    assert all(found)
    return [event for event in found if event is not None]


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr("bridge.inbox.process.wake", said.append)
    return said


def test_an_order_is_taken_in_before_notifications_that_came_earlier(shop: Shop, woken: list[str]) -> None:
    came(shop.account, NOTICE, 30)
    orders = came(shop.site, ORDER, 3)
    handled: list[str] = []
    process_waiting(dict.fromkeys((ORDER, NOTICE), lambda event: handled.append(event.topic)))
    assert handled == [ORDER] * len(orders)
    assert woken, "the notifications are somebody's next"
    process_waiting(dict.fromkeys((ORDER, NOTICE), lambda event: handled.append(event.topic)))
    assert handled[len(orders) :] == [NOTICE] * 10


def test_an_order_that_comes_while_notifications_are_handled_is_next(shop: Shop, woken: list[str]) -> None:
    came(shop.account, NOTICE, 10)
    handled: list[str] = []

    def notice(event: InboxEvent) -> None:
        handled.append(event.topic)
        if len(handled) == 2:
            came(shop.site, ORDER, 1)

    topics = {NOTICE: notice, ORDER: lambda event: handled.append(event.topic)}
    process_waiting(topics)
    assert handled == [NOTICE] * 2
    assert InboxEvent.objects.filter(topic=NOTICE, state=State.WAITING).count() == 8
    assert woken
    process_waiting(topics)
    process_waiting(topics)
    assert handled == [NOTICE] * 2 + [ORDER] + [NOTICE] * 8


@pytest.mark.parametrize(("waiting", "wakes"), [(3, 0), (10, 1), (30, 1)])
def test_no_job_wakes_more_than_one(shop: Shop, woken: list[str], waiting: int, wakes: int) -> None:
    came(shop.account, NOTICE, waiting)
    process_waiting({NOTICE: lambda _event: None})
    assert len(woken) == wakes


def test_a_portion_that_is_let_go_is_woken_for_and_its_helper(shop: Shop, woken: list[str]) -> None:
    came(shop.account, NOTICE, 10)
    process_waiting({NOTICE: lambda _event: came(shop.site, ORDER, 1) and None})
    assert len(woken) == 2


def test_a_stream_of_news_takes_a_late_notification_along(shop: Shop, woken: list[str]) -> None:
    came(shop.account, NOTICE, 3)
    came(shop.site, ORDER, 40)
    InboxEvent.objects.filter(topic=NOTICE).update(due_at=timezone.now() - LATE)
    handled: list[str] = []
    for _ in range(2):
        process_waiting(dict.fromkeys((ORDER, NOTICE), lambda event: handled.append(event.topic)))
    assert handled == ([ORDER] * 9 + [NOTICE]) * 2


def test_news_of_the_site_that_cannot_be_handled_now_keeps_no_notification_waiting(
    shop: Shop, woken: list[str]
) -> None:
    came(shop.site, ORDER, 1)
    came(shop.account, NOTICE, 1)

    def broken(_event: InboxEvent) -> None:
        raise RuntimeError("a bug")

    topics = {ORDER: broken, NOTICE: lambda _event: None}
    process_waiting(topics)
    process_waiting(topics)
    assert InboxEvent.objects.get(topic=NOTICE).state == State.DONE
