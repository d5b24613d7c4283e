"""What runs by itself: the beat. It proves that the queue moves, and wakes whatever is due and nobody woke.

The worker command sends a beat through the queue every few seconds; django-q2's own scheduler (30 s steps) is off.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django_q.brokers import get_broker

from bridge import clock, gone, pulse
from bridge.alerts import send, watch
from bridge.apilog import retention
from bridge.connections.models import Connection, Shop
from bridge.inbox.models import InboxEvent
from bridge.outbox import pauses
from bridge.outbox.models import OutboxMessage
from bridge.passing import mend
from bridge.personal import retention as personal
from bridge.sync import flows, leased, tally
from bridge.sync.models import Watermark
from bridge.sync.reconcile import findings
from bridge.wake import DELIVER, PROCESS_INBOX, RUN_FLOW, RUN_WORK, SEND_ALERTS, wake

logger = logging.getLogger(__name__)

PORTION = 100
# With this much in the queue already, waking more would only repeat it.
QUEUE_FULL = 200


def sweep(table: Mapping[str, flows.Flow], long_work: Mapping[str, leased.Work]) -> None:
    """One beat: note the time, take back what vanished workers held, wake what is due, close what is mended."""
    now = timezone.now()
    pulse.touch()
    clock.free_the_untried(now)
    gone.free()
    flows.ensure(table)
    findings.mended()
    retention.forget(now, _days_of_calls())
    personal.forget(now)
    pauses.end_due(now)
    tally.keep(now)
    _tell(now)
    if get_broker().queue_size() > QUEUE_FULL:
        return
    if InboxEvent.objects.filter(state=InboxEvent.State.WAITING, due_at__lte=now).exists():
        wake(PROCESS_INBOX)
    waiting = OutboxMessage.objects.filter(~pauses.held(), state=OutboxMessage.State.WAITING, due_at__lte=now)
    messages = waiting.exclude(connection__paused_until__gt=now)
    for pk in _some_of_each(messages):
        wake(DELIVER, pk)
    for pk in Watermark.objects.filter(leased.idle(), next_due_at__lte=now).values_list("pk", flat=True):
        wake(RUN_FLOW, pk)
    for kind, pk in leased.due(long_work):
        wake(RUN_WORK, kind, pk)


def _some_of_each(messages: QuerySet[OutboxMessage]) -> Iterator[int]:
    """Of each shop and kind those due longest: an order must not stand behind ten thousand of something else."""
    queues = list(messages.order_by().values_list("shop_id", "kind").distinct())
    for shop_id, kind in queues:
        own = messages.filter(shop_id=shop_id, kind=kind).order_by("due_at")
        yield from own.values_list("pk", flat=True)[: max(PORTION // len(queues), 1)]


def _days_of_calls() -> dict[int, int]:
    """How long the API log keeps the calls of each connection: for as long as one of its shops wants it."""
    days = dict.fromkeys(Connection.objects.values_list("pk", flat=True), 0)
    for site, account, wanted in Shop.objects.values_list("site_id", "account_id", "api_log_days"):
        for pk in (site, account):
            days[pk] = max(days.get(pk, 0), wanted)
    return {pk: wanted or retention.DAYS for pk, wanted in days.items()}


def _tell(now: datetime) -> None:
    """Alerts; whatever is wrong with them, the beat goes on."""
    try:
        if watch.look(now):
            for pk in send.due(now):
                wake(SEND_ALERTS, pk)
    except Exception:
        mend()
        logger.exception("alerts could not be worked out")
