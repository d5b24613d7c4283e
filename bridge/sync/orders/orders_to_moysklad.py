"""Orders go to MoySklad: new ones are created in bulk, known ones get only what changed on our side since we wrote.

Each step works on the whole batch, because calls are scarce; each order has an outcome of its own. Before a call it is
kept with the order's binding what the call carries; until an answer confirms it, the document may or may not hold it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge.connections import clients
from bridge.connections.models import Connection
from bridge.orders import flags
from bridge.orders.news import is_no_news
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Outcome
from bridge.sync.orders import known_documents, new_documents
from bridge.sync.orders.order_job import Job, Outcomes, jobs_of
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Bring the orders of these messages (one account) into MoySklad."""
    account = messages[0].shop.account
    client = clients.moysklad(account, Priority.ORDERS, tenant=messages[0].shop.name)
    every = jobs_of(messages)
    # Whose customer's data was taken out here has nothing to say there: the document stays as it is.
    jobs = [job for job in every if job.order.anonymised_at is None]
    left_so: Outcomes = {job.pk: Done(answered=False) for job in every if job.order.anonymised_at is not None}
    try:
        return left_so | (_bring(client, account, jobs) if jobs else {})
    finally:
        flags.show_together({job.order.pk: job.notes for job in jobs})


def _bring(client: MoySklad, account: Connection, jobs: Sequence[Job]) -> Outcomes:
    outcomes: Outcomes = {}
    doubtful = [job for job in jobs if not job.binding.external_id and _may_be_there(job)]
    outcomes |= new_documents.find_earlier(client, account, doubtful)
    left = [job for job in jobs if job.pk not in outcomes]
    outcomes |= new_documents.create(client, account, [job for job in left if not job.binding.external_id])
    outcomes |= known_documents.update(
        client, account, [job for job in left if job.binding.external_id and job.pk not in outcomes]
    )
    return outcomes


def _may_be_there(job: Job) -> bool:
    """An earlier try was not answered; or the order is no news on the site, and may have been brought by a bridge that
    has since been restored from a backup and remembers nothing of it: one call for all of a batch.
    """
    return bool(job.binding.sending) or is_no_news(job.order.placed_at)
