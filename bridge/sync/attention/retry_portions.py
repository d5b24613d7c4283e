"""Many tried again, at work: some are put on their way, what came of them is counted, then the next ones."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from bridge.inbox import process
from bridge.outbox import enqueue, pauses
from bridge.outbox.models import OutboxMessage
from bridge.sync import once_more
from bridge.sync.attention.selection import MESSAGES, from_json
from bridge.sync.models import RetryRun

Sending = OutboxMessage.State


def portion(run: RetryRun) -> float:
    """One stretch of work; returns the seconds to wait before going on."""
    selection = from_json(run.chosen)
    if selection.source == MESSAGES:
        return once_more.portion(run, once_more.Rows(selection.rows(), _retry, _what_came_of))
    return once_more.portion(run, once_more.Rows(selection.rows(), process.replay_all, process.what_came_of))


def _retry(keys: Sequence[int]) -> None:
    for message in OutboxMessage.objects.filter(pk__in=keys).order_by("pk"):
        enqueue.retry(message)


def _what_came_of(keys: Sequence[int]) -> tuple[int, int, list[int]]:
    """How many arrived, how many wait for a person again, and which are still on their way. What waits for its next try
    or for a connection that is away, or is kept in by a pause, is none of them: it goes by itself."""
    rows = (
        OutboxMessage.objects.filter(pk__in=keys).select_related("connection").annotate(kept_in=pauses.held())
    )
    now = timezone.now()
    went = failed = 0
    left = []
    for row in rows:
        went += row.state == Sending.DONE
        failed += row.state in enqueue.NEEDS_PERSON
        waits = row.kept_in or row.connection.is_paused(now)
        due = row.state == Sending.WAITING and row.due_at <= now and not waits
        if row.state == Sending.IN_FLIGHT or due:
            left.append(row.pk)
    return went, failed, left
