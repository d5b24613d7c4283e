"""What runs by itself: the beat. It proves that the queue moves, and wakes whatever is due and nobody woke.

The worker command sends a beat through the queue every few seconds; django-q2's own scheduler (30 s steps) is off.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django_q.brokers import get_broker

from bridge import pulse
from bridge.inbox.models import InboxEvent
from bridge.outbox.enqueue import reset_stale
from bridge.outbox.models import OutboxMessage
from bridge.sync import flows
from bridge.sync.models import Watermark
from bridge.sync.uploads import uploads
from bridge.wake import DELIVER, PROCESS_INBOX, RUN_FLOW, RUN_UPLOAD, wake

PORTION = 100
# With this much in the queue already, waking more would only repeat it.
QUEUE_FULL = 200


def sweep(table: Mapping[str, flows.Flow]) -> None:
    """One beat: note the time, take back what vanished workers held, wake what is due."""
    now = timezone.now()
    pulse.touch()
    lease = timedelta(seconds=settings.LEASE_SECONDS)
    reset_stale(lease)
    InboxEvent.objects.filter(state=InboxEvent.State.IN_FLIGHT, in_flight_since__lt=now - lease).update(
        state=InboxEvent.State.WAITING, due_at=now
    )
    flows.ensure(table)
    if get_broker().queue_size() > QUEUE_FULL:
        return
    if InboxEvent.objects.filter(state=InboxEvent.State.WAITING, due_at__lte=now).exists():
        wake(PROCESS_INBOX)
    messages = OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING, due_at__lte=now).exclude(
        connection__paused_until__gt=now
    )
    for pk in messages.order_by("due_at").values_list("pk", flat=True)[:PORTION]:
        wake(DELIVER, pk)
    idle = Q(running_since=None) | Q(running_since__lt=now - lease)
    for pk in Watermark.objects.filter(idle, next_due_at__lte=now).values_list("pk", flat=True):
        wake(RUN_FLOW, pk)
    for pk in uploads.due():
        wake(RUN_UPLOAD, pk)
