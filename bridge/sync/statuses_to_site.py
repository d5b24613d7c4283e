"""A state changed in MoySklad becomes the order's status on the site. Webhooks and polling both end in `observe`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from bridge.connections import clients
from bridge.connections.models import Connection, DirectoryEntry, Shop, StatusMapping
from bridge.domain.errors import Problem
from bridge.domain.status import DEFAULT_BY_STATE_TYPE
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import payload
from bridge.mapping import from_moysklad, from_woocommerce
from bridge.orders.models import Order, OrderBinding
from bridge.orders.record import record
from bridge.outbox.enqueue import enqueue, park
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome
from bridge.sync import directory, kinds
from connectors.errors import ConnectorError
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority

Gone = OrderBinding.Gone


def hinted(event: InboxEvent) -> None:
    """A webhook named some documents: those of ours are read again, all in one call; the body is never believed."""
    rows = [row for row in payload(event).get("events") or [] if isinstance(row, dict)]
    ids = {
        from_moysklad.ref_id(row) for row in rows if (row.get("meta") or {}).get("type") == "customerorder"
    }
    ours = set(_bindings(event.connection, ids).values_list("external_id", flat=True))
    if ours:
        look(clients.moysklad(event.connection, Priority.STATUSES), event.connection, sorted(ours))


def look(client: MoySklad, account: Connection, ids: Sequence[str]) -> None:
    """Read these documents and act on what changed; one that is no longer there was deleted."""
    documents = list(client.orders.by_ids(ids))
    observe(account, documents)
    for missing in set(ids) - {str(row["id"]) for row in documents}:
        _note_gone(account, missing, Gone.DELETED)


def observe(account: Connection, documents: Iterable[Mapping[str, Any]]) -> int:
    """Compare documents with what we know of them and queue what the site must learn; returns how many were ours."""
    seen = [from_moysklad.document(row) for row in documents]
    known = {b.external_id: b for b in _bindings(account, [document.external_id for document in seen])}
    for document in seen:
        binding = known.get(document.external_id)
        if binding is None:
            continue
        if document.deleted:
            _note_gone(account, document.external_id, Gone.BINNED)
        elif binding.remote_updated_at is None or document.updated_at > binding.remote_updated_at:
            with transaction.atomic():
                _apply(account, document)
    return len(known)


def _bindings(account: Connection, ids: Iterable[str]) -> Any:
    return OrderBinding.objects.filter(
        order__shop__account=account, external_id__in=set(ids) - {""}
    ).select_related("order__shop__site", "order__shop__account")


def _apply(account: Connection, document: from_moysklad.Document) -> None:
    binding = _bindings(account, [document.external_id]).select_for_update(of=("self",)).first()
    if binding is None:
        return
    state_changed = document.state_id != binding.state_id
    binding.remote_updated_at, binding.state_id = document.updated_at, document.state_id
    binding.sum_minor, binding.document_name = document.sum_minor, document.name
    if binding.gone == Gone.BINNED:
        binding.gone = Gone.NO
    binding.save(update_fields=["remote_updated_at", "state_id", "sum_minor", "document_name", "gone"])
    if not state_changed:
        return
    order = binding.order
    status = status_for(order.shop, document.state_id)
    if status and status != order.status:
        enqueue(order.shop, order.shop.site, kinds.STATUS, order.object_key, {"status": status})


def status_for(shop: Shop, state_id: str) -> str:
    """The site status a state means: the owner's mapping, else by the state's type, else '' (nothing to do)."""
    mapped = StatusMapping.objects.filter(
        shop=shop, direction=StatusMapping.Direction.TO_SITE, state_id=state_id
    ).first()
    if mapped is not None:
        return mapped.site_status
    entry = DirectoryEntry.objects.filter(
        connection=shop.account, kind=DirectoryEntry.Kind.STATE, external_id=state_id
    ).first()
    if entry is None and state_id:  # a state made after our last look
        entry = directory.refresh_state(shop.account, state_id)
    return DEFAULT_BY_STATE_TYPE.get(entry.detail, "") if entry is not None else ""


def _note_gone(account: Connection, external_id: str, how: str) -> None:
    """Staff removed the document: no new one is made, they choose what shall be."""
    with transaction.atomic():
        binding = _bindings(account, [external_id]).select_for_update(of=("self",)).first()
        if binding is None or binding.gone:
            return
        binding.gone = how
        binding.save(update_fields=["gone"])
        order: Order = binding.order
        problem = Problem("document_gone", {"document": binding.document_name})
        park(order.shop, account, kinds.ORDER, order.object_key, problem)


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Set the status on the site. Before the call it is noted that MoySklad already knows it: the loop guard."""
    outcomes: dict[int, Outcome] = {}
    for message in messages:
        order = Order.objects.select_related("binding", "shop__site").get(
            pk=int(message.object_key.removeprefix("order:"))
        )
        try:
            outcomes[message.pk] = _set_status(order, str(message.payload["status"]))
        except ConnectorError as error:
            outcomes[message.pk] = Failed(error)
    return outcomes


def _set_status(order: Order, status: str) -> Outcome:
    if order.status == status:
        return Done(f"the order is {status} already")
    binding: OrderBinding | None = getattr(order, "binding", None)
    before = binding.site_status if binding else ""
    _guard(binding, status)
    try:
        wire = clients.woocommerce(order.shop.site).orders.update(int(order.source_id), {"status": status})
    except Exception:
        _guard(binding, before)
        raise
    with transaction.atomic():
        record(order.shop, from_woocommerce.order(wire), read_at=None, sure=True)
    return Done(f"the order on the site is {status}")


def _guard(binding: OrderBinding | None, status: str) -> None:
    if binding is not None:
        OrderBinding.objects.filter(pk=binding.pk).update(site_status=status)
