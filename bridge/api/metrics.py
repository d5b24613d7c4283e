"""`/metrics` for Prometheus: what processes counted (telemetry/metrics.py), and what stands in the tables now.

Open to this machine itself, and to whoever shows METRICS_TOKEN; everybody else is told that there is nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from bridge.inbox.models import InboxEvent
from bridge.outbox.models import OutboxMessage
from bridge.status import budget, heartbeat_age, lag
from bridge.sync.models import Watermark
from bridge.telemetry import metrics

MOST = 10_000
"""Rows are counted up to here: a scrape must cost the same with a million orders waiting. More is shown as this."""


def view(request: HttpRequest) -> HttpResponse:
    if not (_from_here(request) or _has_token(request)):
        return HttpResponse(status=404)
    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def exposition() -> bytes:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(metrics.DIRECTORY))  # type: ignore[no-untyped-call]
    registry.register(Tables())
    return generate_latest(registry)


def _from_here(request: HttpRequest) -> bool:
    """From this machine itself; what a proxy on it passes on comes from elsewhere."""
    passed_on = any(f"HTTP_{name}" in request.META for name in ("X_FORWARDED_FOR", "FORWARDED", "X_REAL_IP"))
    try:
        return not passed_on and ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(shown, settings.METRICS_TOKEN)


class Tables:
    """Each figure from an index, in bounded time."""

    def collect(self) -> Iterator[Metric]:
        up = _gauge("database_up", "Whether the database answers.")
        try:
            found = list(_tables())
        except DatabaseError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from found


def _tables() -> Iterator[Metric]:
    now = timezone.now()
    yield from _queues()
    late = _gauge("lag_seconds", "How long the longest due work waits for a worker.")
    late.add_metric([], lag(now))
    yield late
    beat = heartbeat_age(now)
    if beat is not None:
        heart = _gauge("heartbeat_age_seconds", "Since a worker last took something.")
        heart.add_metric([], beat)
        yield heart
    yield from _budgets(budget(now))
    flow = _gauge(
        "flow_last_success_timestamp_seconds", "When a flow last read its source.", "connection", "flow"
    )
    rows = Watermark.objects.exclude(last_success_at=None).select_related("connection")
    for row in rows:
        flow.add_metric([row.connection.name, row.flow], row.last_success_at.timestamp())  # type: ignore[union-attr]
    yield flow


def _queues() -> Iterator[Metric]:
    waiting = _gauge(
        "queue", f"Events and messages by state; up to {MOST} are counted.", "what", "state", "reason"
    )
    oldest = _gauge("queue_age_seconds", "Age of what is due longest.", "what")
    of_event, of_message = InboxEvent.State, OutboxMessage.State
    for known in (of_event.WAITING, of_event.IN_FLIGHT, of_event.FAILED):
        waiting.add_metric(["event", known.value, ""], _count(InboxEvent.objects.filter(state=known)))
    for going in (of_message.WAITING, of_message.IN_FLIGHT):
        waiting.add_metric(["message", going.value, ""], _count(OutboxMessage.objects.filter(state=going)))
    for stuck in (of_message.PARKED, of_message.DEAD):
        for reason, count in _by_reason(OutboxMessage.objects.filter(state=stuck)).items():
            waiting.add_metric(["message", stuck.value, reason], count)
    yield waiting
    now = timezone.now()
    for what, model in (("event", InboxEvent), ("message", OutboxMessage)):
        due = (
            model._default_manager.filter(state="waiting").order_by("due_at").values_list("due_at", flat=True)
        )
        first = due.first()
        oldest.add_metric([what], max((now - first).total_seconds(), 0.0) if first else 0.0)
    yield oldest


def _count(rows: QuerySet[Any]) -> int:
    return rows.order_by()[:MOST].count()


def _by_reason(rows: QuerySet[OutboxMessage]) -> dict[str, int]:
    """By cause; of many, what the first so many are."""
    found: dict[str, int] = {}
    for reason in rows.order_by().values_list("problem", flat=True)[:MOST]:
        found[reason] = found.get(reason, 0) + 1
    return found


def _budgets(accounts: dict[str, dict[str, Any]]) -> Iterator[Metric]:
    calls = _gauge("budget_calls", "Calls to an account in the present window.", "account", "of")
    left_alone = _gauge("paused_seconds", "For how long an account is left alone.", "account")
    for name, row in accounts.items():
        for of, key in (
            ("allowed", "calls"),
            ("used", "used"),
            ("parallel", "in_flight"),
            ("queued", "waiting"),
        ):
            calls.add_metric([name, of], row[key])
        left_alone.add_metric([name], row["paused_seconds"])
    yield calls
    yield left_alone


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"sklad_bridge_{name}", text, labels=labels)
