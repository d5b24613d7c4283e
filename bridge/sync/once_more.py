"""Many rows handled once more: some are put to work, what came of them is counted, then the next ones.

No more than a portion is in work at once, so what comes meanwhile does not stand behind thousands, and whoever sees
that the cause is still there can end it early. RetryRun (attention/) and ReplayRun (replays/) go this way; `place`:
{"after": the last row taken, "last": the last one there was at the start, "out": rows of which nothing is known yet}.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from bridge.connections.models import Shop
from bridge.domain.errors import DomainError
from bridge.sync import leased
from bridge.sync.models import LongWork, ReplayRun, RetryRun

PORTION = 50
WAIT = 1.0

Run = TypeVar("Run", ReplayRun, RetryRun)
Keys = Sequence[int]


class Rows(NamedTuple):
    """What a run is about: `chosen`, the rows it is for; `put_back` has some of them handled again; `what_came_of`
    them: how many went well, how many wait for a person, which are still in work.
    """

    chosen: QuerySet[Any]
    put_back: Callable[[Keys], object]
    what_came_of: Callable[[Keys], tuple[int, int, list[int]]]


def begin(run: Run, chosen: QuerySet[Any], none: str, open_already: str, like: Callable[[Run], bool]) -> Run:
    """Start the run, which is not stored yet. Raises DomainError(none) when no row is chosen, and
    DomainError(open_already) while its shop has an open one that is `like` it.
    """
    found = chosen.order_by().aggregate(n=Count("pk", distinct=True), last=Max("pk"))
    if not found["n"]:
        raise DomainError(none)
    with transaction.atomic():
        Shop.objects.select_for_update().get(pk=run.shop_id)
        others = type(run)._default_manager.filter(shop=run.shop_id, state__in=leased.OPEN)
        if any(like(other) for other in others):
            raise DomainError(open_already, shop=run.shop.name)
        run.total, run.place = found["n"], {"after": 0, "last": found["last"], "out": []}
        run.save()
        leased.wake_up(run)
    return run


def portion(run: Run, rows: Rows) -> float:
    """Until time is up, or what is in work must be waited for; returns the seconds to wait before going on."""
    time_is_up = leased.stopwatch()
    while _counted(run, rows):
        if run.place and run.place["out"]:
            return WAIT
        if not _next(run, rows) or time_is_up():
            return 0
    return 0


def _counted(run: Run, rows: Rows) -> bool:
    """Count what has come of those in work; False when the run was ended or taken over meanwhile."""
    with transaction.atomic():
        row = leased.held(run)
        if row is None:
            return False
        out = row.place["out"] if row.place else []
        went, failed, left = rows.what_came_of(out)
        row.went, row.failed, row.done = row.went + went, row.failed + failed, row.done + len(out) - len(left)
        row.place = run.place = {**(row.place or {}), "out": left}
        row.save(update_fields=["went", "failed", "done", "place"])
    return row.state == LongWork.State.RUNNING or bool(left)


def _next(run: Run, rows: Rows) -> bool:
    """Put the next ones to work, the oldest first; False when there are none, and then it is finished."""
    with transaction.atomic():
        row = leased.held(run)
        if row is None or row.state != LongWork.State.RUNNING:
            return False
        place = row.place or {}
        left = rows.chosen.filter(pk__gt=place["after"], pk__lte=place["last"]).order_by("pk")
        keys = list(left.values_list("pk", flat=True).distinct()[:PORTION])
        if keys:
            rows.put_back(keys)
            row.place = {**place, "after": keys[-1], "out": keys}
        else:
            row.place, row.state, row.finished_at = None, LongWork.State.DONE, timezone.now()
        run.place = row.place
        row.save(update_fields=["place", "state", "finished_at"])
    return bool(keys)
