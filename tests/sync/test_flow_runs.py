"""A flow's run: hints during it are heard, a late run writes nothing, trouble brings the next one forward."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from bridge.connections.faults import note_outage
from bridge.connections.models import Connection, Shop
from bridge.routes import FLOWS
from bridge.sync import flows, leased
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


def test_the_position_that_another_set_during_the_run_stays(
    watermark: Watermark,
) -> None:
    moment = timezone.now()
    after = run(watermark, lambda row: Watermark.objects.filter(pk=row.pk).update(position=moment))
    assert after.position == moment

    def moved(row: Watermark) -> None:
        Watermark.objects.filter(pk=row.pk).update(position=None)  # to begin anew
        row.position = timezone.now()

    Watermark.objects.update(next_due_at=timezone.now())
    assert run(watermark, moved).position is None


def test_a_wish_during_the_run_brings_another_when_its_moment_comes(shop: Shop, watermark: Watermark) -> None:
    moment = timezone.now() + timedelta(seconds=60)
    after = run(watermark, lambda row: flows.run_by(shop.account, "stock", moment))
    assert after.next_due_at == moment, "what runs just now has looked too early"
    Watermark.objects.update(next_due_at=timezone.now())
    assert run(watermark, lambda row: None).next_due_at > timezone.now() + timedelta(hours=1)


def test_a_wish_while_a_run_is_due_brings_another_after_it(shop: Shop, watermark: Watermark) -> None:
    early, late = (timezone.now() + timedelta(seconds=seconds) for seconds in (60, 90))
    flows.run_by(shop.account, "stock", early)
    flows.run_by(shop.account, "stock", late)
    assert run(watermark, lambda row: None).next_due_at == late


def test_a_wish_for_later_than_the_next_run_outlives_that_run(shop: Shop, watermark: Watermark) -> None:
    moment = timezone.now() + timedelta(seconds=60)

    def counting(row: Watermark) -> None:
        flows.run_by(shop.account, "stock", moment)
        row.again_in = 5.0

    assert run(watermark, counting).next_due_at < moment
    Watermark.objects.update(next_due_at=timezone.now())
    assert run(watermark, lambda row: None).next_due_at == moment


def test_a_wish_that_a_later_run_has_served_is_forgotten(shop: Shop, watermark: Watermark) -> None:
    flows.run_by(shop.account, "stock", timezone.now())
    flows.run_by(shop.account, "stock", timezone.now())
    assert run(watermark, lambda row: None).next_due_at > timezone.now() + timedelta(hours=1)


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
    assert after.next_due_at <= timezone.now() + timedelta(seconds=leased.RETRY)


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


@pytest.mark.parametrize("number", [1, 2, 3, 77])
@pytest.mark.parametrize("hour", range(0, 24, 5))
def test_a_night_is_between_one_and_five_in_moscow_and_always_the_same_minute(number: int, hour: int) -> None:
    now = datetime(2026, 11, 22, hour, 17, tzinfo=UTC)
    found = flows.next_night(now, number)
    moscow = found.astimezone(timezone.get_fixed_timezone(180))
    assert 1 <= moscow.hour < 5
    assert timedelta(0) < found - now <= timedelta(days=1)
    assert flows.next_night(found, number) - found == timedelta(days=1)
    assert flows.next_night(found - timedelta(seconds=1), number) == found


def test_connections_that_follow_one_another_do_not_begin_together() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    moments = {flows.next_night(now, number) for number in range(1, 51)}
    assert len(moments) == 50


def test_a_nightly_flow_runs_at_once_and_then_by_night(shop: Shop, watermark: Watermark) -> None:
    ran: list[Watermark] = []
    flows.run(watermark.pk, {"stock": flows.Flow("moysklad", ran.append, lambda shops: 60, nightly=True)})
    watermark.refresh_from_db()
    assert ran
    assert watermark.next_due_at == flows.next_night(timezone.now(), shop.account_id)


def test_what_reads_everything_reads_by_night() -> None:
    assert {name for name, flow in FLOWS.items() if flow.nightly} == {"stock_full", "catalogue", "reconcile"}
