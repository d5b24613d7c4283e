"""Quiet hours hold what comes in them, in the recipient's own time, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.alerts.quiet import QuietHours

MOSCOW = ZoneInfo("Europe/Moscow")
NIGHT = QuietHours(time(22), time(8), MOSCOW)
ZONES = st.sampled_from(["Europe/Moscow", "Asia/Vladivostok", "Europe/Berlin", "America/St_Johns", "UTC"])
TIMES = st.times(timezones=st.none()).map(lambda at: at.replace(second=0, microsecond=0))
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)


def moscow(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("now", "over"),
    [
        ("2026-05-14T21:59", None),
        ("2026-05-14T22:00", "2026-05-15T08:00"),
        ("2026-05-15T03:00", "2026-05-15T08:00"),
        ("2026-05-15T07:59", "2026-05-15T08:00"),
        ("2026-05-15T08:00", None),
    ],
)
def test_a_night_over_midnight(now: str, over: str | None) -> None:
    assert NIGHT.over_at(moscow(now)) == (moscow(over) if over else None)


def test_the_clock_that_counts_is_the_recipients() -> None:
    now = moscow("2026-05-14T16:00")
    assert NIGHT.over_at(now) is None
    assert QuietHours(time(22), time(8), ZoneInfo("Asia/Vladivostok")).over_at(now) is not None


def test_no_hours_are_quiet_where_they_begin_and_end_at_once() -> None:
    assert QuietHours(time(9), time(9), MOSCOW).over_at(moscow("2026-05-14T09:00")) is None


def test_a_night_in_which_the_clocks_go_forward_ends_by_the_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = QuietHours(time(22), time(7), berlin)
    over = night.over_at(datetime(2026, 3, 28, 23, tzinfo=berlin))
    assert over == datetime(2026, 3, 29, 7, tzinfo=berlin)
    assert over - datetime(2026, 3, 28, 22, tzinfo=berlin).astimezone(UTC) == timedelta(hours=8)


@given(begin=TIMES, end=TIMES, zone=ZONES, now=MOMENTS)
def test_what_is_held_is_let_go_within_a_day_and_by_then_it_is_not_quiet(
    begin: time, end: time, zone: str, now: datetime
) -> None:
    quiet = QuietHours(begin, end, ZoneInfo(zone))
    over = quiet.over_at(now)
    if over is None:
        local = now.astimezone(quiet.zone)
        if abs((local.utcoffset() or timedelta()) - (local - timedelta(days=1)).utcoffset()) == timedelta():
            between = (
                begin <= local.time() < end if begin <= end else local.time() >= begin or local.time() < end
            )
            shifts = _offsets(local)
            assert not between or len(shifts) > 1
    else:
        assert now < over <= now + timedelta(hours=26)
        assert quiet.over_at(over) is None or len(_offsets(over.astimezone(quiet.zone))) > 1


def _offsets(local: datetime) -> set[timedelta | None]:
    """More than one where the clocks are changed about then."""
    return {(local + timedelta(hours=hours)).utcoffset() for hours in range(-26, 27)}
