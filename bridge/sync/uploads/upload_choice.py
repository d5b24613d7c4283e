"""Which older orders an upload is for, and how that is asked of the site."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import Any

from bridge import whole_days
from bridge.portions import portions
from bridge.sync.document.order_document import RELEASING
from connectors.woocommerce.orders import MAX_IDS, OrderFilter

ANY = ("any",)


@dataclass(frozen=True)
class Chosen:
    """Orders placed from `after` to `before` (days of the desk's time zone, both included), in these statuses (none:
    all but the trash), or those of these ids. What is not given does not matter.
    """

    after: date | None = None
    before: date | None = None
    statuses: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        days = {"after": self.after, "before": self.before}
        found: dict[str, Any] = {name: day.isoformat() for name, day in days.items() if day}
        return found | {"statuses": list(self.statuses), "ids": list(self.ids)}

    def filters(self) -> list[OrderFilter]:
        """What to ask the site for, one after the other."""
        whole = OrderFilter(self._after(), self._before(), statuses=self.statuses or ANY)
        return [replace(whole, ids=tuple(part)) for part in portions(self.ids, MAX_IDS)] or [whole]

    def makes(self, status: str) -> bool:
        """Whether a missing document is made in this status: for an order that came to nothing only if it was named."""
        return status not in RELEASING or status in self.statuses

    def _after(self) -> str:
        """The last moment before the first day: the site's bounds are exclusive."""
        return _gmt(self.after, -timedelta(seconds=1)) if self.after else ""

    def _before(self) -> str:
        return _gmt(self.before, timedelta(days=1)) if self.before else ""


def from_json(data: dict[str, Any]) -> Chosen:
    days = {name: date.fromisoformat(data[name]) for name in ("after", "before") if data.get(name)}
    return Chosen(**days, statuses=tuple(data.get("statuses", ())), ids=tuple(data.get("ids", ())))


def _gmt(day: date, shift: timedelta) -> str:
    """The day's beginning here, shifted, in UTC as the site writes it."""
    return (whole_days.begins(day) + shift).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
