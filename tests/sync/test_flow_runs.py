"""A flow's run: hints during it are heard, a late run writes nothing, trouble brings the next one forward."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from bridge.connections.faults import note_outage
from bridge.connections.models import Connection, Shop
from bridge.sync import flows
from bridge.sync.models import Watermark
from connectors.errors import OutcomeUnknown, TransientError

pytestmark = pytest.mark.django_db
DAY = 24 * 3600


@pytest.fixture
def watermark(shop: Shop) -> Watermark:
    return Watermark.objects.create(connection=shop.account, flow="stock", next_due_at=timezone.now())


def run(watermark: Watermark, work: Any) -> Watermark:
    flows.run(watermark.pk, {"stock": flows.Flow("moysklad", work, lambda shops: DAY)})
    watermark.refresh_from_db()
    return watermark


def test_the_next_run_is_an_interval_away(watermark: Watermark) -> None:
    moment = timezone.now()

    def work(row: Watermark) -> None:
        row.position = moment

    after = run(watermark, work)
    assert after.next_due_at >= moment + timedelta(seconds=DAY - 1)
    assert (after.position, after.running_since, after.problem) == (moment, None, "")


def test_a_hint_during_the_run_asks_for_another(
    shop: Shop, watermark: Watermark, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr("bridge.wake.async_task", lambda job, *args: woken.append((job, args)))
    with django_capture_on_commit_callbacks(execute=True):
        after = run(watermark, lambda row: flows.run_soon(shop.account, "stock"))
    assert after.next_due_at <= timezone.now()
    assert len(woken) == 2, "the hint's own wake found the flow running"
    assert run(watermark, lambda row: None).next_due_at > timezone.now()


def test_a_late_run_leaves_the_second_one_alone(watermark: Watermark) -> None:
    second = timezone.now() + timedelta(seconds=1)

    def work(row: Watermark) -> None:
        Watermark.objects.filter(pk=row.pk).update(running_since=second)
        row.position = timezone.now()

    before = watermark.next_due_at
    after = run(watermark, work)
    assert (after.running_since, after.position, after.next_due_at) == (second, None, before)
    assert after.last_success_at is None


def test_passing_trouble_of_the_database_is_tried_again_soon(watermark: Watermark) -> None:
    def work(row: Watermark) -> None:
        raise OperationalError("deadlock detected")

    after = run(watermark, work)
    assert after.problem == "internal"
    assert after.next_due_at <= timezone.now() + timedelta(seconds=flows.RETRY_AFTER_ERROR)


def test_a_bug_is_not_repeated_every_minute(watermark: Watermark) -> None:
    def work(row: Watermark) -> None:
        raise KeyError("oops")

    after = run(watermark, work)
    assert after.problem == "internal"
    assert after.next_due_at > timezone.now() + timedelta(hours=1)


def test_an_unanswered_write_pauses_the_account(watermark: Watermark) -> None:
    def work(row: Watermark) -> None:
        raise OutcomeUnknown("cut", code="net_cut")

    run(watermark, work)
    assert Connection.objects.get(pk=watermark.connection_id).is_paused()


def test_while_the_account_is_left_alone_the_flow_keeps_its_reason(watermark: Watermark) -> None:
    def work(row: Watermark) -> None:
        raise TransientError("refused", code="net_refused")

    assert run(watermark, work).problem == "net_refused"
    note_outage(watermark.connection, TransientError("refused"))
    Watermark.objects.update(next_due_at=timezone.now())
    called: list[int] = []
    after = run(watermark, lambda row: called.append(row.pk))
    assert (called, after.problem, after.running_since) == ([], "net_refused", None)
