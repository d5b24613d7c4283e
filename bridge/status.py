"""How the bridge is doing, as plain figures: what waits, what failed, how far each flow has read, who is alive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from bridge.connections import clients
from bridge.connections.models import Connection, Vendor
from bridge.inbox.models import InboxEvent
from bridge.outbox import pauses
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Heartbeat, Watermark


def status(now: datetime | None = None) -> dict[str, Any]:
    """The figures of `bridge_status --json` and /api/v1/status/ (docs/operations.md names each)."""
    now = now or timezone.now()
    return {
        "inbox": inbox(now),
        "outbox": {**queue(now), **_stuck()},
        "flows": _flows(now),
        "budget": budget(now),
        "worker": {"heartbeat_seconds": heartbeat_age(now), "lag_seconds": lag(now)},
    }


def heartbeat_age(now: datetime) -> float | None:
    """Seconds since a worker last took a beat from the queue, or was at work; None when none ever did."""
    beat = Heartbeat.objects.filter(pk=1).first()
    return _age(now, beat.at) if beat else None


def lag(now: datetime) -> float:
    """Seconds for which the longest waiting event or message could have been taken, and was not.

    What waits for a connection that is away is not late: an outage is the other side's, and shown there. Nor is what a
    pause keeps in.
    """
    events = InboxEvent.objects.filter(state=InboxEvent.State.WAITING, due_at__lte=now)
    messages = OutboxMessage.objects.filter(
        ~pauses.held(), state=OutboxMessage.State.WAITING, due_at__lte=now, connection__failures=0
    ).exclude(connection__paused_until__gt=now)
    due = [rows.aggregate(oldest=Min("due_at"))["oldest"] for rows in (events, messages)]
    return max((_age(now, moment) or 0.0 for moment in due), default=0.0)


def inbox(now: datetime) -> dict[str, Any]:
    """Events that were not handled."""
    state = InboxEvent.State
    rows = InboxEvent.objects.filter(state__in=(state.WAITING, state.IN_FLIGHT)).aggregate(
        waiting=Count("pk"), oldest=Min("received_at")
    )
    return {
        "waiting": rows["waiting"],
        "oldest_seconds": _age(now, rows["oldest"]) or 0,
        "failed": InboxEvent.objects.filter(state=state.FAILED).count(),
    }


def queue(now: datetime) -> dict[str, Any]:
    """Messages that go by themselves, and those that a pause keeps in."""
    state = OutboxMessage.State
    rows = OutboxMessage.objects.filter(state__in=(state.WAITING, state.IN_FLIGHT))
    going = rows.filter(~pauses.held()).aggregate(
        waiting=Count("pk", filter=Q(state=state.WAITING)),
        in_flight=Count("pk", filter=Q(state=state.IN_FLIGHT)),
        oldest=Min("created_at"),
    )
    return {
        "waiting": going["waiting"],
        "in_flight": going["in_flight"],
        "oldest_seconds": _age(now, going["oldest"]) or 0,
        "paused": rows.filter(pauses.held(), state=state.WAITING).count(),
    }


def _stuck() -> dict[str, Any]:
    state = OutboxMessage.State
    dead = OutboxMessage.objects.filter(state=state.DEAD).values_list("dead_reason").annotate(n=Count("pk"))
    return {
        "dead": dict(dead.order_by("dead_reason")),
        "parked": OutboxMessage.objects.filter(state=state.PARKED).count(),
    }


def _flows(now: datetime) -> dict[str, Any]:
    rows = Watermark.objects.select_related("connection").order_by("connection__name", "flow")
    return {
        f"{row.connection.vendor}:{row.connection.name}:{row.flow}": {
            "last_success": row.last_success_at.isoformat() if row.last_success_at else None,
            "lag_seconds": _age(now, row.last_success_at),
            "problem": row.problem,
        }
        for row in rows
    }


def budget(now: datetime) -> dict[str, Any]:
    """How much of each account's call budget is in use at this moment."""
    accounts = Connection.objects.filter(vendor=Vendor.MOYSKLAD).order_by("name")
    return {
        account.name: {
            **clients.usage(account),
            "paused_seconds": max((account.paused_until - now).total_seconds(), 0)
            if account.paused_until
            else 0,
            "webhooks": account.hooks_problem or "on",
        }
        for account in accounts
    }


def _age(now: datetime, then: datetime | None) -> float | None:
    return round(max((now - then).total_seconds(), 0.0), 1) if then else None
