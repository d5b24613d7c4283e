"""Orders go to MoySklad: new ones are created in bulk, known ones get only what changed on our side since we wrote.

Each step works on the whole batch, because calls are scarce; each order has an outcome of its own. Before a call it is
kept with the order's binding what the call carries; until an answer confirms it, the document may or may not hold it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge.connections import clients
from bridge.connections.models import Connection
from bridge.orders import flags
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Outcome
from bridge.sync.orders import known_documents, new_documents
from bridge.sync.orders.order_job import Job, Outcomes, jobs_of
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Bring the orders of these messages (one account) into MoySklad."""
    account = messages[0].shop.account
    client = clients.moysklad(account, Priority.ORDERS, tenant=messages[0].shop.name)
    jobs = jobs_of(messages)
    try:
        return _bring(client, account, jobs)
    finally:
        flags.show_together({job.order.pk: job.notes for job in jobs})


def _bring(client: MoySklad, account: Connection, jobs: Sequence[Job]) -> Outcomes:
    outcomes: Outcomes = {}
    doubtful = [job for job in jobs if job.binding.sending and not job.binding.external_id]
    outcomes |= new_documents.find_earlier(client, account, doubtful)
    left = [job for job in jobs if job.pk not in outcomes]
    outcomes |= new_documents.create(client, account, [job for job in left if not job.binding.external_id])
    outcomes |= known_documents.update(
        client, account, [job for job in left if job.binding.external_id and job.pk not in outcomes]
    )
    return outcomes
