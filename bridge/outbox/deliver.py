"""Delivering claimed messages and writing down what came of each."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from bridge.connections.faults import is_outage, note_outage, note_success, problem_of
from bridge.domain.backoff import retry_at
from bridge.domain.errors import Problem
from bridge.outbox.claim import claim
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.outbox.outcomes import Crashed, Done, Failed, Kind, Outcome, Parked
from bridge.wake import DELIVER, wake
from connectors.errors import ConnectorError, OutcomeUnknown, PermanentError

logger = logging.getLogger(__name__)
State, Reason = OutboxMessage.State, OutboxMessage.DeadReason


def deliver(message_id: int, kinds: Mapping[str, Kind]) -> int:
    """Deliver a message together with what can go in the same call; returns how many were taken."""
    kind_name = OutboxMessage.objects.filter(pk=message_id).values_list("kind", flat=True).first()
    kind = kinds.get(kind_name or "")
    if kind is None:
        return 0
    messages = claim(message_id, kind.batch)
    if messages:
        started = timezone.now()
        _settle_all(messages, _run(kind, messages), started)
        _wake_next(kind_name or "", messages)
    return len(messages)


def _run(kind: Kind, messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
    try:
        return dict(kind.handler(messages))
    except ConnectorError as error:
        return {message.pk: Failed(error) for message in messages}
    except Exception as error:
        if len(messages) > 1:  # find the one that breaks the batch; the others must not suffer for it
            logger.warning("a batch of %s failed (%r), its messages go one by one", len(messages), error)
            return {pk: outcome for message in messages for pk, outcome in _run(kind, [message]).items()}
        logger.exception("message %s failed", messages[0].pk)
        return {messages[0].pk: Crashed(f"{type(error).__name__}: {error}")}


def _settle_all(
    messages: Sequence[OutboxMessage], outcomes: Mapping[int, Outcome], started: datetime
) -> None:
    now = timezone.now()
    _note_connection(messages, outcomes)
    attempts = []
    with transaction.atomic():
        done = [m.pk for m in messages if isinstance(outcomes.get(m.pk), Done)]
        OutboxMessage.objects.filter(pk__in=done).update(
            state=State.DONE,
            done_at=now,
            in_flight_since=None,
            problem="",
            problem_params={},
            outcome_unknown=False,
        )
        _forget_overtaken([m for m in messages if m.pk in set(done)])
        for message in messages:
            outcome = outcomes.get(message.pk) or Crashed("the handler gave no outcome")
            attempts.append(_attempt(message, outcome, started, now))
            if not isinstance(outcome, Done):
                _put_back(message, _next_state(message, outcome, now))
        DeliveryAttempt.objects.bulk_create(attempts)


def _forget_overtaken(done: Sequence[OutboxMessage]) -> None:
    """What was just sent says all of its object: older dead messages of the same kind need nobody any more."""
    if done:
        OutboxMessage.objects.filter(
            kind=done[0].kind, object_key__in=[m.object_key for m in done], state=State.DEAD
        ).update(state=State.DISCARDED)


def _note_connection(messages: Sequence[OutboxMessage], outcomes: Mapping[int, Outcome]) -> None:
    """One outage is noted once for the batch; one success ends it."""
    connection = messages[0].connection
    outages = [o.error for o in outcomes.values() if isinstance(o, Failed) and is_outage(o.error)]
    if outages:
        note_outage(connection, outages[0])
    elif any(isinstance(outcome, Done) for outcome in outcomes.values()):
        note_success(connection)


def _next_state(message: OutboxMessage, outcome: Parked | Failed | Crashed, now: datetime) -> dict[str, Any]:
    """The fields a message that is not done goes on with."""
    if isinstance(outcome, Crashed):
        problem = Problem("internal", {"detail": outcome.detail})
        return {"state": State.DEAD, "dead_reason": Reason.INTERNAL, **_shown(problem)}
    if isinstance(outcome, Parked):
        return {"state": State.PARKED, **_shown(outcome.problem)}
    error = outcome.error
    shown = _shown(problem_of(error, message.connection))
    unknown = message.outcome_unknown or isinstance(error, OutcomeUnknown)
    if is_outage(error):  # an outage is not an error of each message: nobody's tries are used up
        due = message.connection.paused_until or now
        return {"state": State.WAITING, "due_at": due, "outcome_unknown": unknown, **shown}
    if isinstance(error, PermanentError):
        return {"state": State.DEAD, "dead_reason": Reason.PERMANENT, **shown}
    attempts, first = message.attempts + 1, message.first_failed_at or now
    due_or_none = retry_at(now, attempts, first, settings.RETRY_SCALE)
    counted = {"attempts": attempts, "first_failed_at": first, "outcome_unknown": unknown, **shown}
    if due_or_none is None:
        return {"state": State.DEAD, "dead_reason": Reason.TIMEOUT if unknown else Reason.EXCEEDED, **counted}
    return {"state": State.WAITING, "due_at": due_or_none, **counted}


def _put_back(message: OutboxMessage, fields: dict[str, Any]) -> None:
    """Save a message that goes on; if a newer one of its object waits already, that one carries on instead."""
    row = OutboxMessage.objects.filter(pk=message.pk)
    newer = OutboxMessage.objects.filter(
        kind=message.kind, object_key=message.object_key, state__in=(State.WAITING, State.PARKED)
    )
    inherited = {
        "outcome_unknown": bool(fields.get("outcome_unknown", message.outcome_unknown)),
        "payload": message.payload,
        "attempts": fields.get("attempts", message.attempts),
        "first_failed_at": fields.get("first_failed_at", message.first_failed_at),
    }
    if newer.update(**inherited):
        row.update(state=State.DISCARDED, in_flight_since=None, done_at=timezone.now())
        return
    try:
        with transaction.atomic():
            row.update(in_flight_since=None, **fields)
    except IntegrityError:
        newer.update(**inherited)
        row.update(state=State.DISCARDED, in_flight_since=None, done_at=timezone.now())


def _attempt(message: OutboxMessage, outcome: Outcome, started: datetime, now: datetime) -> DeliveryAttempt:
    shown: dict[str, Any] = {}
    match outcome:
        case Done(detail):
            word, text = "done", detail
        case Parked(problem):
            word, text, shown = "parked", "", _shown(problem)
        case Failed(error):
            word, text = "failed", f"{error.status or ''} {error.code} {error.detail}".strip()
            shown = _shown(problem_of(error, message.connection))
        case Crashed(detail):
            word, text = "crashed", detail
    return DeliveryAttempt(
        message=message, started_at=started, finished_at=now, outcome=word, detail=text[:1000], **shown
    )


def _shown(problem: Problem) -> dict[str, Any]:
    return {"problem": problem.code, "problem_params": dict(problem.params)}


def _wake_next(kind: str, messages: Sequence[OutboxMessage]) -> None:
    """Messages of this kind, or for these objects, that came meanwhile need not wait for the beat."""
    due = OutboxMessage.objects.filter(state=State.WAITING, due_at__lte=timezone.now()).order_by("pk")
    same_kind = due.filter(kind=kind, connection=messages[0].connection)
    same_object = due.filter(object_key__in=[message.object_key for message in messages])
    for pk in {*same_kind.values_list("pk", flat=True)[:1], *same_object.values_list("pk", flat=True)[:20]}:
        wake(DELIVER, pk)
