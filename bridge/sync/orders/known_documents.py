"""Orders that have a document: what changed on our side since we wrote it goes there, on top of what it says now.

One reading for the whole batch comes first. It tells what staff did meanwhile (a state, goods, a removal), so that
nothing of theirs is overwritten unseen, and what was shipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.connections.models import Connection
from bridge.domain.errors import DomainError, Problem
from bridge.mapping import from_moysklad, to_moysklad
from bridge.orders import flags
from bridge.orders.models import OrderBinding
from bridge.outbox.outcomes import Done, Failed, Outcome, Parked
from bridge.sync.document import document_body, lost_answers, staff_edits
from bridge.sync.document import order_document as parts
from bridge.sync.orders import after_writing, edits_to_site
from bridge.sync.orders.new_documents import GONE_CODES
from bridge.sync.orders.order_job import Job, Outcomes, each, note, send
from bridge.sync.refunds import refund_plans
from bridge.sync.states import removed_documents
from connectors.errors import ConnectorError, NotFound, PermanentError
from connectors.moysklad.client import MoySklad

Gone = OrderBinding.Gone
Document = Mapping[str, Any]


def update(client: MoySklad, account: Connection, jobs: Sequence[Job]) -> Outcomes:
    """Bring known documents up to date: nothing, or two calls for the batch (single PUTs are counted: 100 a minute
    ban an account)."""
    outcomes: Outcomes = {}
    going = each(jobs, outcomes, _unchanged)
    try:
        documents = _read(client, going)
    except ConnectorError as error:
        return outcomes | {job.pk: Failed(error) for job in going}
    there = note(account, each(going, outcomes, lambda job: _look(job, documents)), outcomes)
    ready = each(there, outcomes, lambda job: _prepare(client, account, job, documents))
    written: list[Job] = []
    for job, answer in zip(ready, send(client, ready), strict=True):
        written += each([job], outcomes, lambda job, answer=answer: _answered(client, job, answer))  # type: ignore[misc]
    after_writing.conclude(note(account, written, outcomes), outcomes, _said)
    return outcomes


def _unchanged(job: Job) -> Outcome | None:
    """Finished without any call when our side says what it said before, and no answer was lost since."""
    binding, shop = job.binding, job.order.shop
    if binding.gone:
        return removed_documents.outcome(job.order, binding)
    if binding.sending:
        return None
    news = (
        document_body.header_changes(shop, job.content, binding.written)
        or parts.state_to_send(shop, job.order.status, binding)
        or _goods_differ(job)
        or _reserve_differs(job)
        or refund_plans.unplanned(job.order)
        or removed_documents.goes_to_bin(job.order)
    )
    return None if news else _nothing_to_send(job)


def _read(client: MoySklad, jobs: Sequence[Job]) -> dict[str, Document]:
    """The documents as they are, by id; shipments are opened only where a refund asks for them."""
    if not jobs:
        return {}
    opened = ["positions"]
    if any(refund_plans.unplanned(job.order) for job in jobs):
        opened += refund_plans.OPENED
    ids = [job.binding.external_id for job in jobs]
    return {str(row["id"]): row for row in client.orders.by_ids(ids, opened, deleted=None)}


def _look(job: Job, documents: Mapping[str, Document]) -> Outcome | None:
    """What the document says before we write; an outcome when it is gone."""
    document = documents.get(job.binding.external_id)
    if document is None or document.get("deleted"):
        return _gone(job, Gone.BINNED if document else Gone.DELETED)
    lost_answers.settle(job.binding, document)
    edits_to_site.noticed(job.order, job.binding, document)
    job.seen = from_moysklad.document(document)
    return None


def _prepare(
    client: MoySklad, account: Connection, job: Job, documents: Mapping[str, Document]
) -> Outcome | None:
    """The body of what must go; an outcome when that is nothing."""
    binding, shop = job.binding, job.order.shop
    document = documents[binding.external_id]
    if removed_documents.goes_to_bin(job.order):
        return removed_documents.put_into_bin(client, job.order, binding)
    refund_plans.plan(job.order, document)
    job.__dict__.pop("content", None)  # a plan may just have taken something out of the document
    job.body = dict(document_body.header_changes(shop, job.content, binding.written))
    job.notes |= flags.only(staff_edits.keep(binding, document, job.body), staff_edits.KEPT)
    if state := parts.state_to_send(shop, job.order.status, binding):
        job.body["state"] = to_moysklad.state(account.base_url, state)
    try:
        job.body |= _goods(job, document)
    except DomainError as error:
        job.held_back = error.problem
    if not job.body:
        return _nothing_to_send(job)
    job.body["meta"] = to_moysklad.entity(account.base_url, "customerorder", binding.external_id)["meta"]
    return None


def _goods(job: Job, document: Document) -> dict[str, Any]:
    """The positions as the site has them now, or as they are when only the reserve changes. Raises Unmappable."""
    present = parts.rows_of(document)
    reserved = job.order.shop.reserve and not job.releases
    if not _goods_differ(job):
        if not _reserve_differs(job):
            return {}
        rows = parts.as_they_are(present)
        return {"positions": parts.with_reserve(rows, present, reserved=reserved)}
    wanted = document_body.whole_body(job.order.shop, job.content)
    facts = [from_moysklad.position_facts(row) for row in present]
    known, name = job.binding.written.get("positions"), job.binding.document_name
    doubtful = edits_to_site.in_doubt(job.order, job.binding)
    if doubtful or known is None or not parts.same_positions(facts, known):
        raise DomainError("positions_changed_on_both_sides", document=name)
    rows = parts.with_ids(wanted["positions"], present)
    if parts.less_than_shipped(rows, present):
        raise DomainError("less_than_shipped", document=name)
    return {
        "positions": parts.with_reserve(rows, present, reserved=reserved),
        "vatEnabled": wanted["vatEnabled"],
        **({"rate": wanted["rate"]} if "rate" in wanted else {}),
    }


def _goods_differ(job: Job) -> bool:
    """An order that was given back whole keeps its lines in the document, for the record: only the reserve goes."""
    return bool(job.content.lines or job.content.charges) and (
        parts.goods_digest(job.content) != job.binding.goods
    )


def _reserve_differs(job: Job) -> bool:
    """Documents written before this was kept had everything reserved that the shop reserves."""
    return job.order.shop.reserve and bool(job.binding.written.get("reserved", True)) == job.releases


def _nothing_to_send(job: Job) -> Outcome:
    binding = job.binding
    if binding.site_status != job.order.status:
        parts.reflect(binding, job.order.status)
        binding.save(update_fields=["site_status", "expected_status"])
    after_writing.outcome(job, "")
    return Parked(job.held_back) if job.held_back else Done("nothing changed for MoySklad", answered=False)


def _answered(client: MoySklad, job: Job, answer: Document | ConnectorError) -> Outcome | None:
    if isinstance(answer, ConnectorError):
        return _refused(client, job, answer)
    sent = job.binding.sending or job.record()
    parts.confirm(job.binding, sent)
    staff_edits.remember(job.binding, answer, sent["header"])
    job.seen = from_moysklad.document(answer)
    return None


def _said(job: Job) -> str:
    fields = ", ".join(sorted(set(job.body) - {"meta"}))
    return f"document {job.binding.document_name}: {fields}"


def _refused(client: MoySklad, job: Job, error: ConnectorError) -> Outcome:
    missing = isinstance(error, NotFound) or (isinstance(error, PermanentError) and error.code in GONE_CODES)
    if not missing:
        return Failed(error)
    found = client.orders.by_ids([job.binding.external_id], deleted=None)
    if not found or from_moysklad.document(found[0]).deleted:
        return _gone(job, Gone.BINNED if found else Gone.DELETED)
    return Parked(Problem("reference_missing", {"detail": error.detail}))


def _gone(job: Job, how: str) -> Outcome:
    job.binding.gone = how
    job.binding.save(update_fields=["gone"])
    return removed_documents.outcome(job.order, job.binding)
