"""Asking a connection whether it answers, for a person who waits for the sentence."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from bridge.connections import clients
from bridge.connections.faults import is_outage, note_outage, note_success, problem_of
from bridge.connections.models import Connection, Vendor
from bridge.history.deeds import Text, in_words
from bridge.problems import remedy, sentence
from bridge.sync.account import directory
from connectors.errors import ConnectorError, RateLimited
from connectors.moysklad.limits import Priority

# Seconds: a person waits at the page, which the web server gives up after thirty.
MAX_WAIT = 10.0
ACCOUNT_ANSWERS_WITHIN = 12.0
SITE_ANSWERS_WITHIN = 20.0


@dataclass(frozen=True)
class Answer:
    """`sentence` says what was found or what is wrong, `remedy` what to do about it."""

    ok: bool
    sentence: Text
    remedy: str = ""


def check(connection: Connection) -> Answer:
    """Call the account or site with the stored credentials; the pause ends when it answers.

    For an account its directory is read too, which fills the select boxes of its shops (some 18 calls). Must not run
    inside a transaction: calls wait for their turn in the account's row.
    """
    try:
        found = _account(connection) if connection.vendor == Vendor.MOYSKLAD else _site(connection)
    except ConnectorError as error:
        if is_outage(error) and not isinstance(error, RateLimited):
            note_outage(connection, error)
        problem = problem_of(error, connection)
        said = in_words(lambda: sentence(problem.code, problem.params))
        return Answer(False, said, remedy(problem.code))
    connection.refresh_from_db(fields=["failures", "paused_until"])
    note_success(connection)
    return Answer(True, found)


def _account(connection: Connection) -> Text:
    client = clients.moysklad(connection, read_timeout=ACCOUNT_ANSWERS_WITHIN)
    client = client.for_priority(Priority.ORDERS, max_wait=MAX_WAIT)
    employee = client.directory.context_employee()
    account_id = str(employee.get("accountId") or "")
    if account_id and account_id != connection.account_id:
        connection.account_id = account_id
        connection.save(update_fields=["account_id"])
    directory.refresh(connection, client)
    name = employee.get("fullName") or employee.get("name") or employee.get("uid") or "?"
    return in_words(lambda: _("MoySklad answers. The bridge works there as %(name)s.") % {"name": name})


def _site(connection: Connection) -> Text:
    info = clients.woocommerce(connection, read_timeout=SITE_ANSWERS_WITHIN).site.info()
    said = {"woocommerce": info["woocommerce"], "currency": info["currency"]}
    return in_words(lambda: _("The site answers: WooCommerce %(woocommerce)s, currency %(currency)s.") % said)
