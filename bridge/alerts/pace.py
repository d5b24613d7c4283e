"""How often one recipient is written to; what does not fit waits and goes together in the next message. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

# One message a minute at most, and in an hour so many: urgent ones may be more.
BETWEEN = timedelta(minutes=1)
HOUR = timedelta(hours=1)
AN_HOUR, URGENT_AN_HOUR = 10, 30
# What could not be brought over for so long is old news, shown on the desk only.
GIVE_UP_AFTER = timedelta(days=3)
# A channel that refuses (not: is away) is asked again this often.
REFUSED_PAUSE = timedelta(hours=1)


def may_send(now: datetime, sent: Sequence[datetime], *, urgent: bool, scale: float = 1.0) -> bool:
    """Whether a message may go now, given when the earlier ones of this recipient went. `scale` shortens the pauses."""
    most = URGENT_AN_HOUR if urgent else AN_HOUR
    if any(now - moment < BETWEEN * scale for moment in sent):
        return False
    return sum(now - moment < HOUR * scale for moment in sent) < most
