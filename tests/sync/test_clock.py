"""Moments written under a clock that was ahead: who holds such a row has lost it, what waits for one is due sooner."""

from __future__ import annotations

import fcntl
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from world import eventually

from bridge import clock, pulse, worktime
from bridge.connections.models import Connection, Shop
from bridge.domain import backoff
from bridge.outbox.enqueue import enqueue, reset_stale
from bridge.outbox.models import OutboxMessage
from bridge.process_mark import mark
from bridge.routes import FLOWS, LONG_WORK
from bridge.schedules import sweep
from bridge.sync import flows, kinds, leased
from bridge.sync.models import Heartbeat, Watermark
from tests import factories

pytestmark = pytest.mark.django_db
AHEAD = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def machine(settings: Any, tmp_path: Path) -> Path:
    """A machine that has noted no beat yet, whatever other tests do."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def message() -> OutboxMessage:
    """Due in seven minutes by a clock that is five minutes ahead."""
    shop = factories.ShopFactory()
    made = enqueue(shop, shop.account, kinds.ORDER, "order:1")
    OutboxMessage.objects.update(due_at=timezone.now() + AHEAD + timedelta(minutes=2))
    return made


def due_in(message: OutboxMessage) -> timedelta:
    message.refresh_from_db()
    return message.due_at - timezone.now()


def test_the_first_beat_after_the_clock_was_set_back_brings_everything_forward(
    message: OutboxMessage,
) -> None:
    clock.look(timezone.now() + AHEAD)
    Connection.objects.filter(pk=message.connection_id).update(paused_until=timezone.now() + AHEAD)
    pulse.touch()
    assert timedelta(minutes=1) < due_in(message) <= timedelta(minutes=2)
    assert not Connection.objects.get(pk=message.connection_id).is_paused(
        timezone.now() + timedelta(seconds=1)
    )
    pulse.touch()
    assert due_in(message) > timedelta(minutes=1), "once"


def test_an_ordinary_beat_changes_no_moment(message: OutboxMessage) -> None:
    pulse.touch()
    pulse.touch()
    assert due_in(message) > AHEAD


def test_a_clock_may_be_set_a_little(message: OutboxMessage) -> None:
    clock.look(timezone.now() + worktime.CLOCK_STEP / 2)
    pulse.touch()
    assert due_in(message) > AHEAD


def test_the_beats_of_a_machine_with_another_clock_bring_nothing_forward(
    message: OutboxMessage, settings: Any, machine: Path
) -> None:
    """It would be brought forward by the difference at each beat of the slower one, until all of it is due."""
    other = machine / "other"
    other.mkdir()
    for _beat in range(3):
        settings.DATA_DIR = other
        now = timezone.now() + AHEAD
        clock.look(now)
        Heartbeat.objects.update_or_create(pk=1, defaults={"at": now})
        settings.DATA_DIR = machine
        pulse.touch()
    assert due_in(message) > AHEAD


def test_only_one_process_brings_forward(message: OutboxMessage, machine: Path) -> None:
    now = timezone.now()
    clock.look(now + AHEAD)
    with (machine / clock.LAST_BEAT).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        clock.look(now)
        assert due_in(message) > AHEAD, "whoever holds it does that"
    clock.look(now)
    clock.look(now)
    assert timedelta(minutes=1) < due_in(message) <= timedelta(minutes=2)


@pytest.mark.parametrize(("failures", "problem"), [(1, "away"), (3, "net_timeout"), (2, "auth")])
def test_a_pause_that_was_noted_by_the_wrong_clock_after_the_beat_does_not_last(
    message: OutboxMessage, failures: int, problem: str
) -> None:
    """By a job that had looked at the clock before it was set. What it paused, and what waits for that, is due."""
    wrong = timezone.now() + AHEAD
    pause = {"failures": failures, "pause_problem": problem}
    until = backoff.outage_until(wrong, failures + (problem == "auth"))
    Connection.objects.filter(pk=message.connection_id).update(paused_until=until, **pause)
    OutboxMessage.objects.update(due_at=until)
    now = timezone.now()
    clock.free_the_untried(now)
    ends = Connection.objects.get(pk=message.connection_id).paused_until
    assert ends == backoff.outage_until(now, failures + 4 * (problem == "auth")), "as a pause that begins now"
    clock.free_the_untried(ends)
    message.refresh_from_db()
    assert message.due_at == ends


@pytest.mark.parametrize(
    ("failures", "problem", "seconds"),
    [(1, "away", 2), (7, "away", 300), (1, "auth", 60), (4, "auth", 300), (0, "slow_down", 900)],
)
def test_a_pause_of_the_right_clock_stays(
    message: OutboxMessage, failures: int, problem: str, seconds: int
) -> None:
    until = timezone.now() + timedelta(seconds=seconds)
    pause = {"failures": failures, "pause_problem": problem}
    Connection.objects.filter(pk=message.connection_id).update(paused_until=until, **pause)
    clock.free_the_untried(timezone.now())
    assert Connection.objects.get(pk=message.connection_id).paused_until == until
    assert due_in(message) > AHEAD


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["bring_forward", "free_the_untried"])
def test_messages_that_others_lock_in_another_order_are_no_circle(
    message: OutboxMessage, change: str
) -> None:
    """Somebody holds the later one, and wants the earlier one as soon as the beat waits. SQLite has one writer."""
    later = enqueue(message.shop, message.connection, kinds.ORDER, "order:2")
    OutboxMessage.objects.update(due_at=timezone.now() + AHEAD + timedelta(minutes=2))
    held = threading.Event()

    def crosswise() -> None:
        try:
            with transaction.atomic():
                OutboxMessage.objects.select_for_update().get(pk=later.pk)
                held.set()
                eventually(somebody_waits, "the beat waits for it")
                OutboxMessage.objects.select_for_update().get(pk=message.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(held.set if connection.vendor == "sqlite" else crosswise)
        assert held.wait(60)
        arguments = (AHEAD,) if change == "bring_forward" else ()
        getattr(clock, change)(timezone.now(), *arguments)
        other.result()
    assert max(due_in(message), due_in(later)) <= timedelta(minutes=2)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )
        return cursor.fetchone() is not None


@pytest.mark.parametrize("broken", ["", "2026-01-"])
def test_what_is_left_of_a_moment_after_a_crash_is_no_moment(
    message: OutboxMessage, machine: Path, broken: str
) -> None:
    (machine / clock.LAST_BEAT).write_text(broken)
    pulse.touch()
    assert due_in(message) > AHEAD
    clock.look(timezone.now() + AHEAD)
    pulse.touch()
    assert due_in(message) <= timedelta(minutes=2)


def test_a_machine_that_cannot_write_still_has_a_heart(machine: Path) -> None:
    (machine / clock.LAST_BEAT).mkdir()
    pulse.touch()
    assert Heartbeat.objects.exists()


def test_what_a_job_writes_after_the_clock_was_set_is_found_by_the_next_beat(message: OutboxMessage) -> None:
    sweep(FLOWS, LONG_WORK)
    assert due_in(message) <= timedelta()


def test_what_waits_for_an_account_that_is_away_stays_put_off(message: OutboxMessage) -> None:
    pause = {"paused_until": timezone.now() + AHEAD, "failures": 7, "pause_problem": "away"}
    Connection.objects.filter(pk=message.connection_id).update(**pause)
    sweep(FLOWS, LONG_WORK)
    assert due_in(message) > AHEAD


def test_what_failed_keeps_its_next_try(message: OutboxMessage) -> None:
    OutboxMessage.objects.update(attempts=3)
    sweep(FLOWS, LONG_WORK)
    assert due_in(message) > AHEAD


def test_a_flow_that_was_taken_under_the_wrong_clock_is_free(shop: Shop) -> None:
    row = Watermark.objects.create(
        connection=shop.account,
        flow="statuses",
        next_due_at=timezone.now(),
        running_since=timezone.now() + AHEAD,
    )
    assert leased.take(Watermark.objects.filter(pk=row.pk)) is not None
    assert leased.take(Watermark.objects.filter(pk=row.pk)) is None


def test_a_message_that_was_taken_under_the_wrong_clock_is_taken_back(message: OutboxMessage) -> None:
    held = OutboxMessage.objects.filter(pk=message.pk)
    held.update(state="in_flight", claim="elsewhere", in_flight_since=timezone.now() + AHEAD)
    assert reset_stale(timedelta(minutes=6)) == 1
    held.update(state="in_flight", claim="elsewhere", in_flight_since=timezone.now())
    assert reset_stale(timedelta(minutes=6)) == 0


def test_a_message_that_a_living_worker_took_under_the_wrong_clock_stays_its_own(
    message: OutboxMessage,
) -> None:
    held = OutboxMessage.objects.filter(pk=message.pk)
    held.update(state="in_flight", claim=f"{mark()}-own", in_flight_since=timezone.now() + AHEAD)
    assert reset_stale(timedelta(minutes=6)) == 0
    message.refresh_from_db()
    assert message.state == "in_flight"
    assert message.in_flight_since is not None
    assert message.in_flight_since <= timezone.now(), "its lease counts from now"


def test_a_flow_that_runs_while_the_clock_is_set_back_is_due_by_the_right_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it read from the clock as it began would be written after everything was brought forward."""
    right = timezone.now
    row = Watermark.objects.create(connection=shop.account, flow="statuses", next_due_at=right())

    def work(_watermark: Watermark) -> None:
        monkeypatch.setattr(timezone, "now", right)

    monkeypatch.setattr(timezone, "now", lambda: right() + AHEAD)
    assert flows.run(row.pk, {"statuses": flows.Flow("moysklad", work, lambda _shops: 60)})
    row.refresh_from_db()
    assert row.running_since is None
    assert row.next_due_at - right() <= timedelta(seconds=60)
