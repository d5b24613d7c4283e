"""Delivering claimed messages and writing down what came of each."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bridge import worktime
from bridge.apilog.occasions import Occasion, on
from bridge.connections.book import read_once
from bridge.connections.faults import Awaited, is_outage, note_outage, note_success, problem_of
from bridge.connections.models import Connection
from bridge.domain.backoff import retry_at
from bridge.domain.errors import Problem
from bridge.outbox import pauses
from bridge.outbox.claim import claim
from bridge.outbox.enqueue import take_back
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.outbox.outcomes import Crashed, Done, Failed, Interrupted, Kind, Outcome, Parked, Untried
from bridge.outbox.put_back import put_back
from bridge.outbox.telling import came_to, orders_of, tell
from bridge.passing import PASSING, mend
from bridge.wake import DELIVER, wake
from connectors.errors import ConnectorError, OutcomeUnknown, PermanentError

logger = logging.getLogger(__name__)

# Whatever failed in the bridge itself: the log has its traceback, a person could do nothing with it.
OURS = Problem("internal")
State, Reason = OutboxMessage.State, OutboxMessage.DeadReason


def deliver(message_id: int, kinds: Mapping[str, Kind]) -> int:
    """Deliver a message together with what can go in the same call; returns how many were taken."""
    woken = OutboxMessage.objects.filter(pk=message_id).only("kind", "shop_id").first()
    kind = kinds.get(woken.kind) if woken is not None else None
    if woken is None or kind is None:
        return 0
    messages = claim(message_id, kind.batch)
    if messages:
        held = OutboxMessage.objects.filter(state=State.IN_FLIGHT, claim=messages[0].claim)
        worktime.holds(partial(take_back, held))
        started = timezone.now()
        orders = orders_of(messages)
        with on(_occasion(messages, started, orders)):
            outcomes = _run(kind, messages)
        _note_connection(messages, outcomes)
        try:
            given_up = _settle_all(messages, outcomes, started)
        except PASSING:  # a deadlock: what came of the calls is known here alone
            mend()
            given_up = _settle_all(messages, outcomes, started)
        tell(messages, outcomes, given_up, orders)
        _wake_next(woken, messages)
    return len(messages)


def _occasion(messages: Sequence[OutboxMessage], started: datetime, orders: Mapping[int, str]) -> Occasion:
    """The tries of all these messages will say that they began at this moment: that is how their calls are found."""
    first = messages[0]
    return Occasion(
        purpose=first.kind,
        shop_id=first.shop_id,
        message_id=first.pk,
        messages=len(messages),
        try_number=first.attempts + 1,
        delivered_at=started,
        order=orders.get(first.pk, "") if len(messages) == 1 else "",
    )


def _run(kind: Kind, messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
    try:
        with read_once():
            return dict(kind.handler(messages))
    except ConnectorError as error:
        return {message.pk: Failed(error) for message in messages}
    except PASSING as error:
        mend()
        logger.warning("messages wait for the database: %r", error)
        return {message.pk: Interrupted(f"{type(error).__name__}: {error}") for message in messages}
    except Exception as error:
        if len(messages) > 1:  # find the one that breaks the batch; the others must not suffer for it
            logger.warning("a batch of %s failed (%r), its messages go one by one", len(messages), error)
            return _one_by_one(kind, messages)
        logger.exception("message %s failed", messages[0].pk)
        return {messages[0].pk: Crashed(f"{type(error).__name__}: {error}")}


def _one_by_one(kind: Kind, messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
    """Each alone, until the connection fails or the time of the job is up; the rest stays untried."""
    outcomes: dict[int, Outcome] = {}
    stopped = False
    for message in messages:
        outcomes |= {message.pk: Untried()} if stopped else _run(kind, [message])
        outcome = outcomes.get(message.pk)
        away = isinstance(outcome, Failed) and is_outage(outcome.error)
        stopped = stopped or away or isinstance(outcome, Interrupted) or worktime.time_is_up()
    return outcomes


def _settle_all(
    messages: Sequence[OutboxMessage], outcomes: Mapping[int, Outcome], started: datetime
) -> set[int]:
    """Write down what came of each message that is still ours; the tries are facts in any case. Returns those that will
    not be tried again by themselves, because they failed.
    """
    now = timezone.now()
    given_up = set()
    attempts = []
    with transaction.atomic():
        held = (
            OutboxMessage.objects.select_for_update()
            .filter(pk__in=[m.pk for m in messages], state=State.IN_FLIGHT, claim=messages[0].claim)
            .order_by("pk")
            .values_list("pk", "due_at", "in_flight_since")
        )
        # What waits for a person may have been seen to meanwhile (enqueue.release): it is due since it was taken.
        ours = {pk: due_at > (taken_at or due_at) for pk, due_at, taken_at in held}
        done = [m for m in messages if m.pk in ours and isinstance(outcomes.get(m.pk), Done)]
        OutboxMessage.objects.filter(pk__in=[m.pk for m in done]).update(
            state=State.DONE,
            done_at=now,
            in_flight_since=None,
            problem="",
            problem_params={},
            outcome_unknown=False,
        )
        _forget_overtaken(done)
        # By object, as new messages are queued: others wait for one another at those rows.
        for message in sorted(messages, key=lambda one: one.object_key):
            outcome = came_to(message, outcomes)
            if not isinstance(outcome, Untried):
                attempts.append(_attempt(message, outcome, started, now))
            if message.pk not in ours:
                logger.warning("message %s was taken from a worker that came back late", message.pk)
            elif not isinstance(outcome, Done):
                fields = _next_state(message, outcome, now)
                if fields["state"] == State.PARKED and ours[message.pk]:
                    fields["state"] = State.WAITING
                put_back(message, fields)
                if fields["state"] == State.DEAD:
                    given_up.add(message.pk)
        DeliveryAttempt.objects.bulk_create(attempts)
    return given_up


def _forget_overtaken(done: Sequence[OutboxMessage]) -> None:
    """What was just sent says all of its object: older dead messages of the same kind need nobody any more."""
    if done:
        OutboxMessage.objects.filter(
            kind=done[0].kind, object_key__in=[m.object_key for m in done], state=State.DEAD
        ).update(state=State.DISCARDED)


def _note_connection(messages: Sequence[OutboxMessage], outcomes: Mapping[int, Outcome]) -> None:
    """One outage is noted once for the batch; one answer ends it."""
    away = messages[0].connection
    outages = [o for o in outcomes.values() if isinstance(o, Failed) and is_outage(o.error)]
    for outage in outages:
        if outage.of is not None:
            note_outage(outage.of, outage.error)
    if own := [outage.error for outage in outages if outage.of is None]:
        note_outage(away, own[0])
    elif any(isinstance(outcome, Done) and outcome.answered for outcome in outcomes.values()):
        note_success(away)
    for message in messages[1:]:
        message.connection = away


def _next_state(
    message: OutboxMessage, outcome: Parked | Failed | Untried | Interrupted | Crashed, now: datetime
) -> dict[str, Any]:
    """The fields a message that is not done goes on with."""
    match outcome:
        case Crashed():
            return {"state": State.DEAD, "dead_reason": Reason.INTERNAL, **_shown(OURS)}
        case Parked(problem):
            return {"state": State.PARKED, **_shown(problem)}
        case Untried():
            return {"state": State.WAITING}
        case Interrupted():
            fields = {"outcome_unknown": True, **_shown(OURS)}
            return _try_again(message, fields, Reason.INTERNAL, now)
        case Failed(error, of):
            return _after(message, error, of or message.connection, now)


def _after(
    message: OutboxMessage, error: ConnectorError, failed: Connection, now: datetime
) -> dict[str, Any]:
    unknown = message.outcome_unknown or isinstance(error, OutcomeUnknown)
    shown = _shown(problem_of(error, failed))
    if isinstance(error, Awaited):
        return {"state": State.WAITING, "due_at": error.until, "outcome_unknown": unknown, **shown}
    if is_outage(error):  # an outage is not an error of each message: nobody's tries are used up
        due = failed.paused_until or now
        return {"state": State.WAITING, "due_at": due, "outcome_unknown": unknown, **shown}
    if isinstance(error, PermanentError):
        return {"state": State.DEAD, "dead_reason": Reason.PERMANENT, **shown}
    reason = Reason.TIMEOUT if unknown else Reason.EXCEEDED
    return _try_again(message, {"outcome_unknown": unknown, **shown}, reason, now)


def _try_again(message: OutboxMessage, fields: dict[str, Any], reason: str, now: datetime) -> dict[str, Any]:
    """Later, or given up for `reason` after three days."""
    attempts, first = message.attempts + 1, message.first_failed_at or now
    counted = {"attempts": attempts, "first_failed_at": first, **fields}
    due = retry_at(now, attempts, first, settings.RETRY_SCALE)
    if due is None:
        return {"state": State.DEAD, "dead_reason": reason, **counted}
    return {"state": State.WAITING, "due_at": due, **counted}


def _attempt(
    message: OutboxMessage,
    outcome: Done | Parked | Failed | Interrupted | Crashed,
    started: datetime,
    now: datetime,
) -> DeliveryAttempt:
    shown: dict[str, Any] = {}
    match outcome:
        case Done(detail):
            word, text = "done", detail
        case Parked(problem):
            word, text, shown = "parked", "", _shown(problem)
        case Failed(error, of):
            word, text = "failed", f"{error.status or ''} {error.code} {error.detail}".strip()
            shown = _shown(problem_of(error, of or message.connection))
        case Interrupted(detail) | Crashed(detail):
            word, text, shown = "crashed", detail, _shown(OURS)
    return DeliveryAttempt(
        message=message, started_at=started, finished_at=now, outcome=word, detail=text[:1000], **shown
    )


def _shown(problem: Problem) -> dict[str, Any]:
    return {"problem": problem.code, "problem_params": dict(problem.params)}


def _wake_next(woken: OutboxMessage, messages: Sequence[OutboxMessage]) -> None:
    """Messages of this kind and shop, or others for these objects, that came meanwhile need not wait for the beat.

    Other shops whose messages were taken along have a chain of wakes of their own.
    """
    waiting = OutboxMessage.objects.filter(~pauses.held(), state=State.WAITING, due_at__lte=timezone.now())
    due = waiting.order_by("pk")
    same_kind = due.filter(kind=woken.kind, connection=messages[0].connection, shop=woken.shop_id)
    others = due.exclude(pk__in=[message.pk for message in messages])
    same_object = others.filter(object_key__in=[message.object_key for message in messages])
    for pk in {*same_kind.values_list("pk", flat=True)[:1], *same_object.values_list("pk", flat=True)[:20]}:
        wake(DELIVER, pk)
