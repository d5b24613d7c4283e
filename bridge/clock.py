"""A clock that is set back: what was to happen at a moment of the wrong one would wait for as long as it was ahead.

The last beat this machine noted tells: one is noted every few seconds, and never of a moment still to come. So all that
was put off is brought forward by as much; too early costs a try, too late costs an order its minutes. A beat of another
machine tells nothing: their clocks may differ, and each beat of the slower one would bring everything forward again.
"""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet

from bridge import file_locks
from bridge.connections import faults, throttle
from bridge.connections.models import Connection, Shop
from bridge.inbox.models import InboxEvent
from bridge.orders.after_sale import Return
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.models import LongWork, Watermark
from bridge.worktime import CLOCK_STEP

logger = logging.getLogger(__name__)

LAST_BEAT = "last-beat"
"""A file in DATA_DIR, which is each machine's own."""
PORTION = 500


def look(now: datetime) -> None:
    """Called before each heartbeat is noted, by whichever process notes one."""
    try:
        _compare_and_note(now)
    except OSError:  # no room on the disk, perhaps: the beat itself is worth more
        logger.warning("the moment of this machine's last beat could not be noted", exc_info=True)


def _compare_and_note(now: datetime) -> None:
    path = Path(settings.DATA_DIR) / LAST_BEAT
    lock = file_locks.taken(path)
    if lock is None:
        return  # several may see it: the one that looks just now brings forward
    with os.fdopen(lock, "r+") as file:
        last = _moment(file.read())
        if last is not None and last > now + CLOCK_STEP:
            logger.warning("the clock was set back by %s s", round((last - now).total_seconds()))
            bring_forward(now, last - now)
        # In the place of the one before, equally long: that needs no room on a full disk.
        file.seek(0)
        file.write(now.isoformat(timespec="microseconds"))


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # none was noted yet
        return None


def free_the_untried(now: datetime) -> None:
    """At each beat: a job that looked at the clock before it was set may write what it saw after `look` was here.

    A pause that is longer than those of its kind is shortened. What was never tried waits only for a pause of its
    account or site, so with neither paused it is due. Stock is put off for reasons of its own (`stock_to_site`); it is
    asked for again by every look at the stock.
    """
    later = now + CLOCK_STEP
    faults.shorten_overlong(now, CLOCK_STEP)
    calm = Shop.objects.exclude(site__paused_until__gt=now).exclude(account__paused_until__gt=now)
    messages = OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING, attempts=0, due_at__gt=later)
    _put(messages.filter(shop__in=calm).exclude(kind=kinds.STOCK), due_at=now)
    if not Connection.objects.filter(paused_until__gt=now).exists():  # an event may wait for the other side's
        events = InboxEvent.objects.filter(state=InboxEvent.State.WAITING, attempts=0, due_at__gt=later)
        _put(events, due_at=now)


def bring_forward(now: datetime, by: timedelta) -> None:
    """Whatever is due later than now is due so much earlier. What workers hold: `worktime.lapsed`."""

    def sooner(rows: QuerySet[Any], moment: str = "due_at") -> None:
        _put(rows.filter(**{f"{moment}__gt": now}), **{moment: F(moment) - by})

    sooner(InboxEvent.objects.filter(state=InboxEvent.State.WAITING))
    sooner(OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING))
    sooner(Watermark.objects.all(), "next_due_at")
    sooner(Watermark.objects.all(), "again_at")
    sooner(Connection.objects.all(), "paused_until")
    sooner(Return.objects.filter(sending=True), "tried_at")
    throttle.bring_forward(now, by)
    for model in apps.get_models():
        if issubclass(model, LongWork):
            sooner(model._default_manager.filter(state=LongWork.State.RUNNING))


def _put(rows: QuerySet[Any], **fields: Any) -> None:
    """Change these rows, and never wait for one while another is held.

    Others lock several of them in orders of their own (messages by what they are about, say), so whatever the order
    here, waiting could be a circle. What somebody holds is left for last, and changed by itself.
    """
    skip = connection.features.has_select_for_update_skip_locked
    every = list(rows.order_by("pk").values_list("pk", flat=True))
    for ids in (every[first : first + PORTION] for first in range(0, len(every), PORTION)):
        with transaction.atomic():
            locked = rows.filter(pk__in=ids).select_for_update(skip_locked=skip)
            free = set(locked.values_list("pk", flat=True))
            rows.model._default_manager.filter(pk__in=free).update(**fields)
        for pk in set(ids) - free:
            rows.filter(pk=pk).update(**fields)
