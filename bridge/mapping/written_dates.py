"""Dates as people and plugins write them → aware UTC; without a zone they are Moscow's, like the documents'."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bridge.mapping.gmt import YEARS
from bridge.mapping.moscow import MOSCOW

DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def parse(text: str) -> datetime | None:
    """None for what is no date: `2026-07-14`, `2026-07-14T10:30[:00][Z|+03:00]`, `14.07.2026 [10:30]`, `20260714`,
    seconds since 1970."""
    text = text.strip()
    try:
        moment = _moment(text)
    except (ValueError, OverflowError, OSError):
        return None
    if moment is None or moment.year not in YEARS:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=MOSCOW)).astimezone(UTC)


def _moment(text: str) -> datetime | None:
    if re.fullmatch(r"\d{9,10}", text, re.ASCII):
        return datetime.fromtimestamp(int(text), UTC)
    if day_first := DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute, second = (int(part or 0) for part in day_first.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone is the caller's
    return datetime.fromisoformat(text)
