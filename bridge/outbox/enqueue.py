"""Queueing what must go out. Call it inside the transaction that makes the change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from bridge import worktime
from bridge.connections.models import Connection, Shop
from bridge.domain.errors import Problem
from bridge.outbox import pauses
from bridge.outbox.models import OutboxMessage
from bridge.outbox.put_back import put_back
from bridge.people.cases import FRESH
from bridge.process_mark import is_alive, is_gone
from bridge.wake import DELIVER, wake

State = OutboxMessage.State
OPEN = (State.WAITING, State.PARKED)
ON_ITS_WAY = (State.WAITING, State.IN_FLIGHT)
NEEDS_PERSON = (State.DEAD, State.PARKED)
# What a person can have tried again: what waits for one, and what one has discarded.
RETRIABLE = Q(state__in=NEEDS_PERSON) | Q(state=State.DISCARDED) & ~Q(discarded_by="")


def enqueue(
    shop: Shop, connection: Connection, kind: str, object_key: str, payload: dict[str, Any] | None = None
) -> OutboxMessage:
    """Ask for `kind` on an object; joins a message of the same object that has not been taken yet."""
    return enqueue_all(shop, connection, kind, [object_key], payload)[object_key]


def unfinished(kind: str, object_keys: Collection[str]) -> set[str]:
    """Those a message waits for, is being delivered for, or has a person asked about: whoever delivers may have read
    them before they changed, and a question may be none any more.

    In the transaction that changed them: a message that waits is not taken before that ends, if it is enqueued again.
    """
    return _with(kind, object_keys, *ON_ITS_WAY, *NEEDS_PERSON)


def on_their_way(kind: str, object_keys: Collection[str]) -> set[str]:
    """Those a message waits for or is being delivered for."""
    return _with(kind, object_keys, *ON_ITS_WAY)


def _with(kind: str, object_keys: Collection[str], *states: str) -> set[str]:
    rows = OutboxMessage.objects.filter(kind=kind, object_key__in=object_keys, state__in=states)
    return set(rows.values_list("object_key", flat=True))


def enqueue_all(
    shop: Shop,
    connection: Connection,
    kind: str,
    object_keys: Collection[str],
    payload: dict[str, Any] | None = None,
) -> dict[str, OutboxMessage]:
    """The same for several objects of a shop; their messages by object."""
    if not object_keys:
        return {}
    now = timezone.now()
    joined = _join(kind, object_keys, now, payload or {})
    for message in joined.values():
        wake(DELIVER, message.pk)
    if len(joined) == len(set(object_keys)):
        return joined
    fresh = [
        OutboxMessage(
            shop=shop, connection=connection, kind=kind, object_key=key, payload=payload or {}, due_at=now
        )
        for key in sorted(set(object_keys) - joined.keys())
    ]
    try:
        with transaction.atomic():
            others = (
                OutboxMessage.objects.exclude(object_key__in=joined)
                .filter(
                    ~pauses.held(),
                    connection=connection,
                    shop=shop,
                    kind=kind,
                    state=State.WAITING,
                    due_at__lte=now,
                )
                .exists()
            )
            OutboxMessage.objects.bulk_create(fresh)
    except IntegrityError:  # another worker queued one of these between our look and our write
        if len(object_keys) > 1:
            return {key: enqueue(shop, connection, kind, key, payload) for key in object_keys}
        joined = _join(kind, object_keys, now, payload or {})
        if not joined:
            raise
        wake(DELIVER, joined[next(iter(object_keys))].pk)
        return joined
    # The wake of others serves these too: deliveries go on until none of a kind and shop is left.
    if not others:
        wake(DELIVER, fresh[0].pk)
    return joined | {message.object_key: message for message in fresh}


def _join(
    kind: str, object_keys: Collection[str], now: datetime, payload: dict[str, Any]
) -> dict[str, OutboxMessage]:
    """Messages of these objects that wait: there is news of them. Locked by object, as deliveries put theirs back."""
    fields = {
        "state": State.WAITING,
        "due_at": now,
        "problem": "",
        "problem_params": {},
        "snoozed_until": None,
    }
    with transaction.atomic(savepoint=False):
        rows = OutboxMessage.objects.select_for_update().filter(
            kind=kind, object_key__in=object_keys, state__in=OPEN
        )
        found = {message.object_key: message for message in rows.order_by("object_key")}
        for message in found.values():
            for name, value in fields.items():
                setattr(message, name, value)
            message.payload = {**message.payload, **payload}
            message.save(update_fields=[*fields, "payload"])
    return found


def park(shop: Shop, connection: Connection, kind: str, object_key: str, problem: Problem) -> None:
    """Put a question about an object before a person, unless something for it waits already.

    What is in flight may have looked before the question arose; if it has one of its own, it gives way to this.
    """
    with transaction.atomic():
        if not OutboxMessage.objects.filter(kind=kind, object_key=object_key, state__in=OPEN).exists():
            OutboxMessage.objects.create(
                shop=shop,
                connection=connection,
                kind=kind,
                object_key=object_key,
                state=State.PARKED,
                due_at=timezone.now(),
                problem=problem.code,
                problem_params=dict(problem.params),
            )


def release(shop: Shop, *problems: str) -> int:
    """Let parked messages go whose reason has just been removed; returns how many. Those being sent may have looked
    before it was, and are tried once more should they come to be parked (deliver.py).
    """
    released = _let_go(shop, problems)
    # What is taken before the reason is committed does not see it gone.
    transaction.on_commit(partial(_let_go, shop, problems), robust=True)
    return released


def _let_go(shop: Shop, problems: tuple[str, ...]) -> int:
    with transaction.atomic():
        # First those being sent: what is settled meanwhile is parked, and found after it.
        _due_again(OutboxMessage.objects.filter(shop=shop, state=State.IN_FLIGHT))
        waiting = OutboxMessage.objects.filter(shop=shop, state=State.PARKED, problem__in=problems)
        ids = list(waiting.values_list("pk", flat=True))
        OutboxMessage.objects.filter(pk__in=ids, state=State.PARKED).update(
            state=State.WAITING, due_at=timezone.now()
        )
        for pk in ids[:20]:  # the rest is taken along in bulk or found by the beat
            wake(DELIVER, pk)
    return len(ids)


def _due_again(in_flight: QuerySet[OutboxMessage]) -> None:
    """Due since they were taken, by whichever clock. Locked in the order in which deliveries settle theirs."""
    ids = list(in_flight.select_for_update().order_by("pk").values_list("pk", flat=True))
    held = OutboxMessage.objects.filter(pk__in=ids, state=State.IN_FLIGHT)
    held.update(due_at=F("in_flight_since") + timedelta(microseconds=1))


def release_object(kind: str, object_key: str, problem: str) -> int:
    """Let one object's parked message go; 0 when none waits with this problem."""
    waiting = OutboxMessage.objects.filter(
        kind=kind, object_key=object_key, state=State.PARKED, problem=problem
    )
    ids = list(waiting.values_list("pk", flat=True))
    for pk in ids:
        OutboxMessage.objects.filter(pk=pk, state=State.PARKED).update(
            state=State.WAITING, due_at=timezone.now()
        )
        wake(DELIVER, pk)
    return len(ids)


def retry(message: OutboxMessage) -> bool:
    """A person asks for another try of a dead or parked message, or of one that a person discarded; False when a newer
    one already waits."""
    with transaction.atomic():
        newer = OutboxMessage.objects.filter(
            kind=message.kind, object_key=message.object_key, state__in=OPEN
        ).exclude(pk=message.pk)
        if newer.exists():
            waits = OutboxMessage.objects.filter(pk=message.pk, state__in=NEEDS_PERSON)
            waits.update(state=State.DISCARDED, done_at=timezone.now())
            return False
        taken = OutboxMessage.objects.filter(RETRIABLE, pk=message.pk).update(
            state=State.WAITING,
            due_at=timezone.now(),
            done_at=None,
            attempts=0,
            first_failed_at=None,
            dead_reason="",
            **FRESH,
        )
        if taken:
            wake(DELIVER, message.pk)
    return bool(taken)


def discard(message: OutboxMessage, reason: str = "", by: str = "") -> bool:
    """This need not be sent: `by` is the person who says so, nobody where it follows from something else.

    The message is kept; what a person discarded can be tried again.
    """
    return bool(discard_all(OutboxMessage.objects.filter(pk=message.pk), reason, by))


def discard_all(rows: QuerySet[OutboxMessage], reason: str, by: str) -> int:
    """The same for many; returns how many were neither sent nor being sent."""
    left = rows.filter(state__in=(*NEEDS_PERSON, State.WAITING))
    fields = {"discard_reason": reason[:300], "discarded_by": by[:150]}
    return left.update(state=State.DISCARDED, done_at=timezone.now(), **fields)


def reset_stale(older_than: timedelta) -> int:
    """Take back what a vanished worker had in flight; it may have been sent, so it is looked up first.

    A worker of this machine is seen to be gone, or to be at work still although the clock was set back meanwhile; of
    one elsewhere only the time tells.
    """
    now = timezone.now()
    in_flight = OutboxMessage.objects.filter(state=State.IN_FLIGHT)
    claims = set(in_flight.values_list("claim", flat=True).distinct())
    ahead = in_flight.filter(in_flight_since__gt=now + worktime.CLOCK_STEP)
    ahead.filter(claim__in=[token for token in claims if is_alive(token)]).update(in_flight_since=now)
    ended = {token for token in claims if is_gone(token)}
    return take_back(in_flight.filter(worktime.lapsed("in_flight_since", older_than) | Q(claim__in=ended)))


def take_back(in_flight: QuerySet[OutboxMessage]) -> int:
    """These are free for others, and doubtful; returns how many were still held."""
    doubtful = {"state": State.WAITING, "outcome_unknown": True, "due_at": timezone.now()}
    return sum(put_back(message, doubtful) for message in in_flight)
