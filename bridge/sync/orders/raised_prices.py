"""MoySklad may keep other prices than it was told (its minimum price): those are what both sides know from then on."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.mapping import from_moysklad, moysklad_money
from bridge.sync.orders.order_job import Job
from connectors.errors import ConnectorError
from connectors.moysklad.client import MoySklad


def take_over(client: MoySklad, jobs: Sequence[Job]) -> None:
    """One more reading, only of documents whose sum is not that of the positions we wrote; else a price that
    MoySklad raised would look like one that staff changed."""
    strange = {job.binding.external_id: job for job in jobs if _sum_differs(job)}
    try:
        rows = list(client.orders.by_ids(list(strange), ["positions"])) if strange else []
    except ConnectorError:
        rows = []
    documents = {str(row["id"]): row for row in rows}
    for external_id, job in strange.items():
        document, written = documents.get(external_id), {**job.binding.written}
        written.pop("positions", None)  # not known: no edit of staff is read out of it
        if document and job.seen and from_moysklad.document(document).updated_at == job.seen.updated_at:
            written["positions"] = from_moysklad.positions(document)
        job.binding.written = written


def _sum_differs(job: Job) -> bool:
    if (
        "vatEnabled" not in job.body or job.seen is None
    ):  # that goes along with goods, and not with a mere reserve
        return False
    currency = job.order.currency
    ours = sum(
        moysklad_money.from_wire(row["quantity"] * row["price"] * (100 - row["discount"]) / 100, currency)
        for row in job.binding.written.get("positions") or []
    )
    return ours != moysklad_money.from_wire(job.seen.sum_wire, currency)
