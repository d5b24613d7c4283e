"""What the calls of this moment are made for: whoever begins work says so once, each call in it is noted with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Occasion:
    """See ApiCall for the fields. `order`: "2:1001", the site's connection and the order's id there, '' where the work
    is about none or about several. `delivery`: the sender's own id of the event.
    """

    purpose: str = ""
    shop_id: int | None = None
    event_id: int | None = None
    message_id: int | None = None
    messages: int = 0
    try_number: int = 0
    delivered_at: datetime | None = None
    order: str = ""
    delivery: str = ""

    def about(self) -> dict[str, str | int]:
        """What is known, under the names of log lines and error reports (telemetry/logs.py)."""
        every = {
            "order": self.order,
            "delivery": self.delivery,
            "event_id": self.event_id,
            "message_id": self.message_id,
            "purpose": self.purpose,
            "try": self.try_number,
            "shop": self.shop_id,
        }
        return {name: value for name, value in every.items() if value}


_NONE = Occasion()
_present: ContextVar[Occasion] = ContextVar("occasion", default=_NONE)


@contextmanager
def on(occasion: Occasion) -> Iterator[None]:
    """Calls inside are made for this."""
    token = _present.set(occasion)
    try:
        yield
    finally:
        _present.reset(token)


def present() -> Occasion:
    return _present.get()
