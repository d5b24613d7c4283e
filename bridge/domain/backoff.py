"""When to try again: quickly at first, for three days in all, then a person is asked."""

from __future__ import annotations

from datetime import datetime, timedelta

GIVE_UP_AFTER = timedelta(days=3)
_DELAYS = (5, 30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 6 * 3600)
_OUTAGE_DELAYS = (2, 5, 10, 30, 60, 120, 300)


def retry_at(now: datetime, failures: int, first_failed_at: datetime, scale: float = 1.0) -> datetime | None:
    """The next try after `failures` failures of one message, or None when three days have passed."""
    if now - first_failed_at >= GIVE_UP_AFTER * scale:
        return None
    return now + timedelta(seconds=_DELAYS[min(max(failures, 1), len(_DELAYS)) - 1] * scale)


def outage_until(now: datetime, failures: int, scale: float = 1.0) -> datetime:
    """How long to leave a whole account or site alone after `failures` failures in a row; 5 minutes at most."""
    return now + timedelta(seconds=_OUTAGE_DELAYS[min(max(failures, 1), len(_OUTAGE_DELAYS)) - 1] * scale)
