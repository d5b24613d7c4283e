"""DayTally: what came of one day, for the chart of Home."""

from __future__ import annotations

from django.db import models


class DayTally(models.Model):
    """One day of all shops, in the desk's time zone: a chart reads thirty of these rows, however many orders there are.

    `orders`: placed that day. `failures`: messages that could not be delivered at a try of that day, each once.
    `seconds`: from hearing of an order to its document in MoySklad, the middle one of the day's orders; None without
    any. Counted by sync/tally.py; `counted_at` None: wanted, not counted yet.
    """

    day = models.DateField(unique=True)
    orders = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(null=True)
    counted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.day.isoformat()
