"""What follows a write: the sums are compared, flags raised, payments and returns queued."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from bridge.domain.errors import Problem
from bridge.domain.money import to_text
from bridge.orders import flags
from bridge.outbox.enqueue import enqueue
from bridge.outbox.outcomes import Done, Outcome, Parked
from bridge.sync import kinds
from bridge.sync.document import document_body
from bridge.sync.orders.order_job import Job, Outcomes, each
from bridge.sync.payments import payments_to_moysklad
from bridge.sync.refunds import refund_plans

SUM = "sum_differs"


def conclude(jobs: Sequence[Job], outcomes: Outcomes, said: Callable[[Job], str]) -> None:
    """The outcomes of orders that were written just now; what follows for all of them is queued at once."""
    with transaction.atomic():
        each(jobs, outcomes, lambda job: outcome(job, said(job)))


def outcome(job: Job, detail: str) -> Outcome:
    """Done, unless goods were held back; what staff should know is among the job's notes."""
    order, binding = job.order, job.binding
    notes = document_body.notes_of(order.shop, job.content)
    job.notes |= flags.only(notes, *document_body.FLAGS)
    if "positions" in job.body:
        job.notes |= flags.only(_sums(job), SUM)
    if payments_to_moysklad.wants_payment(order):
        enqueue(order.shop, order.shop.account, kinds.PAYMENT, order.object_key)
    if refund_plans.wants_documents(order):
        enqueue(order.shop, order.shop.account, kinds.REFUND, order.object_key)
    if job.held_back:
        return Parked(job.held_back)
    return Done(f"{detail}, {to_text(binding.sum_minor, order.currency)} {order.currency}")


def _sums(job: Job) -> list[Problem]:
    """What MoySklad counts against what the order costs: a minimum price, for example, raises a price silently."""
    remote, local, currency = job.binding.sum_minor, job.content.total_minor, job.order.currency
    if remote == local or job.given_back:
        return []  # what was given back whole keeps its lines in the document, for the record
    return [Problem(SUM, {"remote": to_text(remote, currency), "local": to_text(local, currency)})]
