"""What is older than it is needed goes, a portion of each table at every beat, so that nobody waits for it.

Of an event its row stays, by which a repeated delivery is recognised; of an order all but its customer's data
(ended.py). Days are settings (KEEP_…_DAYS; 0: for good).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from bridge.alerts.models import Alert, Incident
from bridge.inbox.models import InboxEvent
from bridge.outbox.models import DeliveryAttempt
from bridge.personal import ended

PORTION = 500
SIGN_IN_DAYS = 30
"""Wrong passwords with name and address; they count for a quarter of an hour."""
# Failed events wait for a person, who needs what they say.
FINISHED = (InboxEvent.State.DONE, InboxEvent.State.DISCARDED)


def forget(now: datetime) -> int:
    """Take a portion of what is too old; how many rows it was, an order counted as one."""
    bodies = _first(_bodies(now))
    count = InboxEvent.objects.filter(pk__in=bodies).update(body="") if bodies else 0
    for rows in _too_old(now):
        if keys := _first(rows):
            rows.model._default_manager.filter(pk__in=keys).delete()
            count += len(keys)
    return count + ended.forget(now)


def _bodies(now: datetime) -> QuerySet[InboxEvent]:
    """Whose body is not needed any more; found in the index of those that still have one."""
    if not settings.KEEP_EVENT_BODIES_DAYS:
        return InboxEvent.objects.none()
    before = now - timedelta(days=settings.KEEP_EVENT_BODIES_DAYS)
    rows = InboxEvent.objects.filter(state__in=FINISHED, received_at__lt=before).exclude(body="")
    return rows.order_by("received_at")


def _too_old(now: datetime) -> Iterator[QuerySet[Any]]:
    yield Session.objects.filter(expire_date__lt=now)
    yield AccessAttempt.objects.filter(attempt_time__lt=now - timedelta(days=SIGN_IN_DAYS))
    if days := settings.KEEP_ATTEMPTS_DAYS:
        yield _oldest(DeliveryAttempt.objects, "finished_at", now - timedelta(days=days))
    if days := settings.KEEP_ALERTS_DAYS:
        yield Alert.objects.filter(created_at__lt=now - timedelta(days=days)).order_by("created_at")
        yield Incident.objects.filter(over_at__lt=now - timedelta(days=days)).order_by("over_at")
    if days := settings.KEEP_HISTORY_DAYS:
        yield _oldest(LogEntry.objects, "action_time", now - timedelta(days=days))


def _oldest(rows: Any, field: str, before: datetime) -> QuerySet[Any]:
    """Of a table without an index of its moments: rows come in the order of their keys, so the first are the oldest."""
    keys = [
        pk
        for pk, moment in rows.order_by("pk").values_list("pk", field)[:PORTION]
        if moment is not None and moment < before
    ]
    found: QuerySet[Any] = rows.filter(pk__in=keys)
    return found


def _first(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.values_list("pk", flat=True)[:PORTION])
