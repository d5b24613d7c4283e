"""Which of the rows that wait for a person are meant: all of one cause, in one shop or from one connection."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from bridge import whole_days
from bridge.connections.models import Shop
from bridge.inbox.models import InboxEvent
from bridge.outbox.enqueue import NEEDS_PERSON
from bridge.outbox.models import OutboxMessage
from bridge.people.cases import snoozed

MESSAGES, EVENTS = "messages", "events"
NOBODY = "nobody"


@dataclass(frozen=True)
class Narrowed:
    """What the page is narrowed to. `assigned`: '' for all, NOBODY, or a person's key. `put_off`: only those that are
    put off, else only those that are not. The period is of days, both included, by when a row came.
    """

    shop: int | None = None
    cause: str = ""
    assigned: str = ""
    put_off: bool = False
    since: date | None = None
    until: date | None = None

    def messages(self) -> QuerySet[OutboxMessage]:
        """Messages nobody sends any more by themselves."""
        found = self._narrow(OutboxMessage.objects.filter(state__in=NEEDS_PERSON), "created_at")
        return found.filter(shop=self.shop) if self.shop else found

    def events(self) -> QuerySet[InboxEvent]:
        """Events that could not be handled."""
        found = self._narrow(InboxEvent.objects.filter(state=InboxEvent.State.FAILED), "received_at")
        if not self.shop:
            return found
        return found.filter(Q(connection__shop=self.shop) | Q(connection__shops=self.shop))

    def count(self, at_most: int | None = None) -> int:
        """How many there are of both, as far as anybody counts; one query."""
        keys = self.messages().order_by().values("pk").union(self.events().order_by().values("pk"), all=True)
        return keys[:at_most].count()

    def _narrow(self, rows: QuerySet[Any], came: str) -> QuerySet[Any]:
        rows = rows.filter(snoozed()) if self.put_off else rows.exclude(snoozed())
        if self.cause:
            rows = rows.filter(problem=self.cause)
        if self.assigned == NOBODY:
            rows = rows.filter(assigned_to=None)
        elif self.assigned:
            rows = rows.filter(assigned_to=self.assigned)
        return rows.filter(whole_days.within(came, self.since, self.until))


@dataclass(frozen=True)
class Selection:
    """A group of the page: the rows of `source` with this cause, of the shop (messages) or connection (events) `of`."""

    source: str
    of: int
    cause: str
    narrowed: Narrowed = Narrowed()

    def rows(self) -> QuerySet[Any]:
        if self.source == MESSAGES:
            return self.narrowed.messages().filter(shop=self.of, problem=self.cause)
        return self.narrowed.events().filter(connection=self.of, problem=self.cause)

    def shop(self) -> Shop | None:
        """The shop it belongs to; of an account that several shops share, the first one."""
        shops = Shop.objects.select_related("site", "account").order_by("pk")
        if self.source == MESSAGES:
            return shops.filter(pk=self.of).first()
        return shops.filter(Q(site=self.of) | Q(account=self.of)).first()

    def to_json(self) -> dict[str, Any]:
        narrowed = asdict(self.narrowed)
        days = {name: value.isoformat() for name, value in narrowed.items() if isinstance(value, date)}
        return {"source": self.source, "of": self.of, "cause": self.cause, "narrowed": {**narrowed, **days}}


def from_json(stored: dict[str, Any]) -> Selection:
    """The selection `to_json` wrote."""
    kept = {field.name: stored["narrowed"].get(field.name) for field in fields(Narrowed)}
    for name in ("since", "until"):
        kept[name] = date.fromisoformat(kept[name]) if kept[name] else None
    return Selection(stored["source"], stored["of"], stored["cause"], Narrowed(**kept))
