"""What vanished workers held, free again: at once where their processes are seen to have ended on this machine, after
the lease where only the time tells.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from bridge import worktime
from bridge.inbox.models import InboxEvent
from bridge.outbox.enqueue import reset_stale
from bridge.process_mark import is_gone


def free() -> None:
    """Messages, events, and whatever runs by itself or was asked for (`running_since`, sync/leased.py). Those of the
    last that have fallen silent need no freeing: whoever comes may take them.
    """
    reset_stale(timedelta(seconds=settings.LEASE_SECONDS))
    events = InboxEvent.objects.filter(state=InboxEvent.State.IN_FLIGHT)
    lost = events.filter(worktime.lapsed("in_flight_since") | of_the_gone(events))
    lost.update(state=InboxEvent.State.WAITING, in_flight_since=None, due_at=timezone.now())
    for model in _leased():
        running = model._default_manager.exclude(running_since=None)
        running.filter(of_the_gone(running)).update(running_since=None)


def of_the_gone(held: QuerySet[Any]) -> Q:
    """Of these rows those whose holder was a process of this machine that has ended."""
    marks = held.exclude(held_by=None).order_by().values_list("held_by", flat=True).distinct()
    return Q(held_by__in=[mark for mark in marks if is_gone(mark)])


def _leased() -> list[type[Model]]:
    return [model for model in apps.get_models() if hasattr(model, "running_since")]
