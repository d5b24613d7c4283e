"""How long something is news. What is heard of later may have been worked on by a bridge that was restored from a
backup since, and remembers nothing of it: it is looked for in MoySklad before anything is made of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

NEWS = timedelta(minutes=5)


def is_no_news(moment: datetime) -> bool:
    """Whether it happened too long ago for nobody to have worked on it."""
    return timezone.now() - moment > NEWS
