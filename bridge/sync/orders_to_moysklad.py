"""Orders go to MoySklad: new ones are created in bulk, known ones get only what changed on our side since we wrote.

Each step works on the whole batch, because calls are scarce; each order has an outcome of its own. Before a call it is
kept with the order's binding what the call carries; until an answer confirms it, the document may or may not hold it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.connections import clients
from bridge.connections.models import Connection
from bridge.domain.errors import DomainError, Problem
from bridge.domain.money import to_text
from bridge.domain.order import Order as Canonical
from bridge.mapping import from_moysklad, to_moysklad
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome, Parked
from bridge.sync import customers, observed
from bridge.sync import order_document as parts
from connectors.errors import ConnectorError, NotFound, OutcomeUnknown, PermanentError, TransientError
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority

NAMESPACE = uuid.UUID("c6f1a3de-1b7e-5d26-8f55-54b2a8f0a7e1")
GONE_CODES = {"1021", "1002", "2013", "2027"}
Outcomes = dict[int, Outcome]


@dataclass
class Job:
    """One order on its way. `body` is what its call carries; `held_back` what keeps its goods from going along."""

    message: OutboxMessage
    order: Order
    canonical: Canonical
    binding: OrderBinding
    body: dict[str, Any] = field(default_factory=dict)
    held_back: Problem | None = None

    @property
    def pk(self) -> int:
        return self.message.pk

    @property
    def wanted(self) -> bool:
        """Whether an order in this status gets a document."""
        return self.order.status in self.order.shop.send_statuses


def sync_id(order: Order, generation: int) -> uuid.UUID:
    """The document's identity: the same order never becomes two documents (architecture, «Identity»)."""
    return uuid.uuid5(NAMESPACE, f"{order.shop_id}:order:{order.source_id}:{order.order_key}:{generation}")


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Bring the orders of these messages (one account) into MoySklad."""
    account = messages[0].shop.account
    client = clients.moysklad(account, Priority.ORDERS, tenant=messages[0].shop.name)
    jobs = _jobs(messages)
    outcomes: Outcomes = {}
    outcomes |= _find_earlier(
        client, account, [j for j in jobs if j.binding.sending and not j.binding.external_id]
    )
    left = [job for job in jobs if job.pk not in outcomes]
    new = [job for job in left if not job.binding.external_id]
    outcomes |= _create(client, account, new)
    outcomes |= _update(client, account, [job for job in left if job not in new])
    return outcomes


def _jobs(messages: Sequence[OutboxMessage]) -> list[Job]:
    by_pk = {int(message.object_key.removeprefix("order:")): message for message in messages}
    orders = (
        Order.objects.filter(pk__in=by_pk)
        .select_related("binding", "shop__site", "shop__account")
        .order_by("pk")
    )
    return [
        Job(
            by_pk[o.pk],
            o,
            o.canonical,
            getattr(o, "binding", None) or OrderBinding(order=o, sync_id=sync_id(o, 0)),
        )
        for o in orders
    ]


def _each(jobs: Sequence[Job], outcomes: Outcomes, step: Callable[[Job], Outcome | None]) -> list[Job]:
    """Run a step for each job; those it gives an outcome are finished, the others go on."""
    going = []
    for job in jobs:
        try:
            outcome = step(job)
        except DomainError as error:
            outcome = Parked(error.problem)
        except ConnectorError as error:
            outcome = Failed(error)
        if outcome is None:
            going.append(job)
        else:
            outcomes[job.pk] = outcome
    return going


def _send(client: MoySklad, jobs: Sequence[Job]) -> list[Any]:
    """Keep what each call carries, then call once for all; one answer or error for each job, in order."""
    for job in jobs:
        job.binding.sending = parts.record_of(job.body, job.canonical)
    fresh = [job.binding for job in jobs if job.binding.pk is None]
    OrderBinding.objects.bulk_create(fresh)
    OrderBinding.objects.bulk_update([job.binding for job in jobs], ["sending", "sync_id"])
    try:
        answers: list[Any] = client.orders.save([job.body for job in jobs]) if jobs else []
    except ConnectorError as error:
        answers = [error] * len(jobs)
    unsent = [
        job.binding
        for job, answer in zip(jobs, answers, strict=True)
        if isinstance(answer, ConnectorError) and not isinstance(answer, OutcomeUnknown)
    ]
    for binding in unsent:  # surely not carried out: no doubt stays behind
        binding.sending = None
    OrderBinding.objects.bulk_update(unsent, ["sending"])
    return answers


# --- new documents --------------------------------------------------------------------------------


def _find_earlier(client: MoySklad, account: Connection, jobs: Sequence[Job]) -> Outcomes:
    """A try without an answer may have made the document: found, it is bound with what that try carried."""
    if not jobs:
        return {}
    by_sync_id = {str(job.binding.sync_id): job for job in jobs}
    try:
        documents = list(client.orders.by_sync_ids(list(by_sync_id), deleted=None))
    except ConnectorError as error:
        return {job.pk: Failed(error) for job in jobs}
    for document in documents:
        _bind(account, by_sync_id.pop(str(document["syncId"])), document)
    absent = [job.binding for job in by_sync_id.values()]
    for binding in absent:
        binding.sending = None
    OrderBinding.objects.bulk_update(absent, ["sending"])
    return {}


def _create(client: MoySklad, account: Connection, jobs: Sequence[Job]) -> Outcomes:
    outcomes: Outcomes = {}
    going = _each(jobs, outcomes, _prepare_new)
    try:
        agents = customers.resolve(
            client, account, {j.pk: (j.canonical.customer, _buyer_keys(j)) for j in going}
        )
    except ConnectorError as error:
        return outcomes | {job.pk: Failed(error) for job in going}
    ready = _each(going, outcomes, lambda job: _with_buyer(account, job, agents[job.pk]))
    for job, answer in zip(ready, _send(client, ready), strict=True):
        if isinstance(answer, ConnectorError):
            _each([job], outcomes, lambda job, error=answer: _refused(client, account, job, error))  # type: ignore[misc]
        else:
            outcomes[job.pk] = _created(account, job, answer)
    return outcomes


def _prepare_new(job: Job) -> Outcome | None:
    if job.binding.gone:
        return _after_removal(job)
    if not job.wanted:
        return Done("this status is not sent", answered=False)
    job.body = parts.whole_body(job.order.shop, job.canonical)
    job.body["syncId"] = str(job.binding.sync_id)
    return None


def _buyer_keys(job: Job) -> list[tuple[str, str]]:
    return customers.keys_of(job.canonical.customer, job.order.shop.site.name, f"order-{job.order.source_id}")


def _with_buyer(account: Connection, job: Job, agent: str | ConnectorError) -> Outcome | None:
    if isinstance(agent, ConnectorError):
        return Failed(agent)
    job.body["agent"] = to_moysklad.entity(account.base_url, "counterparty", agent)
    return None


def _created(account: Connection, job: Job, answer: Mapping[str, Any]) -> Outcome:
    _bind(account, job, answer)
    return _checked(job, f"document {job.binding.document_name}")


def _bind(account: Connection, job: Job, document: Mapping[str, Any]) -> None:
    """From now on this document stands for the order; a state a manager gave it meanwhile is news for the site."""
    seen, binding = from_moysklad.document(document), job.binding
    sent = binding.sending or parts.record_of(job.body, job.canonical)
    binding.external_id, binding.page_url = seen.external_id, seen.page_url
    binding.state_id = sent["state"] or seen.state_id
    parts.confirm(binding, sent)
    observed.note(account, binding, seen)


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


def _update(client: MoySklad, account: Connection, jobs: Sequence[Job]) -> Outcomes:
    """Send what changed in one bulk call (single PUTs are counted: 100 a minute ban an account)."""
    outcomes: Outcomes = {}
    ready = _each(jobs, outcomes, lambda job: _prepare_update(client, account, job))
    for job, answer in zip(ready, _send(client, ready), strict=True):
        if isinstance(answer, ConnectorError):
            _each([job], outcomes, lambda job, error=answer: _not_updated(client, account, job, error))  # type: ignore[misc]
        else:
            parts.confirm(job.binding, job.binding.sending or parts.record_of(job.body, job.canonical))
            observed.note(account, job.binding, from_moysklad.document(answer))
            outcomes[job.pk] = _checked(
                job, f"document {job.binding.document_name}: {', '.join(sorted(job.body))}"
            )
    return outcomes


def _prepare_update(client: MoySklad, account: Connection, job: Job) -> Outcome | None:
    """Only what changed on our side; an outcome when that is nothing."""
    binding, shop = job.binding, job.order.shop
    if binding.gone:
        return _after_removal(job)
    header = parts.header_of(job.canonical)
    job.body = {key: value for key, value in header.items() if value != binding.written.get(key)}
    if state := parts.state_to_send(shop, job.order.status, binding):
        job.body["state"] = to_moysklad.state(account.base_url, state)
    if parts.goods_digest(job.canonical) != binding.goods:
        try:
            job.body |= _goods(client, job)
        except DomainError as error:
            job.held_back = error.problem
        except NotFound:
            return _gone(job)
    if not job.body:
        if binding.site_status != job.order.status:
            binding.site_status = job.order.status
            binding.save(update_fields=["site_status"])
        return (
            Parked(job.held_back) if job.held_back else Done("nothing changed for MoySklad", answered=False)
        )
    job.body["meta"] = to_moysklad.entity(account.base_url, "customerorder", binding.external_id)["meta"]
    return None


def _goods(client: MoySklad, job: Job) -> dict[str, Any]:
    """The positions as the site has them now; only if the document still holds what we last wrote. Raises
    Unmappable."""
    wanted = parts.whole_body(job.order.shop, job.canonical)
    document = client.orders.get(job.binding.external_id, expand=("positions",))
    present = from_moysklad.positions(document)
    ours = [job.binding.written.get("positions"), (job.binding.sending or {}).get("positions")]
    if not any(parts.same_positions(present, known) for known in ours if known is not None):
        raise DomainError("positions_changed_on_both_sides", document=job.binding.document_name)
    return {"positions": parts.with_ids(wanted["positions"], document), "vatEnabled": wanted["vatEnabled"]}


def _checked(job: Job, detail: str) -> Outcome:
    """Done, unless goods were held back or MoySklad counts another sum than the site."""
    if job.held_back:
        return Parked(job.held_back)
    remote, local = job.binding.sum_minor, job.order.total_minor
    if "positions" in job.body and remote != local:
        currency = job.order.currency
        figures = {"remote": to_text(remote, currency), "local": to_text(local, currency)}
        return Parked(Problem("sum_differs", figures))
    return Done(f"{detail}, {to_text(remote, job.order.currency)} {job.order.currency}")


def _not_updated(client: MoySklad, account: Connection, job: Job, error: ConnectorError) -> Outcome:
    missing = isinstance(error, NotFound) or (isinstance(error, PermanentError) and error.code in GONE_CODES)
    if not missing:
        return Failed(error)
    found = client.orders.by_ids([job.binding.external_id], deleted=None)
    if not found or from_moysklad.document(found[0]).deleted:
        return _gone(job, OrderBinding.Gone.BINNED if found else OrderBinding.Gone.DELETED)
    return Parked(Problem("reference_missing", {"detail": error.detail}))


def _gone(job: Job, how: str = OrderBinding.Gone.DELETED) -> Outcome:
    job.binding.gone = how
    job.binding.save(update_fields=["gone"])
    return _after_removal(job)


def _after_removal(job: Job) -> Outcome:
    """No silent re-creation: staff choose, and what they chose holds."""
    if job.binding.gone == OrderBinding.Gone.LEFT:
        return Done("the document was removed in MoySklad and is left so", answered=False)
    return Parked(Problem("document_gone", {"document": job.binding.document_name}))
