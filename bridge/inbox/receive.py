"""Storing what arrived, exactly once, and waking a worker."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from bridge.connections.models import Connection
from bridge.inbox.models import InboxEvent
from bridge.wake import PROCESS_EVENT, wake


def receive(
    connection: Connection, topic: str, dedup_key: str, body: str, *, delivery_id: str = ""
) -> InboxEvent | None:
    """Store one event and wake a worker; None when this very event was stored before."""
    try:
        with transaction.atomic():
            event = InboxEvent.objects.create(
                connection=connection,
                topic=topic,
                delivery_id=delivery_id[:100],
                dedup_key=dedup_key,
                body=body,
                due_at=timezone.now(),
            )
            wake(PROCESS_EVENT, event.pk)
    except IntegrityError:
        return None
    return event
