"""Contacts that a buyer changed on the site follow into the counterparty, where the owner wants that.

Only what changed since we last wrote goes, so that a manager's correction stays; an empty field overwrites nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.connections.models import Connection
from bridge.domain.errors import Problem
from bridge.mapping import addresses, to_moysklad
from bridge.orders.contacts import BuyerContacts
from connectors.errors import ConnectorError, NotFound, PermanentError
from connectors.moysklad.client import MoySklad

ADDRESS, KIND = "actualAddressFull", "companyType"


@dataclass(frozen=True)
class Said:
    """The contacts an order, placed at `at`, gives its buyer: parts of the counterparty's body, `companyType` too."""

    agent_id: str
    body: Mapping[str, Any]
    at: datetime


def begin(account: Connection, said: Iterable[Said]) -> None:
    """A buyer has just been found or made: what the site says now is where later changes are counted from."""
    BuyerContacts.objects.bulk_create(
        [
            BuyerContacts(connection=account, external_id=one.agent_id, written=dict(one.body), as_of=one.at)
            for one in said
        ],
        ignore_conflicts=True,
    )


def update(client: MoySklad, account: Connection, said: Iterable[Said]) -> dict[str, Problem]:
    """Write what changed, in one call; what MoySklad would not take, by counterparty.

    Raises ConnectorError when the call may succeed later.
    """
    newest = {one.agent_id: one for one in sorted(said, key=lambda one: one.at)}
    rows = {row.external_id: row for row in _rows(account, newest)}
    begin(account, [one for agent, one in newest.items() if agent not in rows])
    changes = {agent: _changes(row, newest[agent]) for agent, row in rows.items()}
    changed = {agent: change for agent, change in changes.items() if change}
    problems: dict[str, Problem] = {}
    for agent, answer in zip(changed, _send(client, account, changed), strict=True):
        row, one = rows[agent], newest[agent]
        if isinstance(answer, ConnectorError):
            problems |= _problem(row, answer)
        else:
            row.written, row.as_of = {**row.written, **one.body}, one.at
    BuyerContacts.objects.bulk_update([rows[agent] for agent in changed], ["written", "as_of"])
    return problems


def _rows(account: Connection, agent_ids: Iterable[str]) -> list[BuyerContacts]:
    return list(BuyerContacts.objects.filter(connection=account, external_id__in=list(agent_ids)))


def _changes(row: BuyerContacts, said: Said) -> dict[str, Any]:
    """Nothing from an older order, nor from one that makes a company of a person or the other way round."""
    if said.at < row.as_of or said.body[KIND] != row.written.get(KIND):
        return {}
    changes = {key: value for key, value in said.body.items() if value != row.written.get(key)}
    if ADDRESS in changes:
        changes[ADDRESS] = addresses.cleared(row.written.get(ADDRESS) or {}, changes[ADDRESS])
    return changes


def _send(client: MoySklad, account: Connection, changed: Mapping[str, Mapping[str, Any]]) -> list[Any]:
    bodies = [
        {**to_moysklad.entity(account.base_url, "counterparty", agent), **change}
        for agent, change in changed.items()
    ]
    try:
        return list(client.counterparties.save(bodies)) if bodies else []
    except PermanentError as error:  # a missing right, for example: the orders go all the same
        return [error] * len(bodies)


def _problem(row: BuyerContacts, error: ConnectorError) -> dict[str, Problem]:
    """One that is gone mends itself with its order; what may succeed later is tried with the next order."""
    if isinstance(error, NotFound) or not isinstance(error, PermanentError):
        return {}
    params = {"name": str(row.written.get("name", "")), "detail": error.detail}
    return {row.external_id: Problem("buyer_not_updated", params)}
