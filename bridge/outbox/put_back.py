"""A claimed message that is not done goes on waiting; if a newer one of its object waits already, that one inherits."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from bridge.outbox.models import OutboxMessage

State = OutboxMessage.State


def put_back(message: OutboxMessage, fields: dict[str, Any]) -> bool:
    """Let go of a claim that is still ours with these fields; False when it is no longer ours."""
    with transaction.atomic():
        row = OutboxMessage.objects.filter(pk=message.pk, state=State.IN_FLIGHT, claim=message.claim)
        if not row.select_for_update().exists():
            return False
        if _hand_over(message, fields):
            return True
        try:
            with transaction.atomic():
                row.update(in_flight_since=None, **fields)
        except IntegrityError:  # a newer one was queued between our look and our write
            _hand_over(message, fields)
    return True


def _hand_over(message: OutboxMessage, fields: dict[str, Any]) -> bool:
    """What we know of earlier tries passes to the newer one; what is wished for is its own, being newer."""
    newer = (
        OutboxMessage.objects.select_for_update()
        .filter(kind=message.kind, object_key=message.object_key, state__in=(State.WAITING, State.PARKED))
        .first()
    )
    if newer is None:
        return False
    newer.payload = {**message.payload, **newer.payload}
    newer.outcome_unknown |= bool(fields.get("outcome_unknown", message.outcome_unknown))
    newer.attempts = fields.get("attempts", message.attempts)
    newer.first_failed_at = fields.get("first_failed_at", message.first_failed_at)
    newer.save(update_fields=["payload", "outcome_unknown", "attempts", "first_failed_at"])
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=State.DISCARDED, in_flight_since=None, done_at=timezone.now()
    )
    return True
