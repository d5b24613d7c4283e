"""Keeping the refunds of an order as the site lists them: new ones come in, those no longer listed were deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from bridge.domain.errors import Problem
from bridge.domain.money import to_text
from bridge.domain.order import to_json
from bridge.domain.refunds import Refund as Canonical
from bridge.orders import flags
from bridge.orders.after_sale import Refund, RelatedDocument, Return
from bridge.orders.models import Order, OrderBinding

HISTORY = {"by_hand": True, "history": True}
UNREAD, DELETED = "refund_not_read", "return_refund_deleted"
NOT_SENT, ROUNDING, REMOVED = "refund_not_sent", "refund_rounding", "refund_return_removed"


def record_refunds(
    order: Order, seen: Sequence[Canonical], unread: Mapping[str, Problem] | None = None
) -> bool:
    """Take over the whole list; True when it was news. Must run inside a transaction that holds the order.

    `unread`: what is wrong with those that cannot be read, by id; they are shown, and the others go on without them.
    """
    known = {refund.source_id: refund for refund in Refund.objects.filter(order=order)}
    new = [refund for refund in seen if refund.source_id not in known]
    listed = {refund.source_id for refund in seen} | set(unread or ())
    # With the older kind of storage the refunds of an order go to the trash with it; they are not deleted.
    missing = {} if order.status == "trash" else known
    deleted = [
        row for source_id, row in missing.items() if source_id not in listed and row.deleted_at is None
    ]
    back = [row for source_id, row in known.items() if source_id in listed and row.deleted_at is not None]
    # Of an order without its customer's data what was said of a refund is gone too, and stays so.
    told = seen if order.anonymised_at is None else ()
    fuller = [row for one in told if (row := known.get(one.source_id)) and _take_over(row, one)]
    Refund.objects.bulk_create(
        Refund(
            order=order,
            source_id=refund.source_id,
            amount_minor=refund.total_minor,
            placed_at=refund.placed_at,
            content=to_json(refund),
            plan=HISTORY if _is_history(order, refund) else _asked_for(order, refund),
        )
        for refund in new
    )
    for row in deleted:
        row.deleted_at = timezone.now()
        row.save(update_fields=["deleted_at"])
    for row in back:
        row.deleted_at = None
        row.save(update_fields=["deleted_at"])
    _show_unread(order, unread or {})
    if deleted or back:
        show_flags(order)
    return bool(new or deleted or back or fuller)


def _take_over(row: Refund, seen: Canonical) -> bool:
    """The site lists a refund before it has stored all its lines: what was decided of a half one is decided anew,
    unless a person or a return has settled it. Another reason, which may just have been taken out, decides nothing.
    """
    known, plan = row.canonical, row.plan or {}
    if known == seen:
        return False
    other = replace(known, reason=seen.reason) != seen
    row.content, row.amount_minor = to_json(seen), seen.total_minor
    if other and not plan.get("by_hand") and not plan.get("return"):
        row.plan = None
    row.save(update_fields=["content", "amount_minor", "plan"])
    return True


def _is_history(order: Order, refund: Canonical) -> bool:
    """Refunded before we worked on refunds, of an order that had its document then: people have seen to it."""
    since, binding = order.shop.refunds_since, getattr(order, "binding", None)
    if refund.origin or binding is None or not binding.external_id:
        return False
    return bool(refund.placed_at < since and binding.created_at < since)


def _asked_for(order: Order, refund: Canonical) -> dict[str, Any] | None:
    """Made by WooCommerce of the status that MoySklad's own state asked for: there it needs nothing more."""
    if refund.origin or order.status != "refunded":
        return None
    asked = OrderBinding.objects.filter(order=order, expected_status="refunded").exists()
    return {"by_hand": True} if asked else None


def _show_unread(order: Order, unread: Mapping[str, Problem]) -> None:
    if unread:
        reasons: list[Any] = []
        for _source_id, problem in sorted(unread.items()):
            if (reason := [problem.code, dict(problem.params)]) not in reasons:
                reasons.append(reason)
        params: dict[str, Any] = {"refunds": ", ".join(sorted(unread)), "reasons": reasons}
        flags.show(order, Problem(UNREAD, params))
    else:
        flags.lower(order, UNREAD)


def show_flags(order: Order) -> None:
    """Flags about refunds and returns say what is so now: those of refunds that are gone or seen to are lowered."""
    living = {row.source_id: row for row in Refund.objects.filter(order=order, deleted_at=None)}
    returns = list(Return.objects.filter(order=order).select_related("refund"))
    entered = {row.refund_id for row in returns if not row.gone}
    open_ones = {
        key: row
        for key, row in living.items()
        if row.pk not in entered and not (row.plan or {}).get("by_hand")
    }
    flags.show_only(order, [*_not_sent(order, open_ones), *_deleted(returns)], NOT_SENT, DELETED)
    _lower_idle(order, living, open_ones)


def _not_sent(order: Order, refunds: Mapping[str, Refund]) -> list[Problem]:
    """One flag of a code: the newest is named."""
    waiting = [row for row in refunds.values() if (row.plan or {}).get("not_sent")]
    return [
        Problem(
            NOT_SENT,
            {
                "refund": row.source_id,
                "amount": to_text(row.amount_minor, order.currency),
                "currency": order.currency,
            },
        )
        for row in waiting[-1:]
    ]


def _deleted(returns: Sequence[Return]) -> list[Problem]:
    """Returns whose refund was deleted on the site, though they are there."""
    found = [
        (row, row.refund)
        for row in returns
        if row.refund is not None and row.refund.deleted_at is not None and not row.gone and not row.settled
    ]
    return [Problem(DELETED, {"refund": refund.source_id, "document": row.name}) for row, refund in found[:1]]


def _lower_idle(order: Order, living: Mapping[str, Refund], open_ones: Mapping[str, Refund]) -> None:
    for flag in flags.of(order):
        if flag.code == ROUNDING and flag.params.get("refund") not in living:
            flags.lower(order, ROUNDING)
        if flag.code == REMOVED:
            document = RelatedDocument.objects.filter(order=order, name=flag.params.get("document")).first()
            if document is not None and document.source_key.split(":")[1] not in open_ones:
                flags.lower(order, REMOVED)
