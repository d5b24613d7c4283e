"""Stored events: an outage of the API holds up only those that need it, a late worker overwrites nothing."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from bridge import worktime
from bridge.connections import clients
from bridge.connections.models import Connection, Shop
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import Handler, process_waiting, replay
from bridge.inbox.receive import receive
from connectors.errors import OutcomeUnknown, TransientError

State = InboxEvent.State
pytestmark = pytest.mark.django_db


def arrive(shop: Shop, topic: str = "t", key: str = "1") -> InboxEvent:
    event = receive(shop.site, topic, key, json.dumps({"id": 1}))
    assert event is not None
    return event


def process(event: InboxEvent, handler: Handler) -> InboxEvent:
    process_waiting({event.topic: handler})
    event.refresh_from_db()
    return event


def calling(calls: list[int]) -> Handler:
    """A handler that asks the site."""

    def handler(event: InboxEvent) -> None:
        clients.woocommerce(event.connection)
        calls.append(event.pk)
        raise TransientError("refused", code="net_refused")

    return handler


def test_a_site_that_is_away_is_asked_once_and_what_needs_no_answer_goes_on(shop: Shop) -> None:
    asking = [arrive(shop, "asking", f"a{n}") for n in range(4)]
    orders = [arrive(shop, "order", f"o{n}") for n in range(4)]
    calls: list[int] = []
    process_waiting({"asking": calling(calls), "order": lambda event: None})
    assert calls == [asking[0].pk]
    site = Connection.objects.get(pk=shop.site_id)
    assert site.failures == 1
    waiting = InboxEvent.objects.filter(topic="asking")
    assert {(e.state, e.due_at, e.attempts) for e in waiting} == {(State.WAITING, site.paused_until, 0)}
    assert InboxEvent.objects.filter(topic="order", state=State.DONE).count() == len(orders)


def test_what_came_while_others_were_handled_wakes_a_worker(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its door saw them wait still, and counted on whoever had just taken them."""
    woken: list[str] = []
    monkeypatch.setattr("bridge.inbox.process.wake", woken.append)
    arrive(shop, "t", "1")
    process_waiting({"t": lambda _event: arrive(shop, "t", "2") and None})
    assert len(woken) == 1
    process_waiting({"t": lambda _event: None})
    assert len(woken) == 1


def test_outside_of_events_a_paused_connection_may_be_asked(shop: Shop) -> None:
    Connection.objects.update(paused_until=timezone.now() + timedelta(hours=1))
    assert clients.woocommerce(Connection.objects.get(pk=shop.site_id))


def test_an_unanswered_write_of_a_handler_pauses_too(shop: Shop) -> None:
    def handler(event: InboxEvent) -> None:
        raise OutcomeUnknown("cut", code="net_cut")

    event = process(arrive(shop), handler)
    assert (event.state, event.attempts, event.problem) == (State.WAITING, 0, "net_cut")
    assert Connection.objects.get(pk=shop.site_id).is_paused()


def test_passing_trouble_of_the_database_is_tried_again(shop: Shop) -> None:
    def handler(event: InboxEvent) -> None:
        raise OperationalError("deadlock detected")

    event = process(arrive(shop), handler)
    assert (event.state, event.attempts) == (State.WAITING, 1)


@pytest.mark.parametrize(
    "late", [None, TransientError("refused"), TransientError("x", status=500), KeyError("x")]
)
def test_a_late_worker_leaves_the_second_claim_alone(shop: Shop, late: Exception | None) -> None:
    event = arrive(shop)
    second = timezone.now() + timedelta(seconds=1)

    def handler(taken: InboxEvent) -> None:
        InboxEvent.objects.filter(pk=event.pk).update(in_flight_since=second)
        if late is not None:
            raise late

    event = process(event, handler)
    assert (event.state, event.in_flight_since, event.attempts) == (State.IN_FLIGHT, second, 0)


def test_when_the_time_of_the_job_is_up_the_rest_goes_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        arrive(shop, key=str(n))
    handled = []
    monkeypatch.setattr(worktime, "time_is_up", lambda: bool(handled))
    process_waiting({"t": lambda event: handled.append(event.pk)})
    assert len(handled) == 1
    rest = InboxEvent.objects.filter(state=State.WAITING, in_flight_since=None)
    assert rest.count() == 2
    assert all(event.due_at <= timezone.now() for event in rest)


def test_a_person_repeats_a_finished_event(shop: Shop) -> None:
    event = process(arrive(shop), lambda taken: None)
    replay(event)
    event.refresh_from_db()
    assert event.state == State.WAITING
    InboxEvent.objects.update(state=State.IN_FLIGHT)
    replay(event)
    event.refresh_from_db()
    assert event.state == State.IN_FLIGHT, "another has taken it meanwhile"


def test_an_event_that_was_not_tried_says_nothing_of_the_connection(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = timezone.now() + timedelta(seconds=30)
    Connection.objects.filter(pk=shop.site_id).update(
        failures=1, paused_until=until, pause_problem="net_refused", pause_params={"detail": "refused"}
    )

    def handler(event: InboxEvent) -> None:
        try:
            clients.woocommerce(event.connection)
        finally:  # the pause ends between the look and the writing down
            Connection.objects.update(failures=0, paused_until=None)

    event = process(arrive(shop), handler)
    assert (event.state, event.due_at, event.problem) == (State.WAITING, until, "net_refused")
    site = Connection.objects.get(pk=shop.site_id)
    assert (site.failures, site.is_paused()) == (0, False)
