"""Holds: what concerns one object (an order) waits in its place until a person lets it go.

A hold is a row; it keeps messages in as a pause does (pauses.py), in the query of whoever takes them. What comes in is
taken in as ever, and joins what waits.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from bridge.outbox.models import Hold, OutboxMessage
from bridge.wake import DELIVER, wake


def held() -> Exists:
    """Of messages: those whose object is held."""
    return Exists(Hold.objects.filter(object_key=OuterRef("object_key")))


def of(object_key: str) -> Hold | None:
    return Hold.objects.filter(object_key=object_key).first()


def begin(object_key: str, *, by: str = "", why: str = "") -> bool:
    """Let nothing of the object go out from now on; what is being sent at this moment is finished. False when it is
    held already."""
    return Hold.objects.get_or_create(object_key=object_key, defaults={"by": by[:150], "why": why[:300]})[1]


def end(object_key: str) -> bool:
    """What waited goes on, and nobody's tries have run out meanwhile. False when it was not held."""
    with transaction.atomic():
        released = Hold.objects.filter(object_key=object_key).delete()[0]
        waiting = OutboxMessage.objects.filter(object_key=object_key, state=OutboxMessage.State.WAITING)
        if released:
            waiting.filter(first_failed_at__isnull=False).update(attempts=0, first_failed_at=None)
            for pk in waiting.filter(due_at__lte=timezone.now()).order_by("pk").values_list("pk", flat=True):
                wake(DELIVER, pk)
    return bool(released)
