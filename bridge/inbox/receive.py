"""Storing what arrived, exactly once, and waking a worker."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from bridge.connections.models import Connection
from bridge.inbox.models import InboxEvent
from bridge.wake import PROCESS_INBOX, wake


def receive(
    connection: Connection,
    topic: str,
    dedup_key: str,
    body: str,
    *,
    delivery_id: str = "",
    source_id: str = "",
) -> InboxEvent | None:
    """Store one event and wake a worker; None when this very event was stored before.

    Where another event waits already, its wake serves this one too: a worker goes on until none is left. Should the
    two pass each other, the beat finds what stayed behind.
    """
    try:
        with transaction.atomic():
            alone = not InboxEvent.objects.filter(
                state=InboxEvent.State.WAITING, due_at__lte=timezone.now()
            ).exists()
            event = InboxEvent.objects.create(
                connection=connection,
                topic=topic,
                delivery_id=delivery_id[:100],
                source_id=source_id[:32],
                dedup_key=dedup_key,
                body=body,
                due_at=timezone.now(),
            )
            if alone:
                wake(PROCESS_INBOX)
    except IntegrityError:
        return None
    return event
