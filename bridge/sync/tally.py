"""What came of each day, counted by the beat: Home's chart reads thirty small rows, not a month of orders and tries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import CharField, Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from bridge.orders.models import Order
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.sync import kinds
from bridge.sync.models import DayTally

DAYS = 30
EVERY = timedelta(minutes=1)
# Of days that were never counted (a bridge that knew nothing of them yet) so many at a time.
PORTION = 10
PREFIX = "order:"


def keep(now: datetime) -> None:
    """Once a minute: today and yesterday anew, since what was placed yesterday may arrive today; then missing days."""
    today = _day_of(now)
    DayTally.objects.get_or_create(day=today)
    due = Q(counted_at=None) | Q(counted_at__lt=now - EVERY)
    if not DayTally.objects.filter(due, day=today).update(counted_at=now):  # another worker does
        return
    for day in (today, today - timedelta(days=1), *_missing(today)):
        DayTally.objects.update_or_create(day=day, defaults={**counted(day), "counted_at": now})


def last_days(now: datetime) -> list[DayTally]:
    """Thirty days with today, the oldest first; those that are not counted are empty."""
    today = _day_of(now)
    first = today - timedelta(days=DAYS - 1)
    known = {row.day: row for row in DayTally.objects.filter(day__gte=first, day__lte=today)}
    days = (first + timedelta(days=number) for number in range(DAYS))
    return [known.get(day) or DayTally(day=day) for day in days]


def counted(day: date) -> dict[str, Any]:
    """The figures of a day, each from an index over that day alone."""
    begin, end = bounds(day)
    orders = Order.objects.filter(placed_at__gte=begin, placed_at__lt=end).order_by()
    tries = DeliveryAttempt.objects.filter(finished_at__gte=begin, finished_at__lt=end).exclude(
        outcome="done"
    )
    failures = tries.order_by().aggregate(n=Count("message_id", distinct=True))["n"]
    seconds = list(_seconds(orders))
    return {
        "orders": orders.count(),
        "failures": failures,
        "seconds": round(median(seconds), 1) if seconds else None,
    }


def bounds(day: date) -> tuple[datetime, datetime]:
    """Its midnight and the next one, in the desk's time zone."""
    begin = timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())
    end = datetime.combine(day + timedelta(days=1), time())
    return begin, timezone.make_aware(end, timezone.get_default_timezone())


def _seconds(orders: Any) -> Iterator[float]:
    """From hearing of each order to its document, where it has arrived."""
    key = Concat(Value(PREFIX), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    done = OutboxMessage.objects.filter(object_key=key, kind=kinds.ORDER, state=OutboxMessage.State.DONE)
    arrived = orders.annotate(arrived_at=Subquery(done.order_by("pk").values("done_at")[:1]))
    for seen, at in arrived.filter(arrived_at__isnull=False).values_list("first_seen_at", "arrived_at"):
        yield max((at - seen).total_seconds(), 0.0)


def _missing(today: date) -> list[date]:
    known = set(DayTally.objects.exclude(counted_at=None).values_list("day", flat=True))
    days = (today - timedelta(days=number) for number in range(2, DAYS))
    return [day for day in days if day not in known][:PORTION]


def _day_of(now: datetime) -> date:
    return timezone.localtime(now, timezone.get_default_timezone()).date()
