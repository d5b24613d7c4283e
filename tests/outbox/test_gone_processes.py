"""What a killed worker of this machine held is taken back at the next beat, not after the whole lease."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from bridge import gone
from bridge.connections.models import Shop
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import process_waiting
from bridge.inbox.receive import receive
from bridge.outbox.claim import claim
from bridge.outbox.enqueue import enqueue, reset_stale
from bridge.outbox.models import OutboxMessage
from bridge.process_mark import is_gone, mark
from bridge.sync import leased
from bridge.sync.models import Upload, Watermark

State = OutboxMessage.State
LEASE = timedelta(seconds=360)


@pytest.fixture
def other() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def test_a_process_is_known_until_it_ends(other: "subprocess.Popen[bytes]") -> None:
    its = mark(other.pid)
    assert its
    assert not is_gone(its)
    assert not is_gone(mark())
    other.kill()
    other.wait()
    assert is_gone(its)


def test_a_killed_one_nobody_has_waited_for_is_gone_too(other: "subprocess.Popen[bytes]") -> None:
    its = mark(other.pid)
    other.kill()
    assert other.stdin is None
    for _ in range(100):
        if is_gone(its):
            return
        subprocess.run(["sleep", "0.05"], check=True)
    raise AssertionError("a zombie counts as alive")


def test_another_process_under_the_same_number_is_another(other: "subprocess.Popen[bytes]") -> None:
    host, number, start = mark(other.pid).split("-")
    assert is_gone(f"{host}-{number}-{int(start) - 1}")


def test_of_another_machine_nothing_can_be_said(other: "subprocess.Popen[bytes]") -> None:
    _host, _number, start = mark(other.pid).split("-")
    assert not is_gone(f"00000000-99999999-{start}")
    assert not is_gone("")


@pytest.mark.django_db
def test_what_a_killed_worker_held_does_not_wait_for_the_lease(
    shop: Shop, other: "subprocess.Popen[bytes]"
) -> None:
    message, mine = (enqueue(shop, shop.site, "k", f"order:{n}") for n in range(2))
    [held], [_own] = claim(message.pk, 1), claim(mine.pk, 1)
    assert len(held.claim) <= 40
    theirs = held.claim.replace(mark(), mark(other.pid))
    assert theirs != held.claim
    OutboxMessage.objects.filter(pk=message.pk).update(claim=theirs)
    assert reset_stale(LEASE) == 0
    other.kill()
    other.wait()
    assert reset_stale(LEASE) == 1
    message.refresh_from_db()
    mine.refresh_from_db()
    assert (message.state, message.outcome_unknown, mine.state) == (State.WAITING, True, State.IN_FLIGHT)


@pytest.mark.django_db
def test_events_of_a_killed_worker_do_not_wait_for_the_lease(
    shop: Shop, other: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(shop.site, "t", "event-1", "{}")
    monkeypatch.setattr("bridge.inbox.process.mark", lambda: mark(other.pid))
    seen: list[str] = []

    def dies(event: InboxEvent) -> None:
        other.kill()
        other.wait()
        gone.free()
        seen.extend(InboxEvent.objects.values_list("state", flat=True))

    process_waiting({"t": dies})
    assert seen == ["waiting"]
    InboxEvent.objects.update(state="in_flight", held_by=mark(), in_flight_since=timezone.now())
    gone.free()
    assert InboxEvent.objects.get().state == "in_flight", "its worker lives"


@pytest.mark.django_db
def test_what_a_killed_worker_ran_does_not_wait_for_the_lease(
    shop: Shop, other: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = Watermark.objects.create(connection=shop.account, flow="statuses", next_due_at=timezone.now())
    work, own = (Upload.objects.create(shop=shop) for _ in range(2))
    leased.take(Upload.objects.filter(pk=own.pk))
    monkeypatch.setattr("bridge.sync.leased.mark", lambda: mark(other.pid))
    rows = [Watermark.objects.filter(pk=flow.pk), Upload.objects.filter(pk=work.pk)]
    assert all(leased.take(row) for row in rows)
    gone.free()
    assert not any(leased.take(row) for row in rows)
    other.kill()
    other.wait()
    gone.free()
    assert all(leased.take(row) for row in rows)
    assert leased.take(Upload.objects.filter(pk=own.pk)) is None
