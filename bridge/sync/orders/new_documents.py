"""An order's first document: found when an earlier try has made it, else made together with those of other orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from bridge.connections.models import Connection
from bridge.domain.errors import DomainError, Problem
from bridge.mapping import from_moysklad, to_moysklad
from bridge.orders import flags
from bridge.orders.models import OrderBinding
from bridge.outbox.outcomes import Done, Failed, Outcome, Parked
from bridge.sync.account import directory
from bridge.sync.buyers import customers
from bridge.sync.document import document_body, staff_edits
from bridge.sync.document import order_document as parts
from bridge.sync.orders import after_writing, raised_prices
from bridge.sync.orders.linked_documents import OPENED, link
from bridge.sync.orders.order_job import (
    Job,
    Outcomes,
    each,
    look_up_goods,
    may_still_come,
    note,
    send,
    wait_if_changed,
)
from bridge.sync.refunds import refund_plans
from bridge.sync.states import removed_documents
from bridge.telemetry import metrics
from connectors.errors import ConnectorError, PermanentError, TransientError
from connectors.moysklad.client import MoySklad

GONE_CODES = frozenset({"1021", "1002", "2013", "2027"})


def find_earlier(client: MoySklad, account: Connection, jobs: Sequence[Job]) -> Outcomes:
    """A try without an answer may have made the document: found, it is bound with what that try carried. So may a
    bridge that was restored from a backup since, and remembers nothing: then the document stands as it is.
    """
    if not jobs:
        return {}
    by_sync_id = {str(job.binding.sync_id): job for job in jobs}
    try:
        documents = list(client.orders.by_sync_ids(list(by_sync_id), OPENED, deleted=None))
    except ConnectorError as error:
        return {job.pk: Failed(error) for job in jobs}
    outcomes: Outcomes = {}
    found = [(by_sync_id.pop(str(document["syncId"])), document) for document in documents]
    tried = [(job, document) for job, document in found if job.binding.sending]
    for job, document in found:
        if not job.binding.sending:
            link(job.order, document)
            outcomes[job.pk] = Done(f"document {document.get('name')} was there already")
    for job, document in tried:
        staff_edits.remember_sent(job.binding, document, (job.binding.sending or {}).get("header", {}))
        _bind(job, document)
    note(account, [job for job, _document in tried], outcomes)
    absent = [job for job in by_sync_id.values() if job.binding.sending]
    over = [job.binding for job in each(absent, outcomes, wait_if_changed) if not may_still_come(job.binding)]
    for binding in over:
        binding.sending = None
    OrderBinding.objects.bulk_update(over, ["sending"])
    return outcomes


def create(client: MoySklad, account: Connection, jobs: Sequence[Job]) -> Outcomes:
    """Make the documents that are missing, all in one call."""
    outcomes = _know_currencies(account, jobs)
    left = [job for job in jobs if job.pk not in outcomes]
    look_up_goods([job for job in left if job.wanted and not job.binding.gone])
    going = each(left, outcomes, _prepare)
    try:
        buyers = customers.resolve(client, account, {j.pk: (j.order.shop, j.content) for j in going})
    except ConnectorError as error:
        return outcomes | {job.pk: Failed(error) for job in going}
    ready = each(going, outcomes, lambda job: _with_buyer(account, job, buyers[job.pk]))
    made: list[Job] = []
    for job, answer in zip(ready, send(client, ready), strict=True):
        made += each([job], outcomes, lambda job, answer=answer: _answered(client, account, job, answer))  # type: ignore[misc]
    raised_prices.take_over(client, made)
    after_writing.conclude(note(account, made, outcomes), outcomes, _said)
    return outcomes


def _know_currencies(account: Connection, jobs: Sequence[Job]) -> Outcomes:
    """A currency may be newer than our last look at the account: one more look for the whole batch."""
    known = directory.currencies_of(account)
    strange = [job for job in jobs if job.wanted and job.content.currency not in known]
    try:
        if strange:
            directory.refresh_currencies(account)
    except ConnectorError as error:
        return {job.pk: Failed(error) for job in strange}
    return {}


def _prepare(job: Job) -> Outcome | None:
    if job.binding.gone:
        return removed_documents.outcome(job.order, job.binding)
    if not job.wanted:
        return Done("this status is not sent", answered=False)
    refund_plans.take_into_document(job.order)
    if job.order.total_minor > 0 and job.content.total_minor <= 0:
        return Done("it was refunded before it was sent", answered=False)
    job.body = document_body.whole_body(job.order.shop, job.content)
    if job.releases:
        job.body["positions"] = parts.with_reserve(job.body["positions"], (), reserved=False)
    job.body["syncId"] = str(job.binding.sync_id)
    return None


def _with_buyer(
    account: Connection, job: Job, buyer: customers.Found | ConnectorError | DomainError
) -> Outcome | None:
    if isinstance(buyer, DomainError):
        return Parked(buyer.problem)
    if isinstance(buyer, ConnectorError):
        return Failed(buyer)
    job.body["agent"] = to_moysklad.entity(account.base_url, "counterparty", buyer.agent_id)
    job.notes |= flags.only(buyer.notes, *customers.NOTES)
    return None


def _answered(
    client: MoySklad, account: Connection, job: Job, answer: Mapping[str, Any] | ConnectorError
) -> Outcome | None:
    if isinstance(answer, ConnectorError):
        return _refused(client, account, job, answer)
    staff_edits.remember(job.binding, answer, job.record()["header"])
    _bind(job, answer)
    return None


def _said(job: Job) -> str:
    return f"document {job.binding.document_name}"


def _bind(job: Job, document: Mapping[str, Any]) -> None:
    """From now on this document stands for the order; a state a manager gave it meanwhile is news for the site."""
    seen = job.answered(document)
    binding = job.binding
    sent = binding.sending or job.record()
    binding.external_id, binding.page_url = seen.external_id, seen.page_url
    binding.state_id = sent["state"] or seen.state_id
    parts.confirm(binding, sent)
    metrics.document_seconds.observe(max((timezone.now() - job.order.first_seen_at).total_seconds(), 0.0))


def _refused(client: MoySklad, account: Connection, job: Job, error: ConnectorError) -> Outcome:
    """A buyer deleted in MoySklad heals itself; other missing references wait for a person."""
    if not isinstance(error, PermanentError) or error.code not in GONE_CODES:
        return Failed(error)
    agent = from_moysklad.ref_id(job.body["agent"])
    if agent not in {str(row["id"]) for row in client.counterparties.by_ids([agent])}:
        if not customers.forget(account, agent):  # the owner's own choice: one buyer for all retail orders
            return Parked(Problem("reference_missing", {"detail": error.detail}))
        detail = "the buyer was deleted in MoySklad and is looked for anew"
        return Failed(TransientError(detail, status=404, why="buyer_gone"))
    return Parked(Problem("reference_missing", {"detail": error.detail}))
