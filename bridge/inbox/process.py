"""Stored events: claimed, handed to the handler of their topic, marked. Errors decide whether one comes back."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bridge import worktime
from bridge.connections.book import read_once
from bridge.connections.faults import LeftAlone, is_outage, note_outage, problem_of, respecting_pauses
from bridge.domain.backoff import retry_at
from bridge.domain.errors import DomainError, Problem
from bridge.inbox.models import InboxEvent
from bridge.passing import mend
from bridge.wake import PROCESS_INBOX, wake
from connectors.errors import ConnectorError, PermanentError

logger = logging.getLogger(__name__)

Handler = Callable[[InboxEvent], None]
State = InboxEvent.State

# Few enough that a worker that dies holds little until its lease ends.
PORTION = 10


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


def process_waiting(topics: Mapping[str, Handler]) -> int:
    """Take a portion of what waits, longest due first, and handle each; returns how many were taken.

    A full portion means there is more: another worker is woken to help.
    """
    events = _claim()
    if len(events) == PORTION:
        wake(PROCESS_INBOX)
    with read_once():
        for place, event in enumerate(events):
            if worktime.time_is_up():
                _let_go(events[place:])
                break
            _handle(event, topics.get(event.topic))
    return len(events)


def _claim() -> list[InboxEvent]:
    now = timezone.now()
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        due = InboxEvent.objects.filter(state=State.WAITING, due_at__lte=now).order_by("due_at", "pk")
        ids = list(due.select_for_update(skip_locked=skip).values_list("pk", flat=True)[:PORTION])
        InboxEvent.objects.filter(pk__in=ids, state=State.WAITING).update(
            state=State.IN_FLIGHT, in_flight_since=now
        )
    claimed = InboxEvent.objects.filter(pk__in=ids).select_related("connection__shop__account")
    return list(claimed.order_by("due_at", "pk"))


def _let_go(events: Sequence[InboxEvent]) -> None:
    """The time of this job is up: the rest is another's."""
    for event in events:
        _settle(event, State.WAITING)
    wake(PROCESS_INBOX)


def _handle(event: InboxEvent, handler: Handler | None) -> None:
    """A paused connection is not asked: events that need it wait, orders that came complete are taken in."""
    try:
        if handler is not None:
            with respecting_pauses():
                handler(event)
    except DomainError as error:
        _fail(event, error.problem)
    except ConnectorError as error:
        _after_connector_error(event, error)
    except Exception as error:
        mend()
        logger.exception("event %s failed", event.pk)
        _retry(event, Problem("internal", {"detail": f"{type(error).__name__}: {error}"}))
    else:
        _settle(event, State.DONE, processed_at=timezone.now(), problem="", problem_params={})


def replay(event: InboxEvent) -> None:
    """Handle a finished event once more, as if it had just arrived; one that another holds is left alone."""
    InboxEvent.objects.filter(pk=event.pk, state__in=(State.DONE, State.FAILED)).update(
        state=State.WAITING, due_at=timezone.now(), attempts=0, first_failed_at=None
    )
    wake(PROCESS_INBOX)


def _after_connector_error(event: InboxEvent, error: ConnectorError) -> None:
    problem = problem_of(error, event.connection)
    if isinstance(error, LeftAlone):
        _settle(event, State.WAITING, due_at=error.until, **_shown(problem))
    elif is_outage(error):
        note_outage(event.connection, error)
        _settle(
            event, State.WAITING, due_at=event.connection.paused_until or timezone.now(), **_shown(problem)
        )
    elif isinstance(error, PermanentError):
        _fail(event, problem)
    else:
        _retry(event, problem)


def _retry(event: InboxEvent, problem: Problem) -> None:
    now: datetime = timezone.now()
    attempts, first = event.attempts + 1, event.first_failed_at or now
    due = retry_at(now, attempts, first, settings.RETRY_SCALE)
    if due is None:
        _fail(event, problem)
        return
    _settle(event, State.WAITING, due_at=due, attempts=attempts, first_failed_at=first, **_shown(problem))


def _fail(event: InboxEvent, problem: Problem) -> None:
    _settle(event, State.FAILED, processed_at=timezone.now(), **_shown(problem))


def _shown(problem: Problem) -> dict[str, Any]:
    return {"problem": problem.code, "problem_params": dict(problem.params)}


def _settle(event: InboxEvent, state: str, **fields: Any) -> None:
    """Write down what came of an event, if the claim is still ours."""
    mine = InboxEvent.objects.filter(
        pk=event.pk, state=State.IN_FLIGHT, in_flight_since=event.in_flight_since
    )
    if not mine.update(state=state, in_flight_since=None, **fields):
        logger.warning("event %s was taken from a worker that came back late", event.pk)
