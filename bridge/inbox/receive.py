"""Storing what arrived, exactly once, and waking a worker."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from bridge.apilog.incoming import stored_as
from bridge.apilog.occasions import Occasion, on
from bridge.connections.models import Connection
from bridge.inbox.door_statements import earlier_waits, store
from bridge.inbox.models import InboxEvent
from bridge.telemetry import metrics
from bridge.wake import PROCESS_INBOX, wake

logger = logging.getLogger(__name__)


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

    Where another event waits still, now that this one is stored, no wake is needed: whoever takes that one finds this
    one too, and a worker goes on until none is left.
    """
    now = timezone.now()
    about = Occasion(topic, delivery=delivery_id, order=order_key(connection, source_id))
    event = InboxEvent(
        connection=connection,
        topic=topic,
        delivery_id=delivery_id[:100],
        source_id=source_id[:32],
        dedup_key=dedup_key,
        body=body,
        due_at=now,
    )
    try:
        # Alone it is a transaction by itself; within another one it must not spoil that.
        with nullcontext() if transaction.get_autocommit() else transaction.atomic():
            store(event)
    except IntegrityError:
        metrics.events_received.labels(topic, "known").inc()
        return None
    if not earlier_waits(event):
        wake(PROCESS_INBOX)
    stored_as(event.pk)
    metrics.events_received.labels(topic, "stored").inc()
    with on(replace(about, event_id=event.pk)):
        logger.info("event stored")
    return event


def order_key(connection: Connection, source_id: str) -> str:
    """An order in log lines, from the event to the document; '' where it is about none."""
    return f"{connection.pk}:{source_id}" if source_id else ""
