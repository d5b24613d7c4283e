"""Calls for a person who waits at a page: told in the catalogue's words when they fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.connections import clients
from bridge.connections.faults import is_outage, note_outage, note_success, problem_of
from bridge.connections.models import Connection
from bridge.domain.errors import DomainError, Problem
from connectors.errors import ConnectorError, RateLimited
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority
from connectors.woocommerce.client import WooCommerce

# Seconds: a person waits, and the web server gives up on a page after thirty.
MAX_WAIT = 10.0
ACCOUNT_ANSWERS_WITHIN = 12.0
SITE_ANSWERS_WITHIN = 20.0


class CallFailed(DomainError):
    """A call did not work; carries the catalogue's problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@contextmanager
def asking(connection: Connection) -> Iterator[None]:
    """Raises CallFailed for whatever goes wrong with a call inside; a connection that is away is left alone, one that
    answers no longer is.
    """
    try:
        yield
    except ConnectorError as error:
        if connection.pk and is_outage(error) and not isinstance(error, RateLimited):
            note_outage(connection, error)
        raise CallFailed(problem_of(error, connection)) from error
    if connection.pk:
        connection.refresh_from_db(fields=["failures", "paused_until"])
        note_success(connection)


def moysklad(account: Connection) -> MoySklad:
    client = clients.moysklad(account, Priority.ORDERS, read_timeout=ACCOUNT_ANSWERS_WITHIN)
    return client.for_priority(Priority.ORDERS, max_wait=MAX_WAIT)


def woocommerce(site: Connection) -> WooCommerce:
    return clients.woocommerce(site, read_timeout=SITE_ANSWERS_WITHIN)
