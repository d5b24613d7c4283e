"""Documents that are no longer there: staff removed one, and a person or the owner's rule decides; or the owner wants
documents of orders that were deleted on the site in the bin too."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from bridge.connections import clients
from bridge.connections.choices import DocumentChoices
from bridge.domain.errors import Problem
from bridge.orders.after_sale import RelatedDocument
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import discard, enqueue, park
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Outcome, Parked
from bridge.sync import kinds
from bridge.sync.document.identity import sync_id
from bridge.sync.stock import sold
from connectors.errors import ConnectorError, OutcomeUnknown
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority

Gone, Removed = OrderBinding.Gone, DocumentChoices.Removed


def noticed(order: Order, binding: OrderBinding) -> None:
    """Staff removed the document just now: the owner's rule, or a question to a person."""
    if not _by_rule(order):
        park(order.shop, order.shop.account, kinds.ORDER, order.object_key, _question(binding))


def outcome(order: Order, binding: OrderBinding) -> Outcome:
    """What becomes of an order that should go into a document that was removed: no silent re-creation."""
    if binding.gone == Gone.LEFT:
        return Done("the document was removed in MoySklad and is left so", answered=False)
    if binding.gone == Gone.OURS:
        return _put_away(order, binding)
    if _by_rule(order):
        return Done(f"the document was removed: {order.shop.on_removed}", answered=False)
    return Parked(_question(binding))


def create_again(order: Order) -> bool:
    """Send the order as a new document, with a new identity; False when its document is not removed.

    The generation is part of the document's `syncId`, so the removed document is not found and revived.
    """
    with transaction.atomic():
        binding = _removed(order, Gone.BINNED, Gone.DELETED, Gone.LEFT, Gone.OURS)
        if binding is None:
            return False
        binding.generation += 1
        binding.external_id = binding.document_name = binding.page_url = ""
        binding.state_id = binding.site_status = binding.expected_status = ""
        binding.editing = None
        binding.sum_minor = binding.payed_minor = binding.shipped_minor = 0
        binding.remote_updated_at = binding.pieces = None
        binding.written = _still_true(binding)
        binding.goods, binding.sending, binding.gone = "", None, Gone.NO
        binding.sync_id = sync_id(order, binding.generation)
        binding.save()
        sold.held([binding.order])
        enqueue(order.shop, order.shop.account, kinds.ORDER, order.object_key)
    return True


def leave(order: Order) -> bool:
    """Nothing more goes to MoySklad for this order; False when there is nothing to decide."""
    with transaction.atomic():
        binding = _removed(order, Gone.BINNED, Gone.DELETED)
        if binding is None:
            return False
        binding.gone = Gone.LEFT
        binding.save(update_fields=["gone"])
        for message in OutboxMessage.objects.filter(
            kind=kinds.ORDER, object_key=order.object_key, state=OutboxMessage.State.PARKED
        ):
            discard(message)
    return True


def cancel_on_site(order: Order) -> bool:
    """Leave the document removed and cancel the order on the site; False when there is nothing to decide."""
    with transaction.atomic():
        if not leave(order):
            return False
        enqueue(order.shop, order.shop.site, kinds.STATUS, order.object_key, {"status": "cancelled"})
    return True


def goes_to_bin(order: Order) -> bool:
    """The owner wants it so, and the order is in the trash on the site, or deleted there."""
    return order.shop.bin_deleted and order.status == "trash"


def put_into_bin(client: MoySklad, order: Order, binding: OrderBinding) -> Outcome:
    """Before the call it is noted that this is our doing, so that the webhook about it asks nobody; taken back only
    where it was surely not carried out."""
    _note(binding, Gone.OURS)
    try:
        client.orders.trash(binding.external_id)
    except OutcomeUnknown:
        raise
    except ConnectorError:
        _note(binding, Gone.NO)
        raise
    return Done(f"document {binding.document_name} was moved to the bin")


def _put_away(order: Order, binding: OrderBinding) -> Outcome:
    """We moved the document to the bin, or an answer was lost and it may live: it is read before anything is made."""
    client = clients.moysklad(order.shop.account, Priority.ORDERS, tenant=order.shop.name)
    lives = bool(client.orders.by_ids([binding.external_id]))
    if lives and goes_to_bin(order):
        return put_into_bin(client, order, binding)
    if lives:
        with transaction.atomic():
            _note(binding, Gone.NO)
            enqueue(order.shop, order.shop.account, kinds.ORDER, order.object_key)
        return Done(f"document {binding.document_name} is not in the bin and goes on")
    if order.status == "trash":
        return Done("the document is in the bin, as the order is")
    create_again(order)
    return Done("the order came back: a new document is made")


def _note(binding: OrderBinding, gone: OrderBinding.Gone) -> None:
    with transaction.atomic():
        Order.objects.select_for_update().get(pk=binding.order_id)
        binding.gone = gone
        binding.save(update_fields=["gone"])
        sold.held([binding.order])


def _still_true(binding: OrderBinding) -> dict[str, Any]:
    """Of what is known of the removed document: money that people entered for it is not entered again by us."""
    ours = RelatedDocument.objects.filter(order=binding.order, source_key__startswith="payment")
    return {"paid": True} if binding.written.get("paid") and not ours.exists() else {}


def _by_rule(order: Order) -> bool:
    decide = {Removed.CREATE: create_again, Removed.LEAVE: leave, Removed.CANCEL: cancel_on_site}
    rule = decide.get(Removed(order.shop.on_removed))
    return rule is not None and rule(order)


def _question(binding: OrderBinding) -> Problem:
    return Problem("document_gone", {"document": binding.document_name})


def _removed(order: Order, *ways: str) -> OrderBinding | None:
    Order.objects.select_for_update().get(pk=order.pk)  # before its document's, as everywhere
    return OrderBinding.objects.select_for_update().filter(order=order, gone__in=ways).first()
