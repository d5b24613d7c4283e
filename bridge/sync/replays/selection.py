"""Which events are meant: of a shop, that came in a period, or were ticked; only those that nobody has in hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from bridge.connections.models import Shop
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import FINISHED

SITE, ACCOUNT = "site", "account"


@dataclass(frozen=True)
class Selection:
    """`since` and `until` are both included. `of`: SITE, ACCOUNT, or '' for both. `keys`: only these events."""

    since: datetime | None = None
    until: datetime | None = None
    of: str = ""
    only_failed: bool = False
    keys: tuple[int, ...] = ()

    def rows(self, shop: Shop) -> QuerySet[InboxEvent]:
        senders = [
            pk for name, pk in ((SITE, shop.site_id), (ACCOUNT, shop.account_id)) if self.of in ("", name)
        ]
        states = (InboxEvent.State.FAILED,) if self.only_failed else FINISHED
        rows = InboxEvent.objects.filter(connection__in=senders, state__in=states).exclude(body="")
        if self.since:
            rows = rows.filter(received_at__gte=self.since)
        if self.until:
            rows = rows.filter(received_at__lte=self.until)
        return rows.filter(pk__in=self.keys) if self.keys else rows

    def to_json(self) -> dict[str, Any]:
        return {
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "of": self.of,
            "only_failed": self.only_failed,
            "keys": list(self.keys),
        }


def from_json(stored: dict[str, Any]) -> Selection:
    """The selection `to_json` wrote."""
    return Selection(
        datetime.fromisoformat(stored["since"]) if stored["since"] else None,
        datetime.fromisoformat(stored["until"]) if stored["until"] else None,
        stored["of"],
        stored["only_failed"],
        tuple(stored["keys"]),
    )
