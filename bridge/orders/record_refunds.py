"""Keeping the refunds of an order as the site lists them: new ones come in, those no longer listed were deleted."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from bridge.domain.order import to_json
from bridge.domain.refunds import Refund as Canonical
from bridge.orders.after_sale import Refund
from bridge.orders.models import Order


def record_refunds(order: Order, seen: Sequence[Canonical]) -> bool:
    """Take over the whole list; True when it was news. Must run inside a transaction that holds the order."""
    known = {refund.source_id: refund for refund in Refund.objects.filter(order=order)}
    new = [refund for refund in seen if refund.source_id not in known]
    listed = {refund.source_id for refund in seen}
    # With the older kind of storage the refunds of an order go to the trash with it; they are not deleted.
    missing = {} if order.status == "trash" else known
    deleted = [
        row for source_id, row in missing.items() if source_id not in listed and row.deleted_at is None
    ]
    back = [row for source_id, row in known.items() if source_id in listed and row.deleted_at is not None]
    Refund.objects.bulk_create(
        Refund(
            order=order,
            source_id=refund.source_id,
            amount_minor=refund.total_minor,
            placed_at=refund.placed_at,
            content=to_json(refund),
        )
        for refund in new
    )
    for row in deleted:
        row.deleted_at = timezone.now()
        row.save(update_fields=["deleted_at"])
    for row in back:
        row.deleted_at = None
        row.save(update_fields=["deleted_at"])
    return bool(new or deleted or back)
