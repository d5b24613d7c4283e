"""What of an object is on its way just now, and what waits for a person: a difference of these has its reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from bridge.connections.models import Shop
from bridge.domain.errors import Problem
from bridge.inbox.models import InboxEvent
from bridge.outbox.models import OutboxMessage

Message = OutboxMessage.State
MOVING = (Message.WAITING, Message.IN_FLIGHT)
STUCK = (Message.PARKED, Message.DEAD)
# What the site did so lately may not have been told to us yet.
LATELY = timedelta(minutes=2)


class InMotion:
    """Of some objects of a shop (keys of the outbox) and some orders of its site, looked up together."""

    def __init__(self, shop: Shop, object_keys: Collection[str], source_ids: Collection[str] = ()) -> None:
        rows = OutboxMessage.objects.filter(shop=shop, object_key__in=object_keys)
        self._moving: set[str] = set()
        newest: dict[tuple[str, str], OutboxMessage] = {}
        for row in rows.exclude(state=Message.DISCARDED).order_by("pk"):
            newest[row.object_key, row.kind] = row
            if row.state in MOVING:
                self._moving.add(row.object_key)
        self._stuck = {place: row for place, row in newest.items() if row.state in STUCK}
        waiting = InboxEvent.objects.filter(
            connection=shop.site_id,
            source_id__in=source_ids,
            state__in=(InboxEvent.State.WAITING, InboxEvent.State.IN_FLIGHT),
        )
        self._heard = set(waiting.values_list("source_id", flat=True)) if source_ids else set()
        self._lately = timezone.now() - LATELY * settings.RETRY_SCALE

    def moving(self, object_key: str, source_id: str = "") -> bool:
        return object_key in self._moving or (bool(source_id) and source_id in self._heard)

    def stuck(self, object_key: str, *kinds: str) -> Problem | None:
        """Why the newest message of one of these kinds does not go by itself."""
        row = next((row for kind in kinds if (row := self._stuck.get((object_key, kind)))), None)
        return Problem(row.problem or "internal", row.problem_params) if row is not None else None

    def lately(self, moment: datetime) -> bool:
        """Whether the site's change is so fresh that its news may still be coming."""
        return moment > self._lately
