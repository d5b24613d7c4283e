"""MoySklad's clock: text without a zone that means Moscow time, UTC+3 all year (JSON API 1.2, «Формат даты»)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

MOSCOW = timezone(timedelta(hours=3))


def to_wire(moment: datetime) -> str:
    """Aware time → '2026-07-10 11:02:19.377'."""
    return moment.astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def from_wire(text: str) -> datetime:
    """'2026-07-10 11:02:19.377' (milliseconds optional) → aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW).astimezone(UTC)
