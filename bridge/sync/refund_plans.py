"""What became of an order's refunds: which part of each left the order's document, which goes back as a return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.domain import refunds
from bridge.domain.order import Order as Canonical
from bridge.orders.after_sale import Refund
from bridge.orders.models import Order


def as_it_stands(order: Order) -> Canonical:
    """The order less what left its document through refunds.

    Before there is a document every refund is simply part of the order; afterwards only what a plan took out of it.
    A refund that stands for a return in MoySklad is in neither: the return says it there.
    """
    gone = []
    has_document = bool(getattr(order, "binding", None) and order.binding.external_id)
    for refund in _living(order):
        if refund.plan is not None:
            gone += [refunds.from_json(part) for part in refund.plan.get("positions", [])]
        elif not has_document:
            gone.append(refund.canonical)
    return refunds.remaining(order.canonical, gone) if gone else order.canonical


def unplanned(order: Order) -> list[Refund]:
    """Refunds of which nothing was decided yet."""
    return [refund for refund in _living(order) if refund.plan is None]


def plan(order: Order, document: Mapping[str, Any]) -> None:
    """Decide on the refunds nothing was decided of, by what the document (positions and shipments opened) says."""


def wants_documents(order: Order) -> bool:
    """Whether a return or money back is still to be made in MoySklad."""
    return False


def _living(order: Order) -> list[Refund]:
    return [
        refund for refund in order.refunds.all() if refund.deleted_at is None and not refund.canonical.origin
    ]
