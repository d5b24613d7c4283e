"""A paid order becomes one payment document in MoySklad, linked to the order's own, by the owner's payment methods.

Staff may have entered the money, or a part of it: what each document says is read first, and only the rest is made.
`written["paid"]` of a binding: its document has been seen to, by us or by people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from bridge.connections import clients
from bridge.connections.book import book_of
from bridge.connections.models import DirectoryEntry, PaymentMethod
from bridge.domain.payment_due import payment_due
from bridge.mapping import from_moysklad, moysklad_money, to_moysklad
from bridge.mapping.payment_to_moysklad import Parties, payment
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome
from bridge.sync.payments import earlier_payments, related_documents
from bridge.sync.payments.payment_job import Job
from connectors.errors import ConnectorError
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority
from connectors.moysklad.payments import INCOMING, KINDS


def wants_payment(order: Order) -> bool:
    """Paid on the site, by a method that makes a document, and its document was not seen to yet."""
    binding = getattr(order, "binding", None)
    if binding is None or not binding.external_id or binding.gone or order.total_minor <= 0:
        return False
    if binding.written.get("paid"):
        return False
    return order.content.get("paid_at") is not None and bool(method_of(order).document)


def method_of(order: Order) -> PaymentMethod:
    """What the owner chose for the order's payment method, or for all others; no document when nothing was chosen."""
    rows = book_of(order.shop).payment_methods
    chosen = rows.get(str(order.content.get("payment_method", ""))) or rows.get("*")
    return chosen or PaymentMethod(shop=order.shop)


def parties(order: Order, method: PaymentMethod) -> Parties:
    """Whom the order's money is between, as its document has them."""
    book = book_of(order.shop)
    account = book.entry(DirectoryEntry.Kind.ACCOUNT, method.organization_account_id)
    is_theirs = account is not None and account.detail == order.binding.organization_id
    known = book.entries(DirectoryEntry.Kind.CURRENCY)
    currency = next((entry for entry in known if entry.detail == order.currency), None)
    return Parties(
        base_url=order.shop.account.base_url,
        organization_id=order.binding.organization_id,
        agent_id=order.binding.agent_id,
        # MoySklad refuses an account of another organization (17000).
        organization_account_id=method.organization_account_id if is_theirs else "",
        project_id=method.project_id,
        currency_id="" if currency is None or currency.is_default else currency.external_id,
        expense_item_id=order.shop.expense_item_id,
    )


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Pay the documents of these orders (one account): a call to read them, and one for each kind of payment."""
    account = messages[0].shop.account
    client = clients.moysklad(account, Priority.ORDERS, tenant=messages[0].shop.name)
    jobs = _jobs(messages)
    for job in jobs:
        if not wants_payment(job.order):
            job.outcome = Done("nothing to pay", answered=False)
    try:
        _find_forgotten(client, _open(jobs))
        prefetch_related_objects([job.order for job in jobs], "documents")
        _find_earlier(client, _open(jobs))
        _read(client, _open(jobs))
        earlier_payments.link(client, _open(jobs))
        for kind in sorted({method_of(job.order).document for job in _open(jobs)}):
            _make(client, kind, [job for job in _open(jobs) if method_of(job.order).document == kind])
    except ConnectorError as error:
        for job in _open(jobs):
            job.outcome = Failed(error)
    if seen_to := [job for job in jobs if job.seen_to]:
        _note_paid(seen_to)
    return {job.message.pk: job.outcome for job in jobs if job.outcome is not None}


def _jobs(messages: Sequence[OutboxMessage]) -> list[Job]:
    orders = Order.objects.filter(pk__in=[int(m.object_key.removeprefix("order:")) for m in messages])
    orders = orders.select_related("binding", "shop__account")
    by_key = {o.object_key: o for o in orders}
    return [Job(message, by_key[message.object_key]) for message in messages]


def _open(jobs: Sequence[Job]) -> list[Job]:
    return [job for job in jobs if job.outcome is None]


def _find_forgotten(client: MoySklad, jobs: Sequence[Job]) -> None:
    """Of either kind: the owner may have chosen the other one since."""
    places = [related_documents.Place(job.order, job.key, job.order.placed_at) for job in jobs]
    for kind in INCOMING:
        find = partial(client.payments.by_sync_ids, kind, deleted=None)
        related_documents.find_forgotten(kind, places, find)


def _find_earlier(client: MoySklad, jobs: Sequence[Job]) -> None:
    """By the kind a try sent them as, whatever the owner chose since."""
    rows = [row for job in jobs for row in job.payments]
    for kind in KINDS:
        find = partial(client.payments.by_sync_ids, kind, deleted=None)
        related_documents.find_earlier([row for row in rows if row.kind == kind], find)
    for job in jobs:
        if (row := job.made) is not None:
            job.finish(f"{row.kind} {row.name}")


def _read(client: MoySklad, jobs: Sequence[Job]) -> None:
    """What each document says now; one that is paid already needs nothing of us."""
    if not jobs:
        return
    found = client.orders.by_ids([job.order.binding.external_id for job in jobs])
    documents = {str(row["id"]): from_moysklad.document(row) for row in found}
    for job in jobs:
        document, currency = documents.get(job.order.binding.external_id), job.order.currency
        if document is None:  # what becomes of the document decides on its payment, too
            job.outcome = Done("the document is not there")
            continue
        job.entered_minor = moysklad_money.from_wire(document.payed_wire, currency)
        job.document_minor = moysklad_money.from_wire(document.sum_wire, currency)
        job.due = payment_due(job.order.total_minor, job.document_minor, job.entered_minor)
        if job.due is None:
            job.finish("paid in MoySklad already")


def _make(client: MoySklad, kind: Any, jobs: Sequence[Job]) -> None:
    rows = [related_documents.wanted(job.order, kind, job.key) for job in jobs]
    bodies = [_body(job) for job in jobs]
    answers = related_documents.create(rows, bodies, lambda every: client.payments.save(kind, every))
    for job, row, answer in zip(jobs, rows, answers, strict=True):
        if isinstance(answer, ConnectorError):
            job.outcome = Failed(answer)
        else:
            job.finish(f"{row.kind} {row.name}")


def _body(job: Job) -> dict[str, Any]:
    order, content, binding = job.order, job.order.canonical, job.order.binding
    assert job.due is not None
    how = [f"Заказ {binding.document_name}", content.payment_title, content.transaction_id]
    body = payment(
        parties(order, method_of(order)),
        amount_minor=job.due.amount_minor,
        currency=order.currency,
        moment=content.paid_at or content.placed_at,
        purpose=", ".join(part for part in how if part),
    )
    document = to_moysklad.entity(order.shop.account.base_url, "customerorder", binding.external_id)
    linked = moysklad_money.to_wire(job.due.linked_minor, order.currency)
    body["operations"] = [{**document, "linkedSum": linked}]
    body.pop("expenseItem", None)
    return body


def _note_paid(jobs: Sequence[Job]) -> None:
    """Nothing is asked again about these documents; one that is being made again meanwhile is another."""
    documents = {job.order.binding.pk: job.order.binding.external_id for job in jobs}
    with transaction.atomic():
        rows = OrderBinding.objects.select_for_update().filter(pk__in=documents).order_by("pk")
        paid = [row for row in rows if row.external_id == documents[row.pk]]
        for row in paid:
            row.written = {**row.written, "paid": True}
        OrderBinding.objects.bulk_update(paid, ["written"])
