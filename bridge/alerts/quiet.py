"""Quiet hours: a stretch of the day in the recipient's own time, over midnight too. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """From `begin` to `end` by the clocks of `zone`; none where both are the same."""

    begin: time
    end: time
    zone: ZoneInfo

    def over_at(self, now: datetime) -> datetime | None:
        """When the quiet hours end in which `now` (aware) lies; None outside of them."""
        if self.begin == self.end:
            return None
        today = now.astimezone(self.zone).date()
        for day in (today - DAY, today):
            begin = self._moment(day, self.begin)
            end = self._moment(day + DAY if self.end < self.begin else day, self.end)
            if begin <= now < end:
                return end
        return None

    def _moment(self, day: date, at: time) -> datetime:
        """An hour the clocks skip is taken as they stood before."""
        return datetime.combine(day, at, tzinfo=self.zone).astimezone(UTC)
