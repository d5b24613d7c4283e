"""What became of an order's refunds: which part of each left the order's document, which goes back as a return.

Refund.plan: {"positions": [the part that left the document], "return": [{"demand", "body"}, …]} with, where it is so,
"by_hand" (a person entered the rest), "not_sent" (the owner wants no returns made). None: nothing is decided yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import Q

from bridge.domain import refund_plan, refunds
from bridge.domain.errors import DomainError, Problem, Unmappable
from bridge.domain.money import to_text
from bridge.domain.order import Order as Canonical
from bridge.domain.order import to_json
from bridge.mapping import return_to_moysklad
from bridge.orders import flags
from bridge.orders.after_sale import Refund, RelatedDocument
from bridge.orders.models import Order
from bridge.orders.record_refunds import show_flags
from bridge.outbox.enqueue import enqueue, park
from bridge.sync import kinds
from bridge.sync.document.identity import related_sync_id
from bridge.sync.document.lines import items_of
from bridge.sync.payments.payments_to_moysklad import method_of
from bridge.sync.site_orders.order_messages import reconsider

Wire = Mapping[str, Any]
# What `known_documents` has to open for `plan`.
OPENED = ("demands.positions", "demands.returns.positions")


def as_it_stands(order: Order) -> Canonical:
    """The order less what left its document through refunds.

    Before there is a document every refund is simply part of the order; afterwards only what a plan took out of it.
    A refund that stands for a return in MoySklad is not: the return says it there, unless the document is younger.
    """
    has_document = bool(getattr(order, "binding", None) and order.binding.external_id)
    if has_document:
        plans = [refund.plan or {} for refund in standing(order)]
        gone = [refunds.from_json(part) for plan in plans for part in plan.get("positions", [])]
    else:
        gone = [refund.canonical for refund in standing(order)]
    return refunds.remaining(order.canonical, gone) if gone else order.canonical


def unplanned(order: Order) -> list[Refund]:
    """Refunds of which nothing was decided yet."""
    return [refund for refund in living(order) if refund.plan is None]


def living(order: Order) -> list[Refund]:
    """The refunds made on the site and still there."""
    return [refund for refund in standing(order) if not refund.canonical.origin]


def standing(order: Order) -> list[Refund]:
    """All refunds that are still there, those we made from returns in MoySklad too."""
    return [refund for refund in order.refunds.all() if refund.deleted_at is None]


def rest_to_be_returned(refund: Refund) -> list[Wire]:
    """Positions of the returns of a refund that are still to be made while others of it are there."""
    due = returns_due(refund)
    if not due or not documents_of(refund).filter(gone=False).exclude(external_id="").exists():
        return []
    if refund.made_from.filter(gone=False).exists() or documents_of(refund).filter(sending=True).exists():
        return []
    return [row for body in due.values() for row in body["positions"]]


def take_into_document(order: Order) -> None:
    """A document is about to be made: the refunds so far are part of what it says, whatever comes later.

    For one made again that is also what came back by returns, which belong to shipments of the removed document.
    """
    for refund in standing(order):
        if (refund.plan or {}).get("positions") != [refund.content]:
            with transaction.atomic():
                refund.hold()
                _save(refund, {**(refund.plan or {}), "positions": [refund.content]})
    if order.pk and order.refunds.all():
        reconsider(order, kinds.REFUND)


def plan(order: Order, document: Wire) -> None:
    """Decide on the refunds nothing was decided of, by what the document says (OPENED); a person is asked where that
    cannot be decided."""
    for refund in unplanned(order):
        try:
            _keep(refund, _planned(order, refund, document))
        except DomainError as error:
            if order.shop.send_refunds:
                park(order.shop, order.shop.account, kinds.REFUND, order.object_key, error.problem)
            else:
                _keep(refund, _not_sent(order, refund, {}))


def wants_documents(order: Order) -> bool:
    """Whether a return or money back is to be made in MoySklad, or a person asked about one that was made in vain."""
    if not order.refunds.all():
        return False
    if made_in_vain(order):
        return True
    return any(returns_due(refund) or money_due(refund) for refund in living(order))


def returns_due(refund: Refund) -> dict[str, dict[str, Any]]:
    """The returns of a refund that are not made yet: body by source key."""
    if refund.plan is None or refund.plan.get("by_hand"):
        return {}
    bodies = {return_key(refund, one["demand"]): one["body"] for one in refund.plan.get("return", [])}
    made = _documents(refund.order, *bodies).values_list("source_key", flat=True) if bodies else ()
    return {key: body for key, body in bodies.items() if key not in made}


def money_due(refund: Refund) -> str:
    """The kind of document the money paid back still needs: paymentout | cashout, '' for none."""
    order, plan = refund.order, refund.plan
    if plan is None or plan.get("by_hand") or plan.get("not_sent") or refund.amount_minor <= 0:
        return ""
    if order.content.get("paid_at") is None or _documents(order, money_key(refund)).exists():
        return ""
    return {"paymentin": "paymentout", "cashin": "cashout"}.get(method_of(order).document, "")


def made_in_vain(order: Order) -> list[tuple[Refund, list[RelatedDocument]]]:
    """Refunds that were deleted on the site after we made documents of them, unless a person has seen to it."""
    deleted = [
        one for one in order.refunds.all() if one.deleted_at and one.plan and not one.plan.get("by_hand")
    ]
    found = [
        (refund, list(documents_of(refund).filter(gone=False).exclude(external_id=""))) for refund in deleted
    ]
    return [(refund, documents) for refund, documents in found if documents]


def documents_of(refund: Refund) -> Any:
    """The rows of the documents of a refund, made or being made."""
    returns = [return_key(refund, one["demand"]) for one in (refund.plan or {}).get("return", [])]
    return RelatedDocument.objects.filter(order=refund.order, source_key__in=[*returns, money_key(refund)])


def return_key(refund: Refund, demand_id: str) -> str:
    return f"refund:{refund.source_id}:{demand_id}"


def key_of_ours(order: Order, demand_id: str, sync_id: str) -> str:
    """The source key of the return of this shipment that carries our key, '' when it is none of ours."""
    keys = [return_key(refund, demand_id) for refund in order.refunds.all()] if sync_id else []
    return next((key for key in keys if str(related_sync_id(order, key)) == sync_id), "")


def money_key(refund: Refund) -> str:
    return f"money:{refund.source_id}"


def settle_by_hand(refund: Refund) -> None:
    """A person entered in MoySklad what this refund needs: nothing more is made of it or asked about it."""
    order = refund.order
    with transaction.atomic():
        refund.settle()
        enqueue(order.shop, order.shop.account, kinds.REFUND, order.object_key)
        reconsider(order, kinds.RETURN)
        show_flags(order)


def leave_history(order: Order) -> None:
    """An order's document was linked, not made: its refunds until now are its past, and nothing is made of them."""
    for refund in unplanned(order):
        refund.settle(history=True)


def to_be_returned(refund: Refund) -> refunds.Refund | None:
    """What of a refund of the site people may enter as a return in MoySklad: less what left the document.

    None when nothing of it can be: it left the document whole, its return is there or on its way, or was entered. What
    is left when only a part of its returns was made is in `rest_to_be_returned`.
    """
    made = documents_of(refund).filter(kind="salesreturn", gone=False)
    if made.filter(Q(sending=True) | ~Q(external_id="")).exists():
        return None
    if refund.made_from.filter(gone=False).exists():
        return None
    plan = refund.plan or {}
    gone = [refunds.from_json(part) for part in plan.get("positions", [])]
    if gone and not plan.get("not_sent") and not plan.get("return"):
        return None
    return refunds.less(refund.canonical, gone)


def plan_anew(refund: Refund) -> bool:
    """Forget what was decided, because a shipment changed since; False when documents were made of it already."""
    if documents_of(refund).exclude(external_id="").exists():
        return False
    return _keep(refund, None)


def _planned(order: Order, refund: Refund, document: Wire) -> dict[str, Any]:
    demands = _without_own(refund, return_to_moysklad.posted(document.get("demands") or []))
    canonical = refund.canonical
    result = refund_plan.plan(
        canonical,
        as_it_stands(order),
        _items(order, canonical),
        return_to_moysklad.shipped(demands, order.currency, _promised(order, demands)),
        order.shop.shipping_service_id,
    )
    kept: dict[str, Any] = {"positions": [to_json(result.positions)] if result.positions else []}
    if not result.taken:
        return kept
    if not order.shop.send_refunds:
        return _not_sent(order, refund, kept)
    if result.off_minor:
        _flag_rounding(order, refund, result.off_minor)
    words = f"Возврат {refund.source_id} по заказу {order.binding.document_name}"
    bodies = [
        (
            str(demand["id"]),
            return_to_moysklad.sales_return(
                order.shop.account.base_url,
                demand,
                result.taken,
                moment=refund.placed_at,
                description=": ".join(filter(None, (words, canonical.reason))),
            ),
        )
        for demand in demands
    ]
    return {**kept, "return": [{"demand": demand, "body": body} for demand, body in bodies if body]}


def _not_sent(order: Order, refund: Refund, kept: dict[str, Any]) -> dict[str, Any]:
    """The owner makes returns himself; staff see that this refund needs one."""
    amount = to_text(refund.amount_minor, order.currency)
    params = {"refund": refund.source_id, "amount": amount, "currency": order.currency}
    flags.show(order, Problem("refund_not_sent", params))
    return {**kept, "not_sent": True}


def _flag_rounding(order: Order, refund: Refund, off_minor: int) -> None:
    amounts = {"local": refund.amount_minor, "remote": refund.amount_minor - off_minor}
    shown = {key: to_text(minor, order.currency) for key, minor in amounts.items()}
    params = {"refund": refund.source_id, "currency": order.currency, **shown}
    flags.show(order, Problem("refund_rounding", params))


def _items(order: Order, refund: refunds.Refund) -> dict[str, str]:
    """The goods of the order's lines by line id. Raises Unmappable when a refunded one has no link (any more)."""
    named = {part.line_id for part in refund.lines}
    lines = order.canonical.lines
    found = items_of(order.shop, [line for line in lines if line.source_id in named])
    for line in lines:
        if line.source_id not in named:
            with suppress(Unmappable):
                found |= items_of(order.shop, [line])
    return {line_id: item.external_id for line_id, item in found.items()}


def _without_own(refund: Refund, demands: Sequence[Wire]) -> list[Wire]:
    """The shipments less the returns that were made of this very refund, by a bridge that was since restored from a
    backup: it is decided as it was then, and they are found by our key."""
    found: list[Wire] = []
    for demand in demands:
        own = str(related_sync_id(refund.order, return_key(refund, str(demand["id"]))))
        returns = [one for one in demand.get("returns") or [] if str(one.get("syncId") or "") != own]
        found.append({**demand, "returns": returns})
    return found


def _promised(order: Order, demands: Sequence[Wire]) -> dict[str, list[Wire]]:
    """Positions of returns that were decided and are not in the shipments yet, by shipment."""
    there = {str(one.get("syncId") or "") for demand in demands for one in demand.get("returns") or []}
    rows = order.documents.filter(source_key__startswith="refund:").exclude(external_id="")
    made = set(rows.values_list("source_key", flat=True))
    found: dict[str, list[Wire]] = {}
    for refund in living(order):
        for one in (refund.plan or {}).get("return", []):
            key = return_key(refund, one["demand"])
            if key in made or str(related_sync_id(order, key)) in there:
                continue
            if not (refund.plan or {}).get("by_hand"):
                found.setdefault(one["demand"], []).extend(one["body"]["positions"])
    return found


def _documents(order: Order, *source_keys: str) -> Any:
    """Those of these documents that were made."""
    return RelatedDocument.objects.filter(order=order, source_key__in=source_keys).exclude(external_id="")


def _keep(refund: Refund, plan: dict[str, Any] | None) -> bool:
    """Keep what was decided of a refund as it was read; False when a person settled it since, or the site told more of
    it: that stands."""
    with transaction.atomic():
        read = (refund.plan, refund.content)
        refund.hold()
        if (refund.plan, refund.content) != read:
            return False
        _save(refund, plan)
    return True


def _save(refund: Refund, plan: dict[str, Any] | None) -> None:
    refund.plan = plan
    refund.save(update_fields=["plan"])
