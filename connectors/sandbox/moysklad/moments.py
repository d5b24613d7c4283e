"""Times as MoySklad writes them: Moscow time without a zone, milliseconds in answers, whole minutes for moments."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

MSK = timezone(timedelta(hours=3))
FORMATS = ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")


def written(seconds: float) -> str:
    """Unix seconds to "2026-07-10 11:02:19.377"."""
    return datetime.fromtimestamp(seconds, MSK).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def now() -> str:
    return written(time.time())


def read(text: str) -> float:
    """Any of the accepted spellings to Unix seconds. ValueError when it is none of them."""
    for spelling in FORMATS:
        try:
            return datetime.strptime(text, spelling).replace(tzinfo=MSK).timestamp()
        except ValueError:
            continue
    raise ValueError(f"not a MoySklad time: {text!r}")


def normal(text: str) -> str:
    """The same moment with milliseconds, so that texts compare like times."""
    return written(read(text))


def whole_minute(text: str) -> str:
    """Seconds forced to zero, as MoySklad does with `moment` and planned moments."""
    return normal(text)[:16] + ":00.000"
