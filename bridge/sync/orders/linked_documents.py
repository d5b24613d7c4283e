"""A document that was in MoySklad before us begins to stand for its order: nothing is written on either side.

What both sides say at this moment is taken for settled, so that only later changes are news.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from bridge.connections import clients
from bridge.connections.models import Connection
from bridge.domain.errors import DomainError
from bridge.domain.order import to_json
from bridge.domain.refunds import remaining
from bridge.mapping import from_moysklad, moysklad_money
from bridge.orders import flags
from bridge.orders.after_sale import Refund
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue
from bridge.sync import kinds
from bridge.sync.document import document_body, staff_edits
from bridge.sync.document import order_document as parts
from bridge.sync.document.identity import sync_id
from bridge.sync.orders import forgotten_documents
from bridge.sync.refunds import refund_plans
from bridge.sync.states import observed
from bridge.sync.stock import sold
from connectors.moysklad.limits import Priority

Document = Mapping[str, Any]

# What judging and linking need of a document.
OPENED = ("positions", "agent")
# Codes of what keeps a document from being linked.
DOUBTS = ("link_doubtful", "link_several", "link_contested", "link_in_bin", "link_taken")


def link(order: Order, document: Document) -> bool:
    """Bind an order to its document, opened as OPENED says; False when one of them is bound already.

    `order` is as it was when the document was judged: what the site told since then is news. One with our key we made
    before a backup was brought back. Then money, refunds and what either side changed are not its past: what of money
    we made is found by our keys, and what differs is news.
    """
    seen = from_moysklad.document(document)
    with transaction.atomic():
        binding = _bind(order, seen)
        if binding is None:
            return False
        ours = document.get("syncId") == str(binding.sync_id)
        _settle_refunds(order, document, ours=ours)
        was_paid = bool((binding.written or {}).get("paid"))  # people entered it for a document that is gone
        binding.written = _settled(order, document, ours=ours)
        binding.written["paid"] = was_paid or (not ours and order.content.get("paid_at") is not None)
        # One of ours with other goods than the site's: which side changed them is looked into, or asked.
        known = not (ours and binding.written["foreign"])
        binding.goods = parts.goods_digest(_content(order)) if known else ""
        binding.site_status = forgotten_documents.reflected(binding) if ours else order.status
        binding.save()
        sold.held([order], history=True)
        flags.lower(order, *DOUBTS)
        if ours or Order.objects.filter(pk=order.pk).exclude(digest=order.digest).exists():
            enqueue(order.shop, order.shop.account, kinds.ORDER, order.object_key)
    return True


def bound(account: Connection, documents: Iterable[str]) -> dict[str, int]:
    """Those of the documents that stand for an order already, with the order's primary key."""
    rows = OrderBinding.objects.filter(order__shop__account=account, external_id__in=set(documents) - {""})
    return dict(rows.values_list("external_id", "order_id"))


def choose(order: Order, document_id: str) -> bool:
    """A person says that this document is the order's (1 call to MoySklad); False when it cannot be."""
    client = clients.moysklad(order.shop.account, Priority.ORDERS)
    found = client.orders.by_ids([document_id], OPENED)
    return bool(found) and link(order, found[0])


def ask_for_new(order: Order) -> None:
    """A person says that none of the documents is the order's: it is sent, whatever its status."""
    with transaction.atomic():
        Order.objects.filter(pk=order.pk).update(requested=True)
        if order.flags.filter(code="link_in_bin").exists():  # it may be ours: the new one needs another key
            second = {"generation": 1, "sync_id": sync_id(order, 1)}
            OrderBinding.objects.get_or_create(order=order, defaults=second)
        flags.lower(order, *DOUBTS)
        enqueue(order.shop, order.shop.account, kinds.ORDER, order.object_key)


def _bind(order: Order, seen: from_moysklad.Document) -> OrderBinding | None:
    """The binding with what the document says now; None when the order or the document is bound already."""
    if bound(order.shop.account, [seen.external_id]):
        return None
    observed.lock_orders([order.pk])
    binding = OrderBinding.objects.select_for_update().filter(order=order).first()
    if binding is not None and (binding.external_id or binding.sending):
        return None
    if binding is None:
        binding = OrderBinding(order=order, sync_id=sync_id(order, 0))
    binding.order, binding.external_id, binding.page_url = order, seen.external_id, seen.page_url
    observed.take_over(binding, seen)
    try:
        with transaction.atomic():
            binding.save()
    except IntegrityError:  # another worker was quicker
        return None
    return binding


def _settled(order: Order, document: Document, *, ours: bool) -> dict[str, Any]:
    """As if we had written it: the header as the site has it, the goods as the document has them. Words and goods that
    are not those of the site stay the staff's (`foreign`: a change of goods on the site asks a person). In one of ours
    such words may be the site's of before: staff are shown what it says now.
    """
    header = document_body.header_of(order.shop, _content(order))
    seen = staff_edits.ours_of(document, header)
    left = staff_edits.not_ours(seen) if ours else ()
    positions = from_moysklad.positions(document)
    reserved = order.status not in parts.RELEASING or (ours and forgotten_documents.holds_goods(document))
    return {
        **{key: value for key, value in header.items() if value is not None and key not in left},
        "positions": positions,
        "foreign": not _are_ours(order, positions),
        "reserved": reserved if order.shop.reserve else None,
        "seen": seen,
    }


def _are_ours(order: Order, positions: parts.Rows) -> bool:
    try:
        wanted = document_body.whole_body(order.shop, _content(order))["positions"]
    except DomainError:
        return False
    return parts.same_positions(positions, [from_moysklad.position_facts(row) for row in wanted])


def _content(order: Order) -> Any:
    return refund_plans.as_it_stands(order)


def _settle_refunds(order: Order, document: Document, *, ours: bool) -> None:
    """Nothing is made of refunds until now; the document holds what they took out if its sum says so.

    Of those of a document of ours the same is decided as before the backup was brought back, when its turn comes.
    """
    living = refund_plans.unplanned(order)
    for refund in _taken_out(order, living, document, parts_too=ours):
        refund.plan = {"positions": [to_json(refund.canonical)], **({} if ours else {"by_hand": True})}
        refund.save(update_fields=["plan"])
    if living and not ours:
        refund_plans.leave_history(order)


def _taken_out(
    order: Order, living: Sequence[Refund], document: Document, *, parts_too: bool
) -> Sequence[Refund]:
    """Those the document no longer holds. `parts_too`: the first ones may have left it, those after them not yet."""
    there = moysklad_money.from_wire(document.get("sum"), order.currency)
    for count in range(len(living), 0 if parts_too else len(living) - 1, -1):
        taken = living[:count]
        if there == remaining(order.canonical, [refund.canonical for refund in taken]).total_minor:
            return taken
    return ()
