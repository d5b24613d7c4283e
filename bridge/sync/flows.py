"""What runs by itself: a flow reads a source from its watermark on, every so many seconds, one run at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from bridge.connections.faults import is_outage, note_outage, note_success, problem_of
from bridge.connections.models import Connection, Shop, Vendor
from bridge.passing import PASSING, mend
from bridge.sync.models import Watermark
from bridge.wake import RUN_FLOW, wake
from connectors.errors import ConnectorError

logger = logging.getLogger(__name__)

RETRY_AFTER_ERROR = 60.0


class Flow(NamedTuple):
    """`run` gets the watermark and moves its `position` itself after storing what it read."""

    vendor: str
    run: Callable[[Watermark], None]
    interval: Callable[[Sequence[Shop]], float]


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
    now = timezone.now()
    free = Q(running_since=None) | Q(running_since__lt=now - timedelta(seconds=settings.LEASE_SECONDS))
    taken = Watermark.objects.filter(free, pk=watermark_id, next_due_at__lte=now).update(running_since=now)
    if not taken:
        return False
    watermark = Watermark.objects.select_related("connection").get(pk=watermark_id)
    flow = flows.get(watermark.flow)
    shops = shops_of(watermark.connection)
    if flow is None or not shops:
        Watermark.objects.filter(pk=watermark_id).delete()
        return False
    if watermark.connection.is_paused(now):
        _finish(watermark, now, now + timedelta(seconds=5.0 * settings.RETRY_SCALE))
        return True
    soon = RETRY_AFTER_ERROR * settings.RETRY_SCALE
    interval = flow.interval(shops)
    problem, params = "", {}
    try:
        flow.run(watermark)
        note_success(watermark.connection)
        watermark.last_success_at = timezone.now()
    except ConnectorError as error:
        if is_outage(error):
            note_outage(watermark.connection, error)
        found = problem_of(error, watermark.connection)
        problem, params = found.code, dict(found.params)
        interval = min(interval, soon)
    except Exception as error:
        mend()
        logger.exception("flow %s failed", watermark)
        problem, params = "internal", {"detail": f"{type(error).__name__}: {error}"}
        if isinstance(error, PASSING):
            interval = min(interval, soon)
    _finish(
        watermark,
        now,
        now + timedelta(seconds=interval),
        position=watermark.position,
        last_success_at=watermark.last_success_at,
        problem=problem,
        problem_params=params,
    )
    return True


def _finish(watermark: Watermark, began: datetime, next_due_at: datetime, **fields: Any) -> None:
    """Write down how a run ended, if it is still ours; a hint that came meanwhile brings the next one at once."""
    ours = Watermark.objects.filter(pk=watermark.pk, running_since=began)
    unhinted = ours.filter(next_due_at=watermark.next_due_at)
    if unhinted.update(running_since=None, next_due_at=next_due_at, **fields):
        return
    if ours.update(running_since=None, **fields):
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
