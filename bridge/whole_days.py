"""Whole days where the desk is: when one begins, and what lies in a period of days, both ends included."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone


def begins(day: date) -> datetime:
    """The day's first moment."""
    return timezone.make_aware(datetime.combine(day, time.min))


def within(moment: str, first: date | None, last: date | None) -> Q:
    """Rows whose field `moment` lies in the days from `first` to `last`; None leaves that end open."""
    found = Q()
    if first is not None:
        found &= Q(**{f"{moment}__gte": begins(first)})
    if last is not None:
        found &= Q(**{f"{moment}__lt": begins(last + timedelta(days=1))})
    return found
