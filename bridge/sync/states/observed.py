"""What a document says now, against what we know of it: the one place where MoySklad's word becomes news.

Webhooks, polling and the answers to our own writes all end here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from bridge.connections.models import Connection, DirectoryEntry
from bridge.domain.status import CLOSED, progress
from bridge.mapping import from_moysklad, moysklad_money
from bridge.mapping.from_moysklad import Document
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue, release_object
from bridge.sync import kinds
from bridge.sync.account import directory
from bridge.sync.states import removed_documents, status_news
from bridge.sync.stock import sold
from connectors.moysklad.client import MoySklad
from connectors.moysklad.payments import INCOMING

Gone = OrderBinding.Gone
# Reserves and shipments are told by positions alone.
OPENED = ("positions",)
# What a write may change of a binding: all but what it is the binding of.
SAID = ("document_name", "agent_id", "organization_id", "sum_minor", "payed_minor", "shipped_minor", "pieces")
KEPT = [
    field.name
    for field in OrderBinding._meta.concrete_fields
    if field.name not in ("id", "order", "sync_id", "generation", "created_at")
]


def look(client: MoySklad, account: Connection, ids: Sequence[str]) -> None:
    """Read these documents (1 call per 100) and act on what changed; one that is no longer there was deleted."""
    documents = list(client.orders.by_ids(ids, OPENED, deleted=None))
    observe(account, documents)
    for missing in set(ids) - {str(row["id"]) for row in documents}:
        _removed(account, missing, Gone.DELETED)


def observe(account: Connection, documents: Iterable[Mapping[str, Any]]) -> int:
    """Compare documents (with positions OPENED) with what we know of them and queue what the site must learn; returns
    how many were ours."""
    seen = [from_moysklad.document(row) for row in documents]
    ours = set(of(account, [document.external_id for document in seen]).values_list("external_id", flat=True))
    known = [document for document in seen if document.external_id in ours]
    _know_states(account, {document.state_id for document in known})
    for document in known:
        if document.deleted:
            _removed(account, document.external_id, Gone.BINNED)
            continue
        with transaction.atomic():
            binding = _locked(account, document.external_id)
            if binding is not None:
                before = (binding.pieces, binding.shipped_minor, binding.gone)
                _apply(account, binding, document)
                binding.save()
                if before != (binding.pieces, binding.shipped_minor, binding.gone):
                    sold.held([binding.order])
    return len(known)


def note(account: Connection, answers: Sequence[tuple[OrderBinding, Document]]) -> set[int]:
    """The answers to writes of ours: saved with the bindings, and news where a manager was quicker.

    Returns the keys of bindings whose document was given up for a new one meanwhile: they stay as that one needs them.
    Raises ConnectorError, before anything was noted, when a state is new and cannot be read.
    """
    _know_states(account, {seen.state_id for _binding, seen in answers})
    keys = [binding.pk for binding, _seen in answers]
    with transaction.atomic():
        lock_orders(binding.order_id for binding, _seen in answers)
        rows = OrderBinding.objects.select_for_update().filter(pk__in=keys)
        stored = {row.pk: row for row in rows.order_by("pk")}
        standing, overtaken = list[OrderBinding](), set[int]()
        for binding, seen in answers:
            known = stored.get(binding.pk)
            if known is not None and known.generation != binding.generation:
                overtaken.add(binding.pk)
            else:
                _note(account, binding, known, seen)
                standing.append(binding)
        OrderBinding.objects.bulk_update(standing, KEPT)
        sold.held([binding.order for binding in standing])
    return overtaken


def lock_orders(ids: Iterable[int]) -> None:
    """An order's row before that of its document, and several by their keys, wherever both are held: else two
    transactions could wait for one another."""
    rows = Order.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk")
    list(rows.values_list("pk", flat=True))


def _locked(account: Connection, external_id: str) -> OrderBinding | None:
    """The binding of this document as it is now, held."""
    lock_orders(of(account, [external_id]).values_list("order_id", flat=True))
    binding: OrderBinding | None = of(account, [external_id]).select_for_update(of=("self",)).first()
    return binding


def of(account: Connection, ids: Iterable[str]) -> Any:
    """The bindings of these documents, with their orders and shops."""
    return OrderBinding.objects.filter(
        order__shop__account=account, external_id__in=set(ids) - {""}
    ).select_related("order__shop__site", "order__shop__account")


def _note(account: Connection, binding: OrderBinding, stored: OrderBinding | None, seen: Document) -> None:
    if stored is None:
        _apply(account, binding, seen, answer=True)
        return
    known = stored.remote_updated_at
    for field in SAID:  # what webhooks told meanwhile was acted on then
        setattr(binding, field, getattr(stored, field))
    if known is not None and known > seen.updated_at:
        # A webhook has told of a later change already: ours is history, only what we wrote is kept.
        binding.state_id, binding.remote_updated_at, binding.gone = stored.state_id, known, stored.gone
        return
    _apply(account, binding, seen, answer=True)
    binding.gone = stored.gone or binding.gone


def _apply(account: Connection, binding: OrderBinding, document: Document, *, answer: bool = False) -> None:
    """Take over what the document says, unless we know of something newer; the caller saves the binding.

    What was paid or shipped may change without a new time of change, so the same time is looked at again.
    """
    known = binding.remote_updated_at
    if not answer and known is not None and document.updated_at < known:
        return
    newer = known is None or document.updated_at > known
    order = binding.order
    changed = document.state_id != binding.state_id
    # A write of ours whose answer was lost comes back here: its state is no news.
    ours = bool(binding.sending) and document.state_id == (binding.sending or {}).get("state")
    restored = binding.gone in (Gone.BINNED, Gone.DELETED)
    # The release before kept neither parties nor what was paid and shipped: the first reading is no news of it.
    comparable = known is None or bool(binding.agent_id)
    before = _progress(binding)
    take_over(binding, document)
    binding.gone = Gone.NO if restored else binding.gone
    if changed and not ours:
        status_news.state_changed(account, binding)
    if not ours and comparable:
        _progressed(binding, before, _progress(binding), state_changed=changed)
    if order.shop.accept_edits and newer and not answer:
        enqueue(order.shop, order.shop.site, kinds.EDIT, order.object_key)
    if restored and release_object(kinds.ORDER, order.object_key, "document_gone") == 0:
        enqueue(order.shop, account, kinds.ORDER, order.object_key)


def take_over(binding: OrderBinding, document: Document) -> None:
    """Note with the binding what its document says; the caller saves it."""

    def money(value: float) -> int:
        return moysklad_money.from_wire(value, binding.order.currency)

    binding.remote_updated_at, binding.state_id = document.updated_at, document.state_id
    binding.document_name = document.name
    binding.agent_id, binding.organization_id = document.agent_id, document.organization_id
    if document.goods is not None:
        binding.pieces = {item: [str(n) for n in pieces] for item, pieces in document.goods.items()}
    binding.sum_minor = money(document.sum_wire)
    binding.payed_minor, binding.shipped_minor = money(document.payed_wire), money(document.shipped_wire)


def _progress(binding: OrderBinding) -> tuple[int, int]:
    """How far a document is (paid, shipped)."""
    whole = binding.sum_minor
    return progress(binding.payed_minor, whole), progress(binding.shipped_minor, whole)


def _progressed(
    binding: OrderBinding, before: tuple[int, int], now: tuple[int, int], *, state_changed: bool
) -> None:
    """More was paid or shipped than when we last looked: what the owner wants the site to learn of it.

    A state that changed as well says more, so only it sets the status; an order that is over is not taken up again.
    """
    order, shop = binding.order, binding.order.shop
    paid = now[0] == 2 > before[0] and not _paid_on_the_site(order)
    if paid and shop.mark_paid:
        enqueue(shop, shop.site, kinds.PAID, order.object_key)
    status = shop.status_when_paid if paid else ""
    if now[1] > before[1]:
        status = (shop.status_when_shipped if now[1] == 2 else shop.status_when_partly_shipped) or status
    revives = order.status in CLOSED and status not in CLOSED
    if status and status != order.status and not state_changed and not revives:
        wanted = {"status": status, "state": binding.state_id}
        enqueue(shop, shop.site, kinds.STATUS, order.object_key, wanted)


def _paid_on_the_site(order: Order) -> bool:
    """The site says so, or the payment in MoySklad is one that we made of its word."""
    return order.canonical.paid_at is not None or order.documents.filter(kind__in=INCOMING).exists()


def _know_states(account: Connection, state_ids: set[str]) -> None:
    """States made after our last look are read now, before any transaction begins."""
    wanted = state_ids - {""}
    known = DirectoryEntry.objects.filter(
        connection=account, kind=DirectoryEntry.Kind.STATE, external_id__in=wanted
    ).values_list("external_id", flat=True)
    if wanted - set(known):
        directory.refresh_states(account)


def _removed(account: Connection, external_id: str, how: str) -> None:
    """Staff removed the document: no new one is made, they choose what shall be."""
    with transaction.atomic():
        binding = _locked(account, external_id)
        if binding is None or binding.gone:
            return
        binding.gone = how
        binding.save(update_fields=["gone"])
        sold.held([binding.order])
        removed_documents.noticed(binding.order, binding)
