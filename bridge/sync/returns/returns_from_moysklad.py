"""Returns that people make in MoySklad are kept with their orders, and what the site must learn of them is queued."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from bridge.connections import clients
from bridge.connections.models import Connection, DirectoryEntry
from bridge.domain.errors import Problem
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import payload
from bridge.mapping import from_moysklad, moysklad_money
from bridge.mapping.from_moysklad import SalesReturn
from bridge.orders import flags
from bridge.orders.after_sale import RelatedDocument, Return
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue
from bridge.sync import kinds, passes
from bridge.sync.changed_documents import read_on
from bridge.sync.flows import shops_of
from bridge.sync.models import Watermark
from bridge.sync.refunds import refund_plans
from bridge.sync.site_orders.order_messages import reconsider
from bridge.sync.stock.news import documents_changed
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority
from connectors.moysklad.returns import WITH_ORDER

# Two clocks: a return made this long before its order was linked may still be news.
CLOCKS = timedelta(minutes=10)


def hinted(events: Sequence[InboxEvent]) -> set[int]:
    """Webhooks of an account named some returns: they are read with their orders, all in one call; the body is never
    believed."""
    account = events[0].connection
    documents_changed(account)
    ids = {
        ref
        for event in events
        for kind, ref in from_moysklad.named(payload(event))
        if kind == "salesreturn" and ref
    }
    if ids:
        look(clients.moysklad(account, Priority.STATUSES), account, sorted(ids))
    return {event.pk for event in events}


def changes(watermark: Watermark) -> None:
    """Returns of the account by `updated`, binned ones too."""
    passes.go_on(watermark, {"returns": _changed})


def look(client: MoySklad, account: Connection, ids: Sequence[str]) -> None:
    """Read these returns; one that is no longer there was deleted."""
    rows = list(client.returns.by_ids(ids, WITH_ORDER, deleted=None))
    observe(account, rows)
    for missing in set(ids) - {str(row["id"]) for row in rows}:
        _deleted(account, missing)


def observe(account: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep the returns of our orders, and those without a basis of our buyers; all others are passed over."""
    seen = [from_moysklad.sales_return(row) for row in rows]
    bindings = _bindings(account, seen)
    made = _forgotten(seen, bindings) | _made_by_us(account, seen)  # a row that is known goes before a guess
    buyers = _buyers(account, seen)
    for one in seen:
        if one.external_id in made:
            _of_a_refund(made[one.external_id], gone=one.deleted)
        elif one.order_id in bindings:
            _keep(account, one, bindings[one.order_id])
        elif not one.has_basis and one.agent_id in buyers:
            _keep(account, one, None)


def pending(returned: Return) -> bool:
    """Whether the site has not heard of the return as it is now, and nobody has seen to it."""
    if returned.order is None or returned.settled or not returned.order.shop.accept_returns:
        return False
    there = bool(returned.content.get("lines")) and not returned.gone
    if returned.done is None:
        return there
    return not there or returned.done != returned.content


def _changed(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    account = watermark.connection
    begins = (max(shop.started_at, shop.refunds_since) for shop in shops_of(account))
    watermark.position = watermark.position or min(begins)
    documents = clients.moysklad(account, Priority.STATUSES).returns
    return read_on(watermark, began, place, documents, WITH_ORDER, observe)


def _keep(account: Connection, seen: SalesReturn, binding: OrderBinding | None) -> None:
    order = binding.order if binding else None
    with transaction.atomic():
        identity = {"connection": account, "external_id": seen.external_id}
        Return.objects.bulk_create([Return(**identity, moment=seen.moment)], ignore_conflicts=True)
        row = Return.objects.select_for_update().get(**identity)
        known = row.remote_updated_at
        if known is not None and seen.updated_at <= known:
            return
        content, before = {"lines": seen.lines}, (row.content, row.gone)
        row.order, row.name, row.page_url, row.moment = order, seen.name, seen.page_url, seen.moment
        row.sync_id, row.demand_id = seen.sync_id, seen.demand_id
        row.sum_minor = moysklad_money.from_wire(seen.sum_wire, _currency(account, seen, order))
        row.remote_updated_at, row.content, row.gone = seen.updated_at, content, seen.deleted
        if known is None and binding is not None and _left_to_people(seen, binding):
            row.settled, row.done = True, content
        elif before != (row.content, row.gone):
            row.settled = False  # what a person has seen to was another version
        row.save()
        _queue(row)


def _left_to_people(seen: SalesReturn, binding: OrderBinding) -> bool:
    """The owner wants no refunds made, or the return is older than our work or our link to the order: history."""
    shop = binding.order.shop
    since = max(binding.created_at - CLOCKS, shop.refunds_since)
    return not shop.accept_returns or seen.created_at < since


def _queue(returned: Return) -> None:
    """Ask for what the site must learn; a question that has become idle goes away."""
    order = returned.order
    if order is None:
        return
    if pending(returned):
        enqueue(order.shop, order.shop.site, kinds.RETURN, order.object_key)
        return
    reconsider(order, kinds.RETURN)


def _deleted(account: Connection, external_id: str) -> None:
    """Deleted for good: nothing can be read of it any more."""
    document = RelatedDocument.objects.filter(order__shop__account=account, external_id=external_id).first()
    if document is not None:
        _of_a_refund(document, gone=True)
    with transaction.atomic():
        rows = Return.objects.select_for_update(of=("self",)).select_related("order__shop__site")
        row = rows.filter(connection=account, external_id=external_id, gone=False).first()
        if row is not None:
            row.gone, row.settled = True, False
            row.save(update_fields=["gone", "settled"])
            _queue(row)


def _of_a_refund(document: RelatedDocument, *, gone: bool) -> None:
    """A return we made for a refund of the site: it goes nowhere; that it was removed is shown to staff."""
    if document.gone == gone or not document.external_id:
        return
    document.gone = gone
    document.save(update_fields=["gone"])
    if gone:
        flags.show(document.order, Problem("refund_return_removed", {"document": document.name}))
    else:
        flags.lower(document.order, "refund_return_removed")


def _made_by_us(account: Connection, seen: Sequence[SalesReturn]) -> dict[str, RelatedDocument]:
    """By id, or by our key while the answer to its making is still on its way."""
    ids, keys = [one.external_id for one in seen], [one.sync_id for one in seen if one.sync_id]
    rows = RelatedDocument.objects.filter(
        Q(external_id__in=ids) | Q(sync_id__in=keys), order__shop__account=account, kind="salesreturn"
    ).select_related("order")
    by_key = {str(row.sync_id): row for row in rows} | {
        row.external_id: row for row in rows if row.external_id
    }
    return {
        one.external_id: row
        for one in seen
        if (row := by_key.get(one.external_id) or by_key.get(one.sync_id)) is not None
    }


def _forgotten(
    seen: Sequence[SalesReturn], bindings: Mapping[str, OrderBinding]
) -> dict[str, RelatedDocument]:
    """Made by us before a backup was brought back: no row is left of them, but our key says of which refund."""
    found: dict[str, RelatedDocument] = {}
    for one in seen:
        binding = bindings.get(one.order_id)
        key = refund_plans.key_of_ours(binding.order, one.demand_id, one.sync_id) if binding else ""
        if binding and key:
            found[one.external_id] = RelatedDocument(order=binding.order, source_key=key)
    return found


def _bindings(account: Connection, seen: Sequence[SalesReturn]) -> dict[str, OrderBinding]:
    ids = {one.order_id for one in seen} - {""}
    rows = OrderBinding.objects.filter(order__shop__account=account, external_id__in=ids)
    return {row.external_id: row for row in rows.select_related("order__shop__site", "order__shop__account")}


def _buyers(account: Connection, seen: Sequence[SalesReturn]) -> set[str]:
    """Of the agents of returns without a basis those who bought from our shops: other returns are not ours to list."""
    agents = {one.agent_id for one in seen if not one.has_basis} - {""}
    rows = OrderBinding.objects.filter(order__shop__account=account, agent_id__in=agents)
    return set(rows.values_list("agent_id", flat=True))


def _currency(account: Connection, seen: SalesReturn, order: Order | None) -> str:
    if order is not None:
        return order.currency
    entries = DirectoryEntry.objects.filter(connection=account, kind=DirectoryEntry.Kind.CURRENCY)
    entry = entries.filter(external_id=seen.currency_id).first()
    return entry.detail if entry is not None else "RUB"
