"""What a person decides about an order whose document was removed in MoySklad: create again, leave, cancel."""

from __future__ import annotations

from django.db import transaction

from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import discard, enqueue
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.orders_to_moysklad import sync_id

Gone = OrderBinding.Gone


def create_again(order: Order) -> bool:
    """Send the order as a new document, with a new identity; False when its document is not removed.

    The generation is part of the document's `syncId`, so the removed document is not found and revived.
    """
    with transaction.atomic():
        binding = _removed(order, Gone.BINNED, Gone.DELETED, Gone.LEFT)
        if binding is None:
            return False
        binding.generation += 1
        binding.external_id = binding.document_name = binding.page_url = ""
        binding.state_id = binding.site_status = ""
        binding.sum_minor, binding.remote_updated_at = 0, None
        binding.written, binding.goods, binding.sending, binding.gone = {}, "", None, Gone.NO
        binding.sync_id = sync_id(order, binding.generation)
        binding.save()
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


def _removed(order: Order, *ways: str) -> OrderBinding | None:
    return OrderBinding.objects.select_for_update().filter(order=order, gone__in=ways).first()
