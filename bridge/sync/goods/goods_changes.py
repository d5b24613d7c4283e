"""What changed of MoySklad's goods since the last look: a call for each kind, every few minutes and at each hint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from bridge.catalog.models import Product
from bridge.connections import clients
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import payload
from bridge.mapping import from_moysklad, goods_from_moysklad
from bridge.mapping.moscow import to_wire
from bridge.portions import OF_QUERY
from bridge.sync import flows, passes
from bridge.sync.goods import follow_up
from bridge.sync.goods.catalog_from_moysklad import KINDS, take_in
from bridge.sync.goods.store_products import lose
from bridge.sync.models import Watermark
from connectors.moysklad.limits import Priority

# Cards show in lists a moment after they are saved, and clocks differ: what was read is read again for so long.
OVERLAP = timedelta(minutes=5)


def hinted(event: InboxEvent) -> None:
    """A webhook named some goods: they are looked at now. What it says was deleted is asked for by its id."""
    rows = [row for row in payload(event).get("events") or [] if isinstance(row, dict)]
    deleted = {from_moysklad.ref_id(row) for row in rows if row.get("action") == "DELETE"} - {""}
    if deleted:
        Product.objects.filter(connection=event.connection, external_id__in=deleted).update(seen_at=None)
    flows.run_soon(event.connection, "goods_changes")


def changes(watermark: Watermark) -> None:
    """Read on from the position; before the first full reading (catalog_from_moysklad.py) there is none.

    The position moves to the newest change seen; after a reading in several portions to where that began, for goods
    read first may have changed again meanwhile.
    """
    if watermark.position is None:
        return
    newest = [watermark.position]
    earlier = watermark.cursor.get("began")
    steps = {kind: partial(_changed, kind, watermark.position, newest) for kind in KINDS}
    if passes.go_on(watermark, {"deleted": _deleted, **steps}):
        reached = datetime.fromisoformat(earlier) if earlier else max(newest)
        watermark.position = max(watermark.position, reached)


def _deleted(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    """Items that a hint called deleted: those that can still be read are not."""
    account = watermark.connection
    doubtful = Product.objects.filter(
        connection=account, kind__in=KINDS, present=True, seen_at=None
    ).order_by("pk")
    while rows := list(doubtful.values_list("external_id", "kind")[:OF_QUERY]):
        client = clients.moysklad(account, Priority.CATALOGUE)
        for kind in KINDS:
            ids = {external_id for external_id, its in rows if its == kind}
            found = client.assortment.by_ids(kind, sorted(ids)) if ids else []
            there = take_in(client, account, found, timezone.now(), answers_hints=True)
            follow_up.follow(account, there)
            follow_up.follow(account, lose(account, ids - {str(row["id"]) for row in found}))
        yield None


def _changed(
    kind: str,
    since: datetime,
    newest: list[datetime],
    watermark: Watermark,
    began: datetime,
    place: passes.Place,
) -> Iterator[passes.Place]:
    """Pages in the order of `updated`."""
    client = clients.moysklad(watermark.connection, Priority.CATALOGUE)
    start = passes.along(place, (to_wire(since - OVERLAP)[:19], 0))
    for rows, following in client.assortment.pages(kind, start):
        follow_up.follow(watermark.connection, take_in(client, watermark.connection, rows, timezone.now()))
        watermark.done += len(rows)
        newest.extend(moment for row in rows[-1:] if (moment := goods_from_moysklad.updated_at(row)))
        if following is not None:
            yield list(following)
