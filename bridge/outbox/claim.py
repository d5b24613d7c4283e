"""Taking messages so that no two workers send the same: a conditional update, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from bridge.outbox import pauses
from bridge.outbox.models import OutboxMessage
from bridge.process_mark import mark

State = OutboxMessage.State
# Sent, and no answer said what came of it: perhaps too many went at once (MoySklad's 1088).
UNANSWERED = Q(outcome_unknown=True, attempts__gt=0)


def claim(message_id: int, batch: int) -> list[OutboxMessage]:
    """The message and up to `batch - 1` others of its kind and connection that are due, now in flight.

    Empty when it is taken, not due, kept in by a pause, or an earlier message of the same object is still being sent.
    """
    first = OutboxMessage.objects.select_related("connection").filter(pk=message_id).first()
    if first is None or first.state != State.WAITING or first.connection.is_paused():
        return []
    if first.connection.failures and _tried_by_another(first):
        return []
    token = f"{mark()}-{uuid.uuid4().hex[:10]}"
    try:
        with transaction.atomic():
            ids = _due(first, batch)
            _mark(ids, token)
    except (
        IntegrityError
    ):  # somebody began an object of ours with another kind of message: take the one alone
        ids = [message_id]
        try:
            with transaction.atomic():
                _mark(ids, token)
        except IntegrityError:
            return []
    return list(
        OutboxMessage.objects.select_related("connection", "shop", "shop__site", "shop__account")
        .filter(pk__in=ids, claim=token, state=State.IN_FLIGHT)
        .order_by("pk")
    )


def _tried_by_another(message: OutboxMessage) -> bool:
    """A connection that was away is tried by one worker until it answers: if it still hangs, others stay free."""
    return OutboxMessage.objects.filter(connection_id=message.connection_id, state=State.IN_FLIGHT).exists()


def _due(first: OutboxMessage, batch: int) -> list[int]:
    """Primary keys to take: one per object, longest due first, none whose object is in flight.

    The shop of `first` comes before others of its account: one with thousands waiting must not go first every time.
    What got no answer goes by itself, half as many with each try.
    """
    unanswered = first.outcome_unknown and first.attempts > 0
    if unanswered:
        batch = max(batch >> first.attempts, 1)
    busy = OutboxMessage.objects.filter(object_key=OuterRef("object_key"), state=State.IN_FLIGHT)
    due = OutboxMessage.objects.filter(
        ~Exists(busy),
        ~pauses.held(),
        UNANSWERED if unanswered else ~UNANSWERED,
        kind=first.kind,
        connection_id=first.connection_id,
        state=State.WAITING,
        due_at__lte=timezone.now(),
    )
    if batch == 1:
        due = due.filter(pk=first.pk)
    rows = due.order_by("due_at", "pk").select_for_update(
        skip_locked=connection.features.has_select_for_update_skip_locked
    )
    taken = list(rows.filter(shop_id=first.shop_id).values_list("pk", flat=True)[:batch])
    if left := batch - len(taken):
        taken += rows.exclude(shop_id=first.shop_id).values_list("pk", flat=True)[:left]
    return taken


def _mark(ids: list[int], token: str) -> None:
    now = timezone.now()
    due = OutboxMessage.objects.filter(~pauses.held(), pk__in=ids, state=State.WAITING, due_at__lte=now)
    due.update(state=State.IN_FLIGHT, in_flight_since=now, claim=token)
