"""An order that a person holds: nothing of it goes out, what comes joins it, and once released it goes."""

import pytest
from django.utils import timezone

from bridge.outbox import holds
from bridge.outbox.claim import claim
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.status import status
from bridge.sync import kinds
from tests import factories

pytestmark = pytest.mark.django_db
State = OutboxMessage.State


def test_what_is_held_is_not_taken_alone_nor_with_others() -> None:
    held = factories.MessageFactory()
    other = factories.MessageFactory(order=factories.OrderFactory(shop=held.shop))
    assert holds.begin(held.object_key, by="Анна", why="ждём оплату")
    assert claim(held.pk, 1) == []
    assert [message.pk for message in claim(other.pk, 100)] == [other.pk]


def test_once_released_it_is_taken() -> None:
    message = factories.MessageFactory(attempts=7, first_failed_at=timezone.now())
    holds.begin(message.object_key)
    assert holds.end(message.object_key)
    taken = claim(message.pk, 1)
    assert [one.pk for one in taken] == [message.pk]
    assert (taken[0].attempts, taken[0].first_failed_at) == (0, None)


def test_holding_and_releasing_twice_changes_nothing() -> None:
    message = factories.MessageFactory()
    assert holds.begin(message.object_key, by="Анна")
    assert not holds.begin(message.object_key, by="Пётр")
    hold = holds.of(message.object_key)
    assert hold is not None
    assert hold.by == "Анна"
    assert holds.end(message.object_key)
    assert not holds.end(message.object_key)


def test_what_comes_meanwhile_joins_what_waits() -> None:
    message = factories.MessageFactory()
    holds.begin(message.object_key)
    joined = enqueue(message.shop, message.connection, kinds.ORDER, message.object_key, {"more": 1})
    assert joined.pk == message.pk
    assert claim(joined.pk, 1) == []


def test_what_is_held_is_no_backlog() -> None:
    message = factories.MessageFactory()
    holds.begin(message.object_key)
    figures = status()
    assert figures["outbox"]["waiting"] == 0
    assert figures["worker"]["lag_seconds"] == 0
