"""Refunds of shipped goods become returns in MoySklad, and money paid back outgoing payments, each of them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bridge.connections import clients
from bridge.domain.errors import Problem
from bridge.mapping import from_moysklad, moysklad_money, to_moysklad
from bridge.mapping.payment_to_moysklad import Parties, payment
from bridge.orders.after_sale import Refund, RelatedDocument, Return
from bridge.orders.models import Order
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome, Parked
from bridge.sync import kinds
from bridge.sync.payments import related_documents
from bridge.sync.payments.payments_to_moysklad import method_of, parties
from bridge.sync.refunds import refund_plans
from bridge.sync.site_orders.order_messages import reconsider
from connectors.errors import ConnectorError, NotFound, PermanentError
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority

RETURN = "salesreturn"
OUTGOING = ("paymentout", "cashout")
# The shipment is not what it was when the return was decided: unposted, removed, changed, returned by somebody else.
SHIPMENT_CHANGED = frozenset({"1021", "2013", "2027", "3001", "3004", "3008", "17005", "17006"})


@dataclass
class _Job:
    message: OutboxMessage
    order: Order
    problem: Outcome | None = None
    made: list[RelatedDocument] = field(default_factory=list)


@dataclass(frozen=True)
class _Wanted:
    """A document to be made for a refund of a job."""

    job: _Job
    refund: Refund
    row: RelatedDocument
    body: dict[str, Any]


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Make what the refunds of these orders (one account) still need: a call for all returns, one for each kind of
    payment."""
    account = messages[0].shop.account
    client = clients.moysklad(account, Priority.ORDERS, tenant=messages[0].shop.name)
    jobs = _jobs(messages)
    try:
        _find_forgotten(client, [job.order for job in jobs])
        _find_earlier(client, [job.order for job in jobs])
    except ConnectorError as error:
        return {message.pk: Failed(error) for message in messages}
    _make(client, RETURN, [wanted for job in jobs for wanted in _returns(job)])
    _claim_forgotten([job.order for job in jobs])
    for kind in OUTGOING:
        _make(client, kind, [wanted for job in jobs for wanted in _money(job, kind)])
    return {job.message.pk: _outcome(job) for job in jobs}


def _jobs(messages: Sequence[OutboxMessage]) -> list[_Job]:
    orders = (
        Order.objects.filter(pk__in=[int(m.object_key.removeprefix("order:")) for m in messages])
        .select_related("binding", "shop__account")
        .prefetch_related("refunds")
    )
    by_key = {order.object_key: order for order in orders}
    return [_Job(message, by_key[message.object_key]) for message in messages]


def _find_earlier(client: MoySklad, orders: Sequence[Order]) -> None:
    """Of deleted refunds too: what a try without an answer made of them must not be overlooked."""
    doubtful = RelatedDocument.objects.filter(order__in=orders, sending=True, external_id="")
    for kind in (RETURN, *OUTGOING):
        rows = list(doubtful.filter(kind=kind).select_related("order"))
        related_documents.find_earlier(rows, partial(_by_our_keys, client, kind))


def _find_forgotten(client: MoySklad, orders: Sequence[Order]) -> None:
    """Money of either kind: the owner may have chosen the other one since."""
    due: dict[str, list[related_documents.Place]] = {RETURN: [], **{kind: [] for kind in OUTGOING}}
    for refund in (one for order in orders for one in refund_plans.living(order)):
        keys = [(RETURN, key) for key in refund_plans.returns_due(refund)]
        if refund_plans.money_due(refund):
            keys += [(kind, refund_plans.money_key(refund)) for kind in OUTGOING]
        for kind, key in keys:
            due[kind].append(related_documents.Place(refund.order, key, refund.placed_at))
    for kind, places in due.items():
        related_documents.find_forgotten(kind, places, partial(_by_our_keys, client, kind))


def _claim_forgotten(orders: Sequence[Order]) -> None:
    """A return of ours that was taken for one of people's, when the bridge had forgotten it, is none of theirs."""
    ours = RelatedDocument.objects.filter(order__in=orders, kind=RETURN).exclude(external_id="")
    taken = Return.objects.filter(order__in=orders, external_id__in=ours.values("external_id"))
    mistaken = set(taken.values_list("order_id", flat=True))
    for order in orders:
        if order.pk in mistaken:
            reconsider(order, kinds.RETURN)


def _by_our_keys(client: MoySklad, kind: Any, keys: list[str]) -> Sequence[Any]:
    if kind == RETURN:
        return client.returns.by_sync_ids(keys, deleted=None)
    return client.payments.by_sync_ids(kind, keys, deleted=None)


def _returns(job: _Job) -> list[_Wanted]:
    if job.order.binding.gone:
        return []
    return [
        _Wanted(job, refund, related_documents.wanted(job.order, RETURN, key), body)
        for refund in refund_plans.living(job.order)
        for key, body in refund_plans.returns_due(refund).items()
    ]


def _money(job: _Job, kind: str) -> list[_Wanted]:
    """Money is paid back for goods that came back: not before their return is there."""
    due = [one for one in refund_plans.living(job.order) if refund_plans.money_due(one) == kind]
    if not due or job.problem is not None or job.order.binding.gone:
        return []
    if not job.order.shop.expense_item_id:
        job.problem = Parked(Problem("expense_item_missing"))
        return []
    return [
        _Wanted(
            job,
            refund,
            related_documents.wanted(job.order, kind, refund_plans.money_key(refund)),
            _payment_body(job.order, refund),
        )
        for refund in due
    ]


def _make(client: MoySklad, kind: Any, wanted: Sequence[_Wanted]) -> None:
    save = client.returns.save if kind == RETURN else lambda bodies: client.payments.save(kind, bodies)
    answers = related_documents.create([one.row for one in wanted], [one.body for one in wanted], save)
    for one, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, ConnectorError):
            one.job.problem = _refused(one, answer)
        else:
            one.job.made.append(one.row)


def _refused(wanted: _Wanted, error: ConnectorError) -> Outcome:
    """A shipment that changed since: the refund is decided anew when the order's turn comes, or a person asks.

    One of which a part is returned already cannot be: a person enters the rest.
    """
    permanent = isinstance(error, PermanentError | NotFound)
    if wanted.row.kind != RETURN or not permanent or error.code not in SHIPMENT_CHANGED:
        return Failed(error)
    anew = refund_plans.plan_anew(wanted.refund)
    params = {"refund": wanted.refund.source_id, "detail": error.detail}
    return Parked(Problem("refund_shipment_changed" if anew else "refund_partly_returned", params))


def _outcome(job: _Job) -> Outcome:
    order = job.order
    if job.problem is not None:
        return job.problem
    for refund, documents in refund_plans.made_in_vain(order):
        names = ", ".join(row.name for row in documents)
        return Parked(
            Problem("refund_deleted_after_return", {"refund": refund.source_id, "documents": names})
        )
    if refund_plans.unplanned(order):  # a person asks to try again: the order's own message decides
        enqueue(order.shop, order.shop.account, kinds.ORDER, order.object_key)
    made = ", ".join(f"{row.kind} {row.name}" for row in job.made)
    return Done(made or "nothing to return", answered=bool(made))


def _payment_body(order: Order, refund: Refund) -> dict[str, Any]:
    returns = list(refund_plans.documents_of(refund).filter(kind=RETURN, gone=False).exclude(external_id=""))
    why = [f"Возврат по заказу {order.binding.document_name}", refund.canonical.reason]
    body = payment(
        _parties(order, refund),
        amount_minor=refund.amount_minor,
        currency=order.currency,
        moment=refund.placed_at,
        purpose=", ".join(part for part in why if part),
    )
    if links := _links(order, refund, returns):
        body["operations"] = links
    return body


def _links(order: Order, refund: Refund, returns: Sequence[RelatedDocument]) -> list[dict[str, Any]]:
    """Each return with what of the money is for it; together never more than the payment (22000)."""
    left, links = refund.amount_minor, []
    for row in returns:
        part = min(row.sum_minor, left)
        left -= part
        link = to_moysklad.entity(order.shop.account.base_url, RETURN, row.external_id)
        links.append({**link, "linkedSum": moysklad_money.to_wire(part, order.currency)})
    return links


def _parties(order: Order, refund: Refund) -> Parties:
    """As the order's document has them, or as the shipment has them when staff gave it others."""
    usual = parties(order, method_of(order))
    for one in (refund.plan or {}).get("return", []):
        names = {f"{key}_id": from_moysklad.ref_id(one["body"][key]) for key in ("organization", "agent")}
        if names["organization_id"] != usual.organization_id:
            return replace(usual, **names, organization_account_id="")
        return replace(usual, **names)
    return usual
