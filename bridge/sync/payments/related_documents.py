"""Documents beside an order's own (payments, returns): each made once, however often its try is repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.mapping import moysklad_money
from bridge.orders.after_sale import RelatedDocument
from bridge.orders.models import Order
from bridge.orders.news import is_no_news
from bridge.sync.document.identity import related_sync_id
from connectors.errors import ConnectorError, OutcomeUnknown

Wire = Mapping[str, Any]
Finder = Callable[[list[str]], Iterable[Wire]]
Saver = Callable[[Sequence[Mapping[str, Any]]], Sequence[Any]]


@dataclass(frozen=True)
class Place:
    """Where a document should be: the order's, for `source_key`, because of what happened at `moment`."""

    order: Order
    source_key: str
    moment: datetime


def wanted(order: Order, kind: str, source_key: str) -> RelatedDocument:
    """The row of a document that should be, made when it is not there yet.

    The kind may have been chosen anew, but not while a try of the other kind is in doubt: `find_earlier` comes first.
    """
    row, _made = RelatedDocument.objects.get_or_create(
        order=order,
        source_key=source_key,
        defaults={"kind": kind, "sync_id": related_sync_id(order, source_key)},
    )
    if row.kind != kind and not row.sending and not row.external_id:
        row.kind = kind
        row.save(update_fields=["kind"])
    return row


def find_earlier(rows: Sequence[RelatedDocument], find: Finder) -> None:
    """A try without an answer may have made the document: it is looked up by our key before another try."""
    doubtful = {str(row.sync_id): row for row in rows if row.sending and not row.external_id}
    if not doubtful:
        return
    for document in find(list(doubtful)):
        _bind(doubtful.pop(str(document["syncId"])), document)
    for row in doubtful.values():
        row.sending = False
        row.save(update_fields=["sending"])


def find_forgotten(kind: str, places: Sequence[Place], find: Finder) -> None:
    """A bridge that was restored from a backup has no row of what it made since, or one of a try that came to nothing
    before: known again by our key, by one call for all of a batch.

    One in the bin counts as well: what people removed is not made a second time.
    """
    old = {
        place: related_sync_id(place.order, place.source_key) for place in places if is_no_news(place.moment)
    }
    rows = RelatedDocument.objects.filter(sync_id__in=old.values()).exclude(external_id="", sending=False)
    known = set(rows.values_list("sync_id", flat=True))
    missing = {str(key): place for place, key in old.items() if key not in known}
    if not missing:
        return
    for document in find(list(missing)):
        place = missing[str(document["syncId"])]
        row = wanted(place.order, kind, place.source_key)
        row.gone = bool(document.get("deleted"))
        _bind(row, document)


def create(rows: Sequence[RelatedDocument], bodies: Sequence[dict[str, Any]], save: Saver) -> list[Any]:
    """Make them in one call; an answer or a ConnectorError for each, in order."""
    if not rows:
        return []
    for row in rows:
        row.sending = True
    RelatedDocument.objects.bulk_update(rows, ["sending"])
    keyed = [{**body, "syncId": str(row.sync_id)} for row, body in zip(rows, bodies, strict=True)]
    try:
        answers = list(save(keyed))
    except ConnectorError as error:
        answers = [error] * len(rows)
    for row, answer in zip(rows, answers, strict=True):
        if not isinstance(answer, ConnectorError):
            _bind(row, answer)
        elif not isinstance(answer, OutcomeUnknown):
            row.sending = False
            row.save(update_fields=["sending"])
    return answers


def _bind(row: RelatedDocument, document: Wire) -> None:
    row.external_id, row.name = str(document["id"]), str(document.get("name") or "")
    row.page_url = str((document.get("meta") or {}).get("uuidHref") or "")
    row.sum_minor = moysklad_money.from_wire(float(document.get("sum") or 0), row.order.currency)
    row.sending = False
    row.save()
