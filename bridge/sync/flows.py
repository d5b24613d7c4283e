"""What runs by itself: a flow reads a source from its watermark on, every so many seconds, one run at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from time import monotonic
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from bridge.apilog.occasions import Occasion, on
from bridge.connections.models import Connection, Shop, Vendor
from bridge.domain.errors import Problem
from bridge.sync.leased import RETRY, attempt, calling, ours, take
from bridge.sync.models import Watermark
from bridge.wake import RUN_FLOW, wake
from bridge.worktime import CLOCK_STEP

logger = logging.getLogger(__name__)


# From one to five in the night of MoySklad's clock, when shops sell least.
NIGHT_ZONE, NIGHT_BEGINS, NIGHT_MINUTES = ZoneInfo("Europe/Moscow"), time(1), 4 * 60


class Flow(NamedTuple):
    """`run` gets the watermark and moves its `position` itself after storing what it read."""

    vendor: str
    run: Callable[[Watermark], None]
    interval: Callable[[Sequence[Shop]], float]
    # Once a night, after a first run at once; the interval does not count then.
    nightly: bool = False


def next_night(now: datetime, number: int) -> datetime:
    """The next moment of the night for the connection with this number: each has its own minute, always the same."""
    local = now.astimezone(NIGHT_ZONE)
    minute = timedelta(minutes=number * 37 % NIGHT_MINUTES)  # neighbours far apart
    moment = datetime.combine(local.date(), NIGHT_BEGINS, NIGHT_ZONE) + minute
    return moment if moment > local else moment + timedelta(days=1)


def shops_of(connection: Connection) -> list[Shop]:
    """The shops a flow of this connection serves."""
    key = "account" if connection.vendor == Vendor.MOYSKLAD else "site"
    return list(Shop.objects.filter(**{key: connection}).select_related("site", "account").order_by("pk"))


def ensure(flows: Mapping[str, Flow]) -> None:
    """Give every connection that serves a shop its flows."""
    for connection in Connection.objects.filter(Q(shop__isnull=False) | Q(shops__isnull=False)).distinct():
        known = set(connection.watermarks.values_list("flow", flat=True))
        missing = [
            name for name, flow in flows.items() if flow.vendor == connection.vendor and name not in known
        ]
        Watermark.objects.bulk_create(
            [Watermark(connection=connection, flow=name, next_due_at=timezone.now()) for name in missing],
            ignore_conflicts=True,
        )


def run(watermark_id: int, flows: Mapping[str, Flow]) -> bool:
    """Run one flow now if it is due and nobody runs it; False otherwise."""
    now = take(Watermark.objects.filter(pk=watermark_id, next_due_at__lte=timezone.now()))
    if now is None:
        return False
    begun = monotonic()
    watermark = Watermark.objects.select_related("connection").get(pk=watermark_id)
    flow = flows.get(watermark.flow)
    shops = shops_of(watermark.connection)
    if flow is None or not shops:
        Watermark.objects.filter(pk=watermark_id).delete()
        return False
    if watermark.connection.is_paused(now):
        _finish(watermark, now + timedelta(seconds=5.0 * settings.RETRY_SCALE))
        return True
    soon, before = RETRY * settings.RETRY_SCALE, watermark.position
    interval = flow.interval(shops)
    if flow.nightly:
        interval = (next_night(now, watermark.connection_id) - now).total_seconds()
    with on(Occasion(watermark.flow, shops[0].pk if len(shops) == 1 else None)):
        failure = attempt(watermark, lambda: _read(flow, watermark))
    interval = min(interval, watermark.again_in or interval)
    problem = failure.problem if failure else Problem("")
    if failure and failure.passing:
        interval = min(interval, soon)
    # What somebody else set meanwhile stays: a first reading did, or a person who wants to begin anew.
    if watermark.position != before:
        ours(watermark).filter(position=before).update(position=watermark.position)
    _finish(
        watermark,
        _began(now, begun) + timedelta(seconds=interval),
        last_success_at=watermark.last_success_at,
        problem=problem.code,
        problem_params=dict(problem.params),
    )
    return True


def _began(then: datetime, begun: float) -> datetime:
    """When it began; by the clock as it is now, if that was set since (bridge/clock.py)."""
    by_now = timezone.now() - timedelta(seconds=monotonic() - begun)
    return by_now if abs(by_now - then) > CLOCK_STEP else then


def _read(flow: Flow, watermark: Watermark) -> None:
    with calling(watermark.connection):
        flow.run(watermark)
    if not watermark.cursor:  # read to the end, not a portion of it
        watermark.last_success_at = timezone.now()


def _finish(watermark: Watermark, next_due_at: datetime, **fields: Any) -> None:
    """Write down how a run ended, if it is still ours; a hint that came meanwhile brings the next one at once, a wish
    for a later moment brings it then.
    """
    unhinted = ours(watermark).filter(next_due_at=watermark.next_due_at)
    wished = When(again_at__gt=watermark.running_since, again_at__lt=next_due_at, then=F("again_at"))
    due = Case(wished, default=Value(next_due_at))
    later = Case(When(again_at__gt=next_due_at, then=F("again_at")))
    if unhinted.update(running_since=None, next_due_at=due, again_at=later, **fields):
        return
    if ours(watermark).update(running_since=None, **fields):
        wake(RUN_FLOW, watermark.pk)
    else:
        logger.warning("flow %s was taken from a worker that came back late", watermark)


def run_soon(connection: Connection, flow: str, *, not_within: timedelta | None = None) -> None:
    """Ask for a flow now; with `not_within` only if its last success is longer ago than that."""
    now = timezone.now()
    rows = Watermark.objects.filter(connection=connection, flow=flow)
    if not_within is not None:
        rows = rows.filter(Q(last_success_at=None) | Q(last_success_at__lt=now - not_within))
    for pk in list(rows.values_list("pk", flat=True)):
        Watermark.objects.filter(pk=pk).update(next_due_at=now)
        wake(RUN_FLOW, pk)


def run_by(connection: Connection, flow: str, moment: datetime) -> None:
    """Ask for a run that begins at this moment or soon after; the beat finds it. Many such wishes make one run.

    One that runs just now, or is due before, would look too early: another follows it.
    """
    rows = Watermark.objects.filter(connection=connection, flow=flow)
    if not rows.filter(next_due_at__gt=moment).update(next_due_at=moment):
        rows.filter(Q(again_at=None) | Q(again_at__lt=moment)).update(again_at=moment)
