"""A call without an answer may be carried out when nobody waits for it any more: a gateway gives up, a worker is
killed, and the server behind goes on. Where that would do a thing twice, it is judged only when it must be over.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from bridge.connections.faults import Awaited

SITE = timedelta(minutes=2)
"""For so long PHP may work on a call."""
MOYSKLAD = timedelta(minutes=5)
"""For so long MoySklad may (restrictions, "bulk request processed at most 5 minutes")."""


def began(kept: Mapping[str, Any]) -> datetime | None:
    """When the call began whose record this is; None for one that an earlier release kept."""
    return datetime.fromisoformat(kept["at"]) if "at" in kept else None


def over_at(moment: datetime | None, longest: timedelta) -> datetime | None:
    """When a call that began then is over; None when it is. One that began under a clock that has been set back since
    counts as over, or it would be waited for until the clock comes round again.
    """
    now = timezone.now()
    if moment is None or moment > now:
        return None
    end = moment + longest * settings.RETRY_SCALE
    return end if end > now else None


def wait_for(moment: datetime | None, longest: timedelta, why: str, **names: str) -> None:
    """Raises Awaited while a call that began then may still be carried out. `why`: a sentence of problems/own_words.py,
    `names` what stands in it."""
    if (end := over_at(moment, longest)) is not None:
        raise Awaited("what came of a call without an answer shows a little later", end, why, names)
