"""A call without an answer may be carried out when nobody waits for it any more: a gateway gives up, a worker is
killed, and the server behind goes on. Where that would do a thing twice, it is judged only when it must be over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

SITE = timedelta(minutes=2)
"""For so long PHP may work on a call."""
MOYSKLAD = timedelta(minutes=5)
"""For so long MoySklad may (documentation, "Ограничения": the longest time of a request)."""


def may_still_come(began: datetime | None, longest: timedelta) -> bool:
    """Whether a call that began then may still be carried out, though it is not seen yet. One that began under a clock
    that has been set back since counts as over, or it would be waited for until the clock comes round again.
    """
    return began is not None and timedelta(0) <= timezone.now() - began < longest * settings.RETRY_SCALE
