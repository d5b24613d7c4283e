"""Keeping the newest version of a site's order: by the source's own version, never by arrival."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bridge.connections.models import Shop
from bridge.domain import order as canonical
from bridge.domain.fingerprint import fingerprint
from bridge.orders import search
from bridge.orders.models import Order

TRASH = "trash"


class Change(enum.Enum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    OLDER = "older"
    TIE = "tie"  # other content: only the site, asked now, can say which is newer


class Reading(NamedTuple):
    """An order as its source showed it; `read_at` is the source's clock when it read it (our plugin tells it)."""

    order: canonical.Order
    read_at: datetime | None


def record(
    shop: Shop, readings: Sequence[Reading], *, sure: bool = False, again: bool = False
) -> list[tuple[Order, Change]]:
    """Store what is newer than what we have, of different orders; must run inside a transaction.

    Raises IntegrityError when another worker stores one of these new orders just now: then the whole is to be repeated.
    `sure` says that this was just read from the site, `again` that it was read because of a TIE: then it wins over
    whatever we have.
    """
    ids = {reading.order.source_id for reading in readings}
    rows = Order.objects.select_for_update().filter(shop=shop, source_id__in=ids).order_by("pk")
    known = {(row.source_id, row.order_key): row for row in rows}
    new: list[Order] = []
    found: list[tuple[Order, Change]] = []
    for reading in readings:
        row = known.get((reading.order.source_id, reading.order.order_key))
        if row is None:
            row = _new(shop, reading)
            new.append(row)
            found.append((row, Change.NEW))
        else:
            row.shop = shop
            found.append((row, _renew(row, reading, sure=sure, again=again)))
    # In one order, whoever stores them: new rows that wait for one another crosswise would be a deadlock.
    Order.objects.bulk_create(sorted(new, key=lambda row: (row.source_id, row.order_key)))
    return found


def _new(shop: Shop, reading: Reading) -> Order:
    seen = reading.order
    return Order(shop=shop, source_id=seen.source_id, order_key=seen.order_key, **_fields(reading))


def _fields(reading: Reading) -> dict[str, Any]:
    seen = reading.order
    return {
        "number": seen.number,
        "status": seen.status,
        "currency": seen.currency,
        "total_minor": seen.total_minor,
        **search.contacts(seen.customer),
        "placed_at": seen.placed_at,
        "modified_at": seen.modified_at,
        "read_at": reading.read_at,
        "digest": digest_of(seen),
        "content": canonical.to_json(seen),
    }


def _renew(known: Order, reading: Reading, *, sure: bool, again: bool) -> Change:
    """Take over what is newer than the row we have."""
    seen, fields = reading.order, _fields(reading)
    change = _compare(known, fields["digest"], reading, sure=sure)
    # It left the trash, or was deleted since this was read: of that no poll would ever tell.
    if change is Change.CHANGED and known.status == TRASH != seen.status:
        change = Change.TIE
    if change is Change.TIE and again:
        change = Change.CHANGED
    newer = change is Change.SAME and seen.modified_at > known.modified_at
    # What says the same brings no data back that was taken out; what the site changed since is the site's word.
    if change is Change.CHANGED or (newer and known.anonymised_at is None):
        for name, value in {**fields, "anonymised_at": None}.items():
            setattr(known, name, value)
        known.save(update_fields=[*fields, "anonymised_at"])
    return change


def digest_of(order: canonical.Order) -> str:
    """Equal for two versions that say the same, whenever they were saved."""
    return fingerprint(
        {key: value for key, value in canonical.to_json(order).items() if key != "modified_at"}
    )


def _compare(known: Order, digest: str, reading: Reading, *, sure: bool) -> Change:
    seen, read_at = reading
    if digest == known.digest:
        return Change.SAME
    if (
        sure
    ):  # older than ours: overtaken on its way by what another worker stored, or a clock that was set back
        return Change.TIE if seen.modified_at < known.modified_at else Change.CHANGED
    if seen.modified_at != known.modified_at:
        return Change.CHANGED if seen.modified_at > known.modified_at else Change.OLDER
    if read_at is None or known.read_at is None:
        return Change.TIE
    return Change.CHANGED if read_at > known.read_at else Change.OLDER
