"""The month before today, as Home's chart shows it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from bridge.sync import tally
from bridge.sync.models import DayTally

# A shop with quiet Mondays and busy weekends; figures of no shop.
ORDERS = (18, 14, 21, 19, 24, 31, 28)
FAILURES = {6: 2, 13: 5, 22: 1}
SECONDS = (2.4, 2.1, 2.9, 2.2, 3.1, 2.6, 2.3)


def before_today() -> None:
    """Twenty-nine days, and today as it is; dated an hour ahead, so that the bridge does not count them anew yet."""
    now = timezone.now() + timedelta(hours=1)
    today = tally.counted(timezone.localdate())
    DayTally.objects.update_or_create(
        day=timezone.localdate(), defaults={**today, "seconds": SECONDS[0], "counted_at": now}
    )
    for ago in range(1, 30):
        day = timezone.localdate() - timedelta(days=ago)
        DayTally.objects.update_or_create(
            day=day,
            defaults={
                "orders": ORDERS[day.weekday()] + ago % 4,
                "failures": FAILURES.get(ago, 0),
                "seconds": SECONDS[ago % 7],
                "counted_at": now,
            },
        )
