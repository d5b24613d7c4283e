"""Stored events: claimed, handed to the handler of their topic, marked. Errors decide whether one comes back."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from bridge import worktime
from bridge.apilog.occasions import Occasion, on
from bridge.connections.book import read_once
from bridge.connections.faults import LeftAlone, is_outage, note_outage, problem_of, respecting_pauses
from bridge.connections.models import Connection, Vendor
from bridge.domain.backoff import retry_at
from bridge.domain.errors import DomainError, Problem
from bridge.inbox.models import InboxEvent
from bridge.inbox.receive import order_key
from bridge.passing import PASSING, mend
from bridge.people.cases import FRESH
from bridge.process_mark import mark
from bridge.telemetry import metrics
from bridge.wake import PROCESS_INBOX, wake
from connectors.errors import ConnectorError, PermanentError

logger = logging.getLogger(__name__)

Handler = Callable[[InboxEvent], None]
# Handles several of one topic and site at once where it can; returns the keys of those it did. If it raises, none.
Together = Callable[[Sequence[InboxEvent]], Collection[int]]
State = InboxEvent.State

# Nobody has them in hand.
FINISHED = (State.DONE, State.FAILED, State.DISCARDED)
NO_PROBLEM: dict[str, Any] = {"problem": "", "problem_params": {}}
# Few enough that a worker that dies holds little until its lease ends.
PORTION = 10
LATE = timedelta(minutes=1)
"""Of a notification that has waited for so long one is taken with each full portion of what goes before it."""


def payload(event: InboxEvent) -> dict[str, Any]:
    """The event's body as JSON, without NUL characters, which PostgreSQL cannot keep."""
    data: dict[str, Any] = _without_nul(json.loads(event.body))
    return data


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value


def alone(handler: Together) -> Handler:
    """What handles several, for one."""

    def handle(event: InboxEvent) -> None:
        handler([event])

    return handle


def process_waiting(topics: Mapping[str, Handler], together: Mapping[str, Together] | None = None) -> int:
    """Take a portion of what waits, longest due first, and handle it; returns how many were taken.

    News of sites goes first: it is taken in with hardly a call, while notifications of an account wait for their
    turn in the account's budget. What can be handled together is; the rest is handled one by one. A full portion means
    there is more: another worker is woken to help. No job wakes two for one reason, or the queue would fill with wakes.
    """
    events = _claim()
    full = len(events) == PORTION
    if full:
        wake(PROCESS_INBOX)
    handlers = together or {}
    left = {event.pk: event for event in events}
    with read_once():
        for run in _runs(events, handlers):
            if len(run) > 1 and not worktime.time_is_up() and not _overtaken(events, left):
                for pk in _try_together(run, handlers[run[0].topic]):
                    del left[pk]
            for event in run:
                if event.pk in left and not worktime.time_is_up() and not _overtaken(events, left):
                    del left[event.pk]
                    _handle(event, topics.get(event.topic))
    if left:
        _let_go(list(left.values()))
    elif events and not full and _due().exists():
        wake(PROCESS_INBOX)  # whoever brought it may have counted on us
    return len(events)


def _runs(events: Sequence[InboxEvent], handlers: Collection[str]) -> list[list[InboxEvent]]:
    """What can be handled together: neighbours among the events of a site, of one topic and of different orders; of an
    account all notifications of a topic, since what they name is read as it is now."""
    runs: list[list[InboxEvent]] = []
    last: dict[tuple[int, str], list[InboxEvent]] = {}
    for event in events:
        of_site = event.connection.vendor == Vendor.WOOCOMMERCE
        place = (event.connection_id, "" if of_site else event.topic)
        run = last.get(place, [])
        alike = event.topic in handlers and {one.topic for one in run} == {event.topic}
        another = event.source_id and event.source_id not in {one.source_id for one in run}
        if alike and (another or not of_site):
            run.append(event)
        else:
            last[place] = [event]
            runs.append(last[place])
    return runs


def _try_together(group: Sequence[InboxEvent], handler: Together) -> set[int]:
    try:
        with on(replace(_occasion(group[0]), order="", delivery="")), respecting_pauses():
            done = set(handler(group))
    except (*PASSING, IntegrityError, ConnectorError):
        mend()
        logger.info("events are handled one by one", exc_info=True)
        return set()
    except Exception:  # whose it is shows when each is handled by itself; where it is nobody's the log has it
        mend()
        logger.exception("events could not be handled together")
        return set()
    _settle_all(
        [event for event in group if event.pk in done], State.DONE, processed_at=timezone.now(), **NO_PROBLEM
    )
    for event in group:
        if event.pk in done:
            with on(_occasion(event)):
                metrics.events_handled.labels("done").inc()
                logger.info("event done")
    return done


def _claim() -> list[InboxEvent]:
    now = timezone.now()
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        keys = (
            _due().order_by("due_at", "pk").select_for_update(skip_locked=skip).values_list("pk", flat=True)
        )
        ids = list(keys.filter(connection__in=_sites())[:PORTION])
        if len(ids) == PORTION:  # a stream of them keeps no notification waiting for ever
            late = keys.exclude(connection__in=_sites()).filter(due_at__lte=now - LATE)
            ids[-1:] = list(late[:1]) or ids[-1:]
        ids = ids or list(keys[:PORTION])
        InboxEvent.objects.filter(pk__in=ids, state=State.WAITING).update(
            state=State.IN_FLIGHT, in_flight_since=now, held_by=mark()
        )
    held = InboxEvent.objects.filter(pk__in=ids, state=State.IN_FLIGHT, in_flight_since=now)
    worktime.holds(partial(held.update, state=State.WAITING, in_flight_since=None))
    claimed = InboxEvent.objects.filter(pk__in=ids).select_related("connection__shop__account")
    events = claimed.order_by("due_at", "pk")
    return sorted(events, key=lambda one: one.connection.vendor != Vendor.WOOCOMMERCE)


def _due() -> QuerySet[InboxEvent]:
    return InboxEvent.objects.filter(state=State.WAITING, due_at__lte=timezone.now())


def _sites() -> QuerySet[Connection]:
    return Connection.objects.filter(vendor=Vendor.WOOCOMMERCE)


def _overtaken(events: Sequence[InboxEvent], left: Collection[int]) -> bool:
    """Of notifications: whether some are handled, and news of a site has come meanwhile."""
    if len(left) == len(events) or any(one.connection.vendor == Vendor.WOOCOMMERCE for one in events):
        return False
    return _due().filter(connection__in=_sites()).exists()


def _let_go(events: Sequence[InboxEvent]) -> None:
    """The time of this job is up, or something goes first: the rest is another's."""
    _settle_all(events, State.WAITING)
    wake(PROCESS_INBOX)


def _handle(event: InboxEvent, handler: Handler | None) -> None:
    """A paused connection is not asked: events that need it wait, orders that came complete are taken in."""
    with on(_occasion(event)):
        came_to = _attempt(event, handler)
        metrics.events_handled.labels(came_to).inc()
        logger.info("event %s", came_to)


def _attempt(event: InboxEvent, handler: Handler | None) -> str:
    """What came of it, written down: done, failed or again."""
    try:
        if handler is not None:
            with respecting_pauses():
                handler(event)
    except DomainError as error:
        return _fail(event, error.problem)
    except ConnectorError as error:
        return _after_connector_error(event, error)
    except Exception:
        mend()
        logger.exception("event %s failed", event.pk)
        return _retry(event, Problem("internal"))
    _settle(event, State.DONE, processed_at=timezone.now(), **NO_PROBLEM)
    return "done"


def _occasion(event: InboxEvent) -> Occasion:
    shop = getattr(event.connection, "shop", None)
    number = event.attempts + 1
    return Occasion(
        event.topic,
        shop.pk if shop else None,
        event_id=event.pk,
        try_number=number,
        order=order_key(event.connection, event.source_id),
        delivery=event.delivery_id,
    )


def replay(event: InboxEvent) -> None:
    """Handle a finished event once more, as if it had just arrived; one that another holds is left alone."""
    replay_all([event.pk])


def replay_all(keys: Collection[int]) -> int:
    """The same for some events, the oldest first; returns how many were finished. Those whose body was deleted, being
    old, stay as they are."""
    finished = InboxEvent.objects.filter(pk__in=keys, state__in=FINISHED).exclude(body="")
    count = finished.update(
        state=State.WAITING, due_at=timezone.now(), attempts=0, first_failed_at=None, **FRESH
    )
    wake(PROCESS_INBOX)
    return count


def what_came_of(keys: Collection[int]) -> tuple[int, int, list[int]]:
    """Of events that were to be handled again: how many were, how many could not be, and which are still in work. What
    waits for a connection that is away is none of them: it goes by itself."""
    now = timezone.now()
    rows = list(InboxEvent.objects.filter(pk__in=keys).values_list("pk", "state", "due_at"))
    left = [
        pk for pk, state, due in rows if state == State.IN_FLIGHT or (state == State.WAITING and due <= now)
    ]
    went = sum(state == State.DONE for _pk, state, _due in rows)
    return went, sum(state == State.FAILED for _pk, state, _due in rows), left


def discard_all(events: QuerySet[InboxEvent], reason: str, by: str) -> int:
    """A person decides that failed events need nobody; returns how many. They are kept, and can be handled again."""
    fields = {"discard_reason": reason[:300], "discarded_by": by[:150]}
    failed = events.filter(state=State.FAILED)
    return failed.update(state=State.DISCARDED, processed_at=timezone.now(), **fields)


def _after_connector_error(event: InboxEvent, error: ConnectorError) -> str:
    problem = problem_of(error, event.connection)
    if isinstance(error, LeftAlone):
        _settle(event, State.WAITING, due_at=error.until, **_shown(problem))
    elif is_outage(error):
        note_outage(event.connection, error)
        _settle(
            event, State.WAITING, due_at=event.connection.paused_until or timezone.now(), **_shown(problem)
        )
    elif isinstance(error, PermanentError):
        return _fail(event, problem)
    else:
        return _retry(event, problem)
    return "again"


def _retry(event: InboxEvent, problem: Problem) -> str:
    now: datetime = timezone.now()
    attempts, first = event.attempts + 1, event.first_failed_at or now
    due = retry_at(now, attempts, first, settings.RETRY_SCALE)
    if due is None:
        return _fail(event, problem)
    _settle(event, State.WAITING, due_at=due, attempts=attempts, first_failed_at=first, **_shown(problem))
    return "again"


def _fail(event: InboxEvent, problem: Problem) -> str:
    _settle(event, State.FAILED, processed_at=timezone.now(), **_shown(problem))
    metrics.failures.labels("event", problem.code).inc()
    return "failed"


def _shown(problem: Problem) -> dict[str, Any]:
    return {"problem": problem.code, "problem_params": dict(problem.params)}


def _settle(event: InboxEvent, state: str, **fields: Any) -> None:
    """Write down what came of an event, if the claim is still ours."""
    _settle_all([event], state, **fields)


def _settle_all(events: Sequence[InboxEvent], state: str, **fields: Any) -> None:
    """The same for some that were claimed together."""
    if not events:
        return
    mine = InboxEvent.objects.filter(
        pk__in=[event.pk for event in events],
        state=State.IN_FLIGHT,
        in_flight_since=events[0].in_flight_since,
    )
    if mine.update(state=state, in_flight_since=None, **fields) != len(events):
        logger.warning(
            "of events %s some were taken from a worker that came back late", [e.pk for e in events]
        )
