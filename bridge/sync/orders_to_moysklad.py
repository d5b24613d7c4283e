"""Orders go to MoySklad: new ones are created in bulk, known ones get only what changed on our side since we wrote.

Each step works on the whole batch, because calls are scarce; each order has an outcome of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.connections import clients
from bridge.connections.models import Connection
from bridge.domain.errors import DomainError, Problem, Unmappable
from bridge.domain.money import to_text
from bridge.domain.order import Order as Canonical
from bridge.mapping import from_moysklad, to_moysklad
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome, Parked
from bridge.sync import customers
from bridge.sync.order_document import UPDATABLE, body_of, same_positions, with_ids, written_form
from connectors.errors import ConnectorError, NotFound, PermanentError, TransientError
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority

NAMESPACE = uuid.UUID("c6f1a3de-1b7e-5d26-8f55-54b2a8f0a7e1")
GONE_CODES = {"1021", "1002", "2013", "2027"}


@dataclass
class Job:
    """One order on its way: what must stand in the document, and what came of it."""

    message: OutboxMessage
    order: Order
    canonical: Canonical
    binding: OrderBinding | None
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def wanted(self) -> bool:
        """Whether an order in this status gets a document."""
        return self.order.status in self.order.shop.send_statuses

    @property
    def doubtful(self) -> bool:
        """An earlier try may have made the document without our knowing."""
        return self.message.outcome_unknown or self.message.attempts > 0

    @property
    def sync_id(self) -> uuid.UUID:
        """The document's identity: the same order never becomes two documents (architecture, «Identity»)."""
        generation = self.binding.generation if self.binding else 0
        shop = self.order.shop_id
        return uuid.uuid5(
            NAMESPACE, f"{shop}:order:{self.order.source_id}:{self.order.order_key}:{generation}"
        )


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Bring the orders of these messages (one account) into MoySklad."""
    account = messages[0].shop.account
    client = clients.moysklad(account, Priority.ORDERS, tenant=messages[0].shop.name)
    outcomes: dict[int, Outcome] = {}
    creates: list[Job] = []
    updates: list[Job] = []
    for job in _jobs(messages):
        try:
            verdict = _prepare(job)
        except DomainError as error:
            verdict = Parked(error.problem)
        if verdict is not None:
            outcomes[job.message.pk] = verdict
        else:
            (updates if _has_document(job) else creates).append(job)
    outcomes |= _create(client, account, creates, updates)
    outcomes |= _update(client, account, updates)
    return outcomes


def _jobs(messages: Sequence[OutboxMessage]) -> list[Job]:
    by_pk = {int(message.object_key.removeprefix("order:")): message for message in messages}
    orders = (
        Order.objects.filter(pk__in=by_pk)
        .select_related("binding", "shop__site", "shop__account")
        .order_by("pk")
    )
    return [Job(by_pk[o.pk], o, o.canonical, getattr(o, "binding", None)) for o in orders]


def _has_document(job: Job) -> bool:
    return job.binding is not None and bool(job.binding.external_id)


def _prepare(job: Job) -> Outcome | None:
    """Build the body without its buyer; an outcome when there is nothing to send. Raises Unmappable."""
    shop, binding = job.order.shop, job.binding
    if binding is not None and binding.gone == OrderBinding.Gone.LEFT:
        return Done("the document was removed in MoySklad and is left so")
    if binding is not None and binding.gone:
        return Parked(Problem("document_gone", {"document": binding.document_name}))
    if binding is None and not job.wanted and not job.doubtful:
        return Done("this status is not sent")
    job.body = body_of(shop, job.canonical)
    if _has_document(job) and not changed_fields(job):
        _remember_status(job)
        return Done("nothing changed for MoySklad")
    return None


def changed_fields(job: Job) -> list[str]:
    """The fields that changed on our side since our last write. A state that MoySklad itself brought about is none."""
    binding = job.binding
    if binding is None:
        return list(UPDATABLE)
    wanted = written_form(job.body)
    changed = [key for key in wanted if wanted[key] != binding.written.get(key)]
    if "state" in changed and job.order.status == binding.site_status:
        changed.remove("state")
    if "positions" not in changed and "vatEnabled" in changed:
        changed.remove("vatEnabled")
    return changed


# --- new documents --------------------------------------------------------------------------------


def _create(client: MoySklad, account: Connection, jobs: list[Job], updates: list[Job]) -> dict[int, Outcome]:
    """Create documents; orders whose earlier try may have arrived are looked up first and may join `updates`."""
    jobs, outcomes = _find_earlier(client, jobs, updates)
    if not jobs:
        return outcomes
    agents = customers.resolve(
        client,
        account,
        {j.order.pk: (j.canonical.customer, _buyer_keys(j)) for j in jobs},
    )
    ready: list[Job] = []
    for job in jobs:
        agent = agents[job.order.pk]
        if isinstance(agent, ConnectorError):
            outcomes[job.message.pk] = Failed(agent)
            continue
        job.body["agent"] = to_moysklad.entity(account.base_url, "counterparty", agent)
        job.body["syncId"] = str(job.sync_id)
        ready.append(job)
    _remember_sending(ready)
    for job, answer in zip(
        ready, client.orders.save([job.body for job in ready]) if ready else [], strict=True
    ):
        if isinstance(answer, ConnectorError):
            outcomes[job.message.pk] = _refused(client, account, job, answer)
        else:
            outcomes[job.message.pk] = _bind(job, answer, written_form(job.body), job.order.status)
    return outcomes


def _buyer_keys(job: Job) -> list[tuple[str, str]]:
    return customers.keys_of(job.canonical.customer, job.order.shop.site.name, f"order-{job.order.source_id}")


def _find_earlier(
    client: MoySklad, jobs: list[Job], updates: list[Job]
) -> tuple[list[Job], dict[int, Outcome]]:
    """Documents that an unanswered try has made; they are bound with what that try had sent, then updated."""
    outcomes: dict[int, Outcome] = {}
    doubtful = {str(job.sync_id): job for job in jobs if job.doubtful}
    if not doubtful:
        return jobs, outcomes
    for document in client.orders.by_sync_ids(list(doubtful)):
        job = doubtful[str(document["syncId"])]
        sent = job.message.payload
        _bind(
            job,
            document,
            sent.get("sent") or written_form(job.body),
            sent.get("sent_status", job.order.status),
        )
        jobs = [other for other in jobs if other is not job]
        if changed_fields(job):
            updates.append(job)
        else:
            outcomes[job.message.pk] = Done(f"found as {document['name']}: an earlier try had arrived")
    outcomes |= {job.message.pk: Done("this status is not sent") for job in jobs if not job.wanted}
    return [job for job in jobs if job.wanted], outcomes


def _remember_sending(jobs: Sequence[Job]) -> None:
    """Before the call: should its answer be lost, we know what the document held when we made it."""
    for job in jobs:
        sent = {"sent": written_form(job.body), "sent_status": job.order.status}
        job.message.payload = {**job.message.payload, **sent}
    OutboxMessage.objects.bulk_update([job.message for job in jobs], ["payload"])


def _bind(job: Job, document: Mapping[str, Any], written: dict[str, Any], site_status: str) -> Outcome:
    seen = from_moysklad.document(document)
    fields = {
        "external_id": seen.external_id,
        "sync_id": job.sync_id,
        "document_name": seen.name,
        "page_url": seen.page_url,
        "sum_minor": seen.sum_minor,
        "written": written,
        "state_id": seen.state_id,
        "site_status": site_status,
        "remote_updated_at": seen.updated_at,
        "gone": OrderBinding.Gone.NO,
    }
    job.binding, _ = OrderBinding.objects.update_or_create(order=job.order, defaults=fields)
    return Done(f"document {seen.name}, {to_text(seen.sum_minor, job.order.currency)} {job.order.currency}")


def _refused(client: MoySklad, account: Connection, job: Job, error: ConnectorError) -> Outcome:
    """A buyer deleted in MoySklad heals itself; other missing references wait for a person."""
    if not isinstance(error, PermanentError) or error.code not in GONE_CODES:
        return Failed(error)
    agent = from_moysklad.ref_id(job.body["agent"])
    if agent not in {str(row["id"]) for row in client.counterparties.by_ids([agent])}:
        customers.forget(account, agent)
        return Failed(TransientError("the buyer was deleted in MoySklad and is looked for anew", status=404))
    return Parked(Problem("reference_missing", {"detail": error.detail}))


# --- known documents ------------------------------------------------------------------------------


def _update(client: MoySklad, account: Connection, jobs: Sequence[Job]) -> dict[int, Outcome]:
    """Send what changed: one PUT for one order, one bulk call for many (100 PUTs a minute ban an account)."""
    outcomes: dict[int, Outcome] = {}
    ready: list[tuple[Job, dict[str, Any]]] = []
    for job in jobs:
        try:
            ready.append((job, _update_body(client, job)))
        except DomainError as error:
            outcomes[job.message.pk] = Parked(error.problem)
        except NotFound:
            outcomes[job.message.pk] = _gone(job)
        except ConnectorError as error:
            outcomes[job.message.pk] = Failed(error)
    bodies = [{**body, "meta": _own_meta(account, job)} for job, body in ready]
    for (job, body), answer in zip(ready, client.orders.save(bodies) if bodies else [], strict=True):
        if isinstance(answer, NotFound) or (isinstance(answer, PermanentError) and answer.code in GONE_CODES):
            outcomes[job.message.pk] = _gone(job) if _is_gone(client, job) else _missing(answer)
        elif isinstance(answer, ConnectorError):
            outcomes[job.message.pk] = Failed(answer)
        else:
            outcomes[job.message.pk] = _updated(job, body, answer)
    return outcomes


def _own_meta(account: Connection, job: Job) -> dict[str, Any]:
    binding = job.binding
    external_id = binding.external_id if binding else ""
    meta: dict[str, Any] = to_moysklad.entity(account.base_url, "customerorder", external_id)["meta"]
    return meta


def _update_body(client: MoySklad, job: Job) -> dict[str, Any]:
    """Only the changed fields; positions only if the document still holds what we last wrote."""
    binding = job.binding
    body = {key: job.body[key] for key in changed_fields(job)}
    if "positions" in body and binding is not None:
        document = client.orders.get(binding.external_id, expand=("positions",))
        if not same_positions(from_moysklad.positions(document), binding.written.get("positions", [])):
            raise Unmappable("positions_changed_on_both_sides", document=binding.document_name)
        body["positions"] = with_ids(body["positions"], document)
        body["vatEnabled"] = job.body["vatEnabled"]
    return body


def _updated(job: Job, body: Mapping[str, Any], answer: Mapping[str, Any]) -> Outcome:
    binding = job.binding
    if binding is None:
        return Done()
    seen = from_moysklad.document(answer)
    binding.written = {**binding.written, **written_form(body)}
    binding.state_id = seen.state_id
    binding.sum_minor = seen.sum_minor
    binding.remote_updated_at = seen.updated_at
    binding.site_status = job.order.status
    binding.save(update_fields=["written", "state_id", "sum_minor", "remote_updated_at", "site_status"])
    return Done(f"document {binding.document_name}: {', '.join(sorted(body))}")


def _remember_status(job: Job) -> None:
    if job.binding is not None and job.binding.site_status != job.order.status:
        job.binding.site_status = job.order.status
        job.binding.save(update_fields=["site_status"])


def _is_gone(client: MoySklad, job: Job) -> bool:
    binding = job.binding
    found = client.orders.by_ids([binding.external_id]) if binding else []
    return not any(not from_moysklad.document(row).deleted for row in found)


def _gone(job: Job) -> Outcome:
    binding = job.binding
    if binding is None:
        return Done()
    binding.gone = OrderBinding.Gone.DELETED
    binding.save(update_fields=["gone"])
    return Parked(Problem("document_gone", {"document": binding.document_name}))


def _missing(error: ConnectorError) -> Outcome:
    return Parked(Problem("reference_missing", {"detail": error.detail}))
