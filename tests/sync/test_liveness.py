"""A busy worker shows that it lives, an idle one does not pretend to, and readiness knows when work piles up."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bridge import pulse, worktime
from bridge.connections.models import Connection, Shop
from bridge.inbox.models import InboxEvent
from bridge.inbox.receive import receive
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.status import lag
from bridge.sync.models import Heartbeat

pytestmark = pytest.mark.django_db


class Stop(Exception):
    """Ends the endless watch of the pulse."""


def watch(monkeypatch: pytest.MonkeyPatch, *looks: Any) -> int:
    """Let the pulse look once after each of `looks`; returns how often it touched the heartbeat."""
    steps, touched = iter(looks), []

    def stopping(within: float) -> bool:
        step = next(steps, None)
        if step is None:
            raise Stop
        step()
        return False

    monkeypatch.setattr("bridge.worktime.stopping", stopping)
    monkeypatch.setattr("bridge.pulse.touch", lambda: touched.append(1))
    monkeypatch.setattr("bridge.pulse.connection", type("C", (), {"close": staticmethod(lambda: None)}))
    with pytest.raises(Stop):
        pulse._watch()
    return len(touched)


def nothing() -> None:
    pass


def test_an_idle_worker_gives_no_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watch(monkeypatch, nothing, nothing) == 0


def test_a_worker_in_a_job_gives_one_at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    with worktime.job():
        assert watch(monkeypatch, nothing, nothing, nothing) == 3


def test_many_short_jobs_are_work_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def short() -> None:
        with worktime.job():
            pass

    assert watch(monkeypatch, short, nothing, short) == 2


def test_a_job_that_outlives_the_queues_timeout_is_no_sign_of_life(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    with worktime.job():
        settings.Q_CLUSTER = {**settings.Q_CLUSTER, "timeout": 0}
        assert watch(monkeypatch, nothing, nothing) == 0


def test_the_time_of_a_job_ends_far_below_its_lease(settings: Any) -> None:
    assert not worktime.time_is_up(), "outside of a job there is no limit"
    with worktime.job():
        settings.LEASE_SECONDS = 30.0
        assert not worktime.time_is_up()
        settings.LEASE_SECONDS = 0.0
        assert worktime.time_is_up()
    assert not worktime.time_is_up()


def late(shop: Shop, seconds: float) -> None:
    moment = timezone.now() - timedelta(seconds=seconds)
    OutboxMessage.objects.update(due_at=moment)
    InboxEvent.objects.update(due_at=moment)


def ready(client: Any) -> tuple[int, str]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json().get("reason", "")


def test_readiness_knows_when_messages_pile_up(shop: Shop, client: Any) -> None:
    pulse.touch()
    enqueue(shop, shop.site, "k", "order:1")
    assert ready(client) == (200, "")
    late(shop, 601)
    assert ready(client) == (503, "lag")
    OutboxMessage.objects.update(state=OutboxMessage.State.DONE)
    assert ready(client) == (200, "")


def test_readiness_knows_when_events_pile_up(shop: Shop, client: Any) -> None:
    pulse.touch()
    receive(shop.site, "t", "1", "{}")
    late(shop, 601)
    assert ready(client) == (503, "lag")


def test_what_waits_for_a_site_that_is_away_is_not_late(shop: Shop) -> None:
    enqueue(shop, shop.site, "k", "order:1")
    late(shop, 7200)
    Connection.objects.filter(pk=shop.site_id).update(
        failures=3, paused_until=timezone.now() + timedelta(seconds=60)
    )
    assert lag(timezone.now()) == 0
    assert lag(timezone.now() + timedelta(seconds=120)) == 0, "between two pauses nobody has answered yet"


def test_no_worker_at_all_is_the_first_thing_said(shop: Shop, client: Any) -> None:
    Heartbeat.objects.all().delete()
    assert ready(client) == (503, "worker")
