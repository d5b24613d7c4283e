"""Orders that have a document: what changed on our side since we wrote it goes there, on top of what it says now.

One reading for the whole batch comes first. It tells what staff did meanwhile (a state, goods, a removal), so that
nothing of theirs is overwritten unseen, and what was shipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.connections.models import Connection
from bridge.domain.errors import Problem
from bridge.domain.status import Side
from bridge.mapping import from_moysklad, to_moysklad
from bridge.orders import flags
from bridge.orders.models import OrderBinding
from bridge.outbox.enqueue import enqueue, on_their_way
from bridge.outbox.outcomes import Done, Failed, Outcome, Parked
from bridge.sync import kinds
from bridge.sync.document import document_body, earlier_release, lost_answers, staff_edits
from bridge.sync.document import order_document as parts
from bridge.sync.orders import after_writing, edits_to_site, known_goods, raised_prices, unwritten_refunds
from bridge.sync.orders.new_documents import GONE_CODES
from bridge.sync.orders.order_job import Job, Outcomes, each, note, send, wait_if_changed
from bridge.sync.refunds import refund_plans
from bridge.sync.states import removed_documents, status_news
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
    raised_prices.take_over(client, written)
    after_writing.conclude(note(account, written, outcomes), outcomes, _said)
    return outcomes


def _unchanged(job: Job) -> Outcome | None:
    """Finished without any call when our side says what it said before, and no answer was lost since."""
    binding, shop = job.binding, job.order.shop
    if binding.gone:
        return removed_documents.outcome(job.order, binding)
    if binding.sending or "seen" not in binding.written:
        return None
    news = (
        document_body.header_changes(shop, job.content, binding.written)
        or parts.state_to_send(shop, job.order.status, binding)
        or job.goods_differ
        or known_goods.reserve_differs(job)
        or refund_plans.unplanned(job.order)
        or removed_documents.goes_to_bin(job.order)
    )
    return None if news else _nothing_to_send(job)


def _read(client: MoySklad, jobs: Sequence[Job]) -> dict[str, Document]:
    """The documents as they are, by id; shipments are opened only where a refund asks for them."""
    if not jobs:
        return {}
    opened = ["positions"]
    if any(refund_plans.unplanned(job.order) or unwritten_refunds.of(job.order) for job in jobs):
        opened += refund_plans.OPENED
    ids = [job.binding.external_id for job in jobs]
    return {str(row["id"]): row for row in client.orders.by_ids(ids, opened, deleted=None)}


def _look(job: Job, documents: Mapping[str, Document]) -> Outcome | None:
    """What the document says before we write; an outcome when it is gone."""
    document = documents.get(job.binding.external_id)
    if document is None or document.get("deleted"):
        return _gone(job, Gone.BINNED if document else Gone.DELETED)
    if not lost_answers.carried_out(job.binding, document):
        wait_if_changed(job)
    lost_answers.settle(job.binding, document)
    earlier_release.settle(job.order.shop, job.content, job.binding, document)
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
    known_goods.plan(job, document)
    job.body = dict(document_body.header_changes(shop, job.content, binding.written))
    job.notes |= flags.only(staff_edits.keep(binding, document, job.body), staff_edits.KEPT)
    state = parts.state_to_send(shop, job.order.status, binding)
    if state and not _overruled(job):
        job.body["state"] = to_moysklad.state(account.base_url, state)
    job.body |= known_goods.body(job, document)
    if not job.body:
        return _nothing_to_send(job)
    job.body["meta"] = to_moysklad.entity(account.base_url, "customerorder", binding.external_id)["meta"]
    return None


def _overruled(job: Job) -> bool:
    """A manager gave the document a state that the site has not heard of yet, and the site changed the order too:
    whether the document's word counts."""
    shop, binding = job.order.shop, job.binding
    theirs = status_news.status_for(shop, binding.state_id)
    if theirs in ("", job.order.status) or binding.state_id == parts.state_for(shop, binding.site_status):
        return False
    if not on_their_way(kinds.STATUS, [job.order.object_key]):
        return False
    if status_news.settle(job.binding, theirs) is Side.SITE:
        return False
    parts.reflect(job.binding, job.order.status)
    job.binding.save(update_fields=["site_status", "expected_status"])
    return True


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
    if _shipped_meanwhile(job, answer) and unwritten_refunds.plan_anew(job.order):
        enqueue(job.order.shop, job.order.shop.account, kinds.ORDER, job.order.object_key)
    parts.confirm(job.binding, sent)
    staff_edits.remember(job.binding, answer, sent["header"])
    job.answered(answer)
    return None


def _shipped_meanwhile(job: Job, answer: Document) -> bool:
    """Whether goods left between our reading and our writing: refunds may have taken them out of the document."""
    if "positions" not in job.body or job.seen is None:
        return False
    return from_moysklad.document(answer).shipped_wire > job.seen.shipped_wire


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
