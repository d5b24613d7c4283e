"""Calls are kept for so many days; older ones go a portion at a time, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bridge.apilog.models import ApiCall

DAYS = 30
"""How long a call is kept where nobody chose."""
PORTION = 500
"""Rows deleted in one go: some milliseconds. At every beat one of each connection, far more than come."""


def forget(now: datetime, days: Mapping[int, int]) -> int:
    """Delete a portion of the calls that are too old; `days` by connection. Returns how many went."""
    gone = 0
    for connection_id, kept in [*days.items(), (None, DAYS)]:
        old = ApiCall.objects.filter(connection=connection_id, at__lt=now - timedelta(days=kept))
        ids = list(old.order_by("at").values_list("pk", flat=True)[:PORTION])
        gone += ApiCall.objects.filter(pk__in=ids).delete()[0] if ids else 0
    return gone
