"""Keeping the newest version of a site's order: by the source's own version, never by arrival."""

from __future__ import annotations

import enum
from datetime import datetime

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


def record(
    shop: Shop, seen: canonical.Order, *, read_at: datetime | None, sure: bool = False, again: bool = False
) -> tuple[Order, Change]:
    """Store `seen` if it is newer than what we have; must run inside a transaction.

    Raises IntegrityError when another worker stores the same new order just now: then the whole is to be repeated.
    `read_at` is the source's clock when it read the order (our plugin tells it); `sure` says that this was just
    read from the site, `again` that it was read because of a TIE: then it wins over whatever we have.
    """
    content, digest = canonical.to_json(seen), digest_of(seen)
    fields = {
        "number": seen.number,
        "status": seen.status,
        "currency": seen.currency,
        "total_minor": seen.total_minor,
        **search.contacts(seen.customer),
        "placed_at": seen.placed_at,
        "modified_at": seen.modified_at,
        "read_at": read_at,
        "digest": digest,
        "content": content,
    }
    identity = {"shop": shop, "source_id": seen.source_id, "order_key": seen.order_key}
    known = Order.objects.select_for_update().filter(**identity).first()
    if known is None:
        return Order.objects.create(**identity, **fields), Change.NEW
    known.shop = shop
    change = _compare(known, digest, seen, read_at, sure=sure)
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
    return known, change


def digest_of(order: canonical.Order) -> str:
    """Equal for two versions that say the same, whenever they were saved."""
    return fingerprint(
        {key: value for key, value in canonical.to_json(order).items() if key != "modified_at"}
    )


def _compare(
    known: Order, digest: str, seen: canonical.Order, read_at: datetime | None, *, sure: bool
) -> Change:
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
