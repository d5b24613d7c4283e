"""What vanished workers held, free again: where their processes are seen to have ended on this machine, and after the
lease where only the time tells.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from bridge import worktime
from bridge.inbox.models import InboxEvent
from bridge.outbox.enqueue import reset_stale
from bridge.process_mark import is_gone

PAUSE = timedelta(minutes=1)
"""Before it goes on, times RETRY_SCALE: what ends its worker each time must not do so without a stop."""
DUE = ("next_due_at", "next_try_at", "due_at")
"""What the moment is called from which on a leased row may be taken."""


def free() -> None:
    """Messages and events at once, but an event after the pause the second time; what runs by itself or was asked for
    (`running_since`, sync/leased.py) after the pause. Of that, what has fallen silent needs no freeing: whoever comes
    may take it.
    """
    reset_stale(timedelta(seconds=settings.LEASE_SECONDS))
    now = timezone.now()
    later = now + PAUSE * settings.RETRY_SCALE
    events = InboxEvent.objects.filter(state=InboxEvent.State.IN_FLIGHT)
    lost = events.filter(worktime.lapsed("in_flight_since") | of_the_gone(events))
    waiting = {"state": InboxEvent.State.WAITING, "in_flight_since": None, "attempts": F("attempts") + 1}
    lost.filter(attempts__gt=0).update(due_at=later, **waiting)
    lost.filter(attempts=0).update(due_at=now, **waiting)
    for model in apps.get_models():
        if hasattr(model, "running_since"):
            running = model._default_manager.exclude(running_since=None)
            running.filter(of_the_gone(running)).update(running_since=None, **{_due(model): later})


def of_the_gone(held: QuerySet[Any]) -> Q:
    """Of these rows those whose holder was a process of this machine that has ended."""
    marks = held.exclude(held_by=None).order_by().values_list("held_by", flat=True).distinct()
    return Q(held_by__in=[mark for mark in marks if is_gone(mark)])


def _due(model: type[Model]) -> str:
    return next(name for name in DUE if hasattr(model, name))
