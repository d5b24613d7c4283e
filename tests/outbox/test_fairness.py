"""Nobody stands behind somebody else's heap: neither a shop behind a larger one, nor an order behind stock writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bridge.connections.faults import note_outage
from bridge.connections.models import Connection, Shop
from bridge.outbox.claim import claim
from bridge.outbox.deliver import deliver
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Kind
from bridge.routes import FLOWS, LONG_WORK
from bridge.schedules import sweep
from bridge.sync import kinds
from connectors.errors import TransientError
from tests import factories

pytestmark = pytest.mark.django_db


def heap(shop: Shop, count: int, kind: str = kinds.ORDER) -> None:
    """So many messages of a shop, all waiting for longer than anything that comes now."""
    before = timezone.now() - timedelta(hours=1)
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            shop=shop, connection=shop.account, kind=kind, object_key=f"{kind}:{shop.pk}:{n}", due_at=before
        )
        for n in range(count)
    )


@pytest.fixture
def two_shops() -> tuple[Shop, Shop]:
    """Of one account: a large one with a thousand waiting orders, and a small one."""
    large = factories.ShopFactory()
    small = factories.ShopFactory(account=large.account)
    heap(large, 1000)
    return large, small


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    said: list[tuple[Any, ...]] = []
    for step in ("schedules", "outbox.enqueue", "outbox.deliver"):
        monkeypatch.setattr(f"bridge.{step}.wake", lambda *args: said.append(args))
    return said


def test_an_order_of_a_small_shop_goes_with_the_next_call(two_shops: tuple[Shop, Shop]) -> None:
    message = enqueue(two_shops[1], two_shops[1].account, kinds.ORDER, "order:small")
    taken = claim(message.pk, 100)
    assert message.pk in [one.pk for one in taken]
    assert len(taken) == 100, "the rest of the call is the large shop's"


def test_the_large_shop_goes_on_with_what_is_due_longest(two_shops: tuple[Shop, Shop]) -> None:
    enqueue(two_shops[1], two_shops[1].account, kinds.ORDER, "order:small")
    oldest = OutboxMessage.objects.filter(shop=two_shops[0]).order_by("due_at", "pk")
    expected = list(oldest.values_list("pk", flat=True)[:100])
    assert [one.pk for one in claim(expected[0], 100)] == expected


def test_news_of_a_small_shop_wakes_a_worker_whatever_another_has_waiting(
    two_shops: tuple[Shop, Shop], woken: list[tuple[Any, ...]]
) -> None:
    message = enqueue(two_shops[1], two_shops[1].account, kinds.ORDER, "order:small")
    assert woken == [("bridge.jobs.deliver", message.pk)]


def test_the_heap_of_a_shop_is_worked_off_by_one_chain_of_wakes(
    two_shops: tuple[Shop, Shop], woken: list[tuple[Any, ...]]
) -> None:
    """Taking others along must not begin a second chain for them each time."""
    handler = Kind(lambda messages: {message.pk: Done() for message in messages}, batch=100)
    message = enqueue(two_shops[1], two_shops[1].account, kinds.ORDER, "order:small")
    woken.clear()
    assert deliver(message.pk, {kinds.ORDER: handler}) == 100
    assert woken == []
    first = OutboxMessage.objects.filter(shop=two_shops[0], state="waiting").order_by("pk")[0]
    assert deliver(first.pk, {kinds.ORDER: handler}) == 100
    assert len(woken) == 1


def test_the_beat_finds_an_order_behind_ten_thousand_waiting_stock_writes(
    woken: list[tuple[Any, ...]],
) -> None:
    """Its own wake was lost with the queue."""
    shop = factories.ShopFactory()
    heap(shop, 10_000, kinds.STOCK)
    message = enqueue(shop, shop.account, kinds.ORDER, "order:1")
    woken.clear()
    sweep(FLOWS, LONG_WORK)
    assert ("bridge.jobs.deliver", message.pk) in woken


def test_the_beat_finds_an_order_behind_ten_thousand_of_another_shop(
    two_shops: tuple[Shop, Shop], woken: list[tuple[Any, ...]]
) -> None:
    heap(two_shops[0], 9_000, kinds.PAYMENT)
    message = enqueue(two_shops[1], two_shops[1].account, kinds.ORDER, "order:small")
    woken.clear()
    sweep(FLOWS, LONG_WORK)
    assert ("bridge.jobs.deliver", message.pk) in woken


def test_an_account_that_is_left_alone_keeps_no_other_account_waiting(woken: list[tuple[Any, ...]]) -> None:
    away, other = factories.ShopFactory(), factories.ShopFactory()
    kept = enqueue(away, away.account, kinds.ORDER, "order:1")
    going = enqueue(other, other.account, kinds.ORDER, "order:2")
    note_outage(away.account, TransientError("away", status=503))
    woken.clear()
    sweep(FLOWS, LONG_WORK)
    assert ("bridge.jobs.deliver", going.pk) in woken
    assert ("bridge.jobs.deliver", kept.pk) not in woken
    assert claim(kept.pk, 100) == []
    assert [one.pk for one in claim(going.pk, 100)] == [going.pk]
    assert not Connection.objects.get(pk=other.account.pk).failures
