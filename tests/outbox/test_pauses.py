"""What a pause keeps in waits in its place: nobody takes it, nothing counts it as late, and its end lets it go."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from bridge.connections.models import Shop
from bridge.outbox import pauses
from bridge.outbox.claim import claim
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage, Pause
from bridge.routes import FLOWS, LONG_WORK
from bridge.schedules import sweep
from bridge.status import lag, status
from bridge.sync import kinds, leased
from bridge.sync.models import GoodsRun, Upload
from tests import factories

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def paused(shop: Shop, *of: str, until: datetime | None = None) -> list[Pause]:
    return pauses.begin(shop, of or ("",), by="anna", why="Переезд", until=until)


def order_message(shop: Shop) -> OutboxMessage:
    return factories.MessageFactory(order=factories.OrderFactory(shop=shop))


def test_nobody_takes_what_a_pause_keeps_in() -> None:
    message = order_message(factories.ShopFactory())
    [pause] = paused(message.shop)
    assert claim(message.pk, 1) == []
    assert pauses.end(Pause.objects.filter(pk=pause.pk)) == 1
    assert [one.pk for one in claim(message.pk, 1)] == [message.pk]


def test_a_pause_of_one_kind_lets_the_others_go() -> None:
    message = order_message(factories.ShopFactory())
    paused(message.shop, kinds.STOCK, kinds.STATUS)
    assert [one.pk for one in claim(message.pk, 1)] == [message.pk]


def test_another_shop_of_the_account_goes_on_and_takes_nothing_of_the_paused_one_along() -> None:
    shop = factories.ShopFactory()
    other = factories.ShopFactory(account=shop.account)
    kept, going = order_message(shop), order_message(other)
    paused(shop)
    assert [one.pk for one in claim(going.pk, 100)] == [going.pk]
    kept.refresh_from_db()
    assert kept.state == State.WAITING


def test_what_waits_for_its_end_joins_with_what_comes_and_keeps_its_place() -> None:
    shop = factories.ShopFactory()
    paused(shop)
    order = factories.OrderFactory(shop=shop)
    first = enqueue(shop, shop.account, kinds.ORDER, order.object_key, {"one": 1})
    later = order_message(shop)
    again = enqueue(shop, shop.account, kinds.ORDER, order.object_key, {"two": 2})
    assert again.pk == first.pk
    assert again.payload == {"one": 1, "two": 2}
    pauses.end(Pause.objects.all())
    assert {one.pk for one in claim(first.pk, 100)} == {first.pk, later.pk}


def test_a_backlog_of_a_pause_is_neither_late_nor_waiting() -> None:
    message = order_message(factories.ShopFactory())
    long_ago = timezone.now() - timedelta(days=2)
    OutboxMessage.objects.update(due_at=long_ago, created_at=long_ago)
    now = timezone.now()
    assert lag(now) > 1000
    paused(message.shop)
    figures = status(now)["outbox"]
    assert lag(now) == 0
    assert (figures["waiting"], figures["paused"], figures["oldest_seconds"]) == (0, 1, 0)


def test_nobodys_tries_run_out_during_a_pause() -> None:
    message = order_message(factories.ShopFactory())
    long_ago = timezone.now() - timedelta(days=2)
    OutboxMessage.objects.update(first_failed_at=long_ago, attempts=7)
    paused(message.shop)
    message.refresh_from_db()
    assert (message.attempts, message.first_failed_at) == (0, None)


def test_a_pause_ends_by_itself_when_its_time_has_come() -> None:
    message = order_message(factories.ShopFactory())
    paused(message.shop, until=timezone.now() + timedelta(minutes=5))
    assert pauses.end_due(timezone.now()) == 0
    assert claim(message.pk, 1) == []
    assert pauses.end_due(timezone.now() + timedelta(minutes=6)) == 1
    assert [one.pk for one in claim(message.pk, 1)] == [message.pk]


def test_the_beat_wakes_nobody_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[tuple[object, ...]] = []
    monkeypatch.setattr("bridge.schedules.wake", lambda *args: woken.append(args))
    message = order_message(factories.ShopFactory())
    paused(message.shop)
    sweep(FLOWS, LONG_WORK)
    assert ("bridge.jobs.deliver", message.pk) not in woken
    Pause.objects.all().delete()
    sweep(FLOWS, LONG_WORK)
    assert ("bridge.jobs.deliver", message.pk) in woken


def test_a_second_pause_of_the_same_changes_its_end_not_its_beginning() -> None:
    shop = factories.ShopFactory()
    [pause] = paused(shop)
    [again] = paused(shop, until=timezone.now() + timedelta(hours=1))
    assert (again.pk, again.since) == (pause.pk, pause.since)
    assert again.until is not None


@pytest.mark.parametrize(
    ("of", "step", "kept"),
    [
        ((), GoodsRun.Step.WRITING, True),
        ((kinds.STOCK,), GoodsRun.Step.WRITING, True),
        ((kinds.FIELDS,), GoodsRun.Step.WRITING, True),
        ((), GoodsRun.Step.COMPARING, False),
        ((kinds.ORDER,), GoodsRun.Step.WRITING, False),
    ],
)
def test_a_confirmed_preview_is_written_after_the_pause(of: tuple[str, ...], step: str, kept: bool) -> None:
    run = GoodsRun.objects.create(shop=factories.ShopFactory(), step=step)
    paused(run.shop, *of)
    assert (("goodsrun", run.pk) in leased.due(LONG_WORK)) is not kept
    if kept:
        assert leased.run("goodsrun", run.pk, LONG_WORK) is False


def test_an_upload_of_older_orders_waits_too() -> None:
    upload = Upload.objects.create(shop=factories.ShopFactory())
    paused(upload.shop, kinds.STOCK)
    assert leased.due(LONG_WORK) == [("upload", upload.pk)]
    paused(upload.shop, kinds.ORDER)
    assert leased.due(LONG_WORK) == []
