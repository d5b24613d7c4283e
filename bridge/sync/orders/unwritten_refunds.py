"""Refunds that were to leave a document and never did, because its goods were shipped before that was written."""

from __future__ import annotations

from bridge.domain import refunds
from bridge.orders.after_sale import Refund
from bridge.orders.models import Order
from bridge.sync.document import order_document as parts
from bridge.sync.refunds import refund_plans


def of(order: Order) -> list[Refund]:
    """The last refunds planned, without which the order is what its document was confirmed to hold."""
    planned = [(one, one.plan or {}) for one in refund_plans.living(order) if _leaves(one)]
    for kept in reversed(range(len(planned))):
        gone = [refunds.from_json(part) for _one, plan in planned[:kept] for part in plan["positions"]]
        before = refunds.remaining(order.canonical, gone) if gone else order.canonical
        if parts.goods_digest(before) == order.binding.goods:
            return [one for one, plan in planned[kept:] if not plan.get("by_hand")]
    return []


def plan_anew(order: Order) -> bool:
    """Forget what was decided of them; False when there is nothing to decide anew."""
    forgotten = [refund for refund in of(order) if refund_plans.plan_anew(refund)]
    return bool(forgotten)


def _leaves(refund: Refund) -> bool:
    return bool(refund.plan and refund.plan.get("positions"))
