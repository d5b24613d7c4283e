"""A payment made for a document that was removed pays for the one made in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.mapping import from_moysklad, moysklad_money, to_moysklad
from bridge.outbox.outcomes import Failed
from bridge.sync.payments.payment_job import Job
from connectors.errors import ConnectorError
from connectors.moysklad.client import MoySklad

Wire = Mapping[str, Any]


def link(client: MoySklad, jobs: Sequence[Job]) -> None:
    """Link the earlier payments of these orders to their documents; jobs whose payment is gone too stay open.

    Three calls for each kind of payment, none where nothing was made before.
    """
    for kind in sorted({job.earlier.kind for job in jobs if job.earlier}):
        _link(client, kind, [job for job in jobs if job.earlier and job.earlier.kind == kind])


def _link(client: MoySklad, kind: Any, jobs: Sequence[Job]) -> None:
    rows = [(job, job.earlier) for job in jobs]
    wanted = [row.external_id for _job, row in rows if row]
    payments = {str(one["id"]): one for one in client.payments.by_ids(kind, wanted)}
    there = [(job, payments[row.external_id]) for job, row in rows if row and row.external_id in payments]
    for _job, row in rows:
        if row and row.external_id not in payments:
            row.gone = True
            row.save(update_fields=["gone"])
    linked = set().union(*(from_moysklad.linked_orders(one) for _job, one in there))
    living = {str(one["id"]) for one in client.orders.by_ids(sorted(linked))} if linked else set()
    bodies = [_body(kind, job, one, living) for job, one in there]
    answers = client.payments.save(kind, bodies) if bodies else []
    for (job, one), answer in zip(there, answers, strict=True):
        if isinstance(answer, ConnectorError):
            job.outcome = Failed(answer)
        else:
            job.finish(f"{kind} {one.get('name', '')} was linked to the new document")


def _body(kind: str, job: Job, payment: Wire, living: set[str]) -> dict[str, Any]:
    """The links people made to other documents stay; sent links are all there are."""
    order, ours = job.order, job.order.binding.external_id
    links = [one for one in payment.get("operations") or [] if _stays(one, living - {ours})]
    before = [one for one in payment.get("operations") or [] if from_moysklad.ref_id(one) == ours]
    left = _sum(payment.get("sum"), order.currency) - sum(_linked(one, order.currency) for one in links)
    unpaid = job.document_minor - job.entered_minor + sum(_linked(one, order.currency) for one in before)
    base = order.shop.account.base_url
    new = to_moysklad.entity(base, "customerorder", ours)
    amount = max(min(left, unpaid), 0)
    return {
        "meta": to_moysklad.entity(base, kind, str(payment["id"]))["meta"],
        "operations": [*links, {**new, "linkedSum": moysklad_money.to_wire(amount, order.currency)}],
    }


def _stays(link: Wire, living: set[str]) -> bool:
    meta = link.get("meta") or {}
    return meta.get("type") != "customerorder" or from_moysklad.ref_id(link) in living


def _linked(link: Wire, currency: str) -> int:
    return _sum(link.get("linkedSum"), currency)


def _sum(value: Any, currency: str) -> int:
    return moysklad_money.from_wire(value, currency)
