"""What goes into a known document of an order's goods: what the site changed, never over what staff changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bridge.domain.errors import DomainError
from bridge.mapping import from_moysklad
from bridge.sync.document import document_body
from bridge.sync.document import order_document as parts
from bridge.sync.orders import edits_to_site, goods_choice, unwritten_refunds
from bridge.sync.orders.order_job import Job
from bridge.sync.refunds import refund_plans

Document = Mapping[str, Any]


def plan(job: Job, document: Document) -> None:
    refund_plans.plan(job.order, document)
    job.__dict__.pop("content", None)  # a plan may just have taken something out of the document


def body(job: Job, document: Document) -> dict[str, Any]:
    """What goes of the goods; what keeps them back is noted with the job. Refunds whose goods were shipped before they
    left the document are decided anew.

    An order that is over asks nothing about its goods, or it would keep its reserve until somebody looks.
    """
    try:
        return _goods(job, document)
    except DomainError as error:
        problem = error.problem
    if problem.code == goods_choice.SHIPPED and unwritten_refunds.plan_anew(job.order):
        plan(job, document)
        try:
            return _goods(job, document)
        except DomainError as error:
            problem = error.problem
    if job.releases:
        job.goods_left = True
        return _reserve(job, parts.rows_of(document))
    job.held_back = problem
    return {}


def _goods(job: Job, document: Document) -> dict[str, Any]:
    """The positions as the site has them now, or as they are when only the reserve changes. Raises Unmappable."""
    present, choice = parts.rows_of(document), goods_choice.chosen(job.message)
    if not job.goods_differ:
        return _reserve(job, present)
    wanted = document_body.whole_body(job.order.shop, job.content)
    facts = from_moysklad.positions(document)
    if choice == goods_choice.DOCUMENT or _says_so_already(facts, wanted, document):
        _agree(job, facts)
        return _reserve(job, present)
    known, name = job.binding.written.get("positions"), job.binding.document_name
    doubtful = edits_to_site.in_doubt(job.order, job.binding) or job.binding.written.get("foreign")
    if choice != goods_choice.SITE and (doubtful or known is None or not parts.same_positions(facts, known)):
        raise DomainError(goods_choice.CONFLICT, document=name, positions=json.dumps(list(facts)))
    rows = parts.with_ids(wanted["positions"], present)
    if parts.less_than_shipped(rows, present):
        raise DomainError(goods_choice.SHIPPED, document=name)
    return {
        "positions": parts.with_reserve(rows, present, reserved=job.reserves),
        "vatEnabled": wanted["vatEnabled"],
        **({"rate": wanted["rate"]} if "rate" in wanted else {}),
    }


def _says_so_already(facts: parts.Rows, wanted: Mapping[str, Any], document: Document) -> bool:
    """A person made the document what the site wants."""
    there, asked = ((one.get("rate") or {}).get("currency") for one in (document, wanted))
    if asked and from_moysklad.ref_id(asked) != from_moysklad.ref_id(there):
        return False
    return parts.same_positions(facts, [from_moysklad.position_facts(row) for row in wanted["positions"]])


def _agree(job: Job, facts: parts.Rows) -> None:
    binding = job.binding
    binding.written = {**binding.written, "positions": list(facts), "foreign": False}
    binding.goods = parts.goods_digest(job.content)
    binding.save(update_fields=["written", "goods"])


def _reserve(job: Job, present: parts.Rows) -> dict[str, Any]:
    if not reserve_differs(job):
        return {}
    return {"positions": parts.with_reserve(parts.as_they_are(present), present, reserved=job.reserves)}


def reserve_differs(job: Job) -> bool:
    """What people reserve themselves is theirs."""
    return None not in (job.reserves, job.reserved) and job.reserves != job.reserved
