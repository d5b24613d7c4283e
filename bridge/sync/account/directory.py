"""The names of an account (organizations, warehouses, states, …) kept here for select boxes and rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from bridge.connections import book, clients
from bridge.connections.models import Connection, DirectoryEntry, Shop
from bridge.mapping import goods_from_moysklad
from bridge.mapping.wire_text import plain
from bridge.outbox.enqueue import release
from bridge.sync.account import directory_choices
from bridge.sync.account.directory_choices import entry
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority

Kind = DirectoryEntry.Kind


def refresh(connection: Connection, client: MoySklad | None = None) -> None:
    """Read the whole directory of an account and replace what we keep of it."""
    keep(connection, read(client) if client else of_account(connection))


def refresh_states(connection: Connection) -> None:
    """A state we do not know yet was used: read the states again (1 call)."""
    keep(connection, _states(clients.moysklad(connection, Priority.STATUSES)), Kind.STATE)


def refresh_currencies(connection: Connection) -> None:
    """An order is in a currency we do not know yet: read them again (1 call)."""
    keep(connection, _currencies(clients.moysklad(connection, Priority.ORDERS)), Kind.CURRENCY)


def of_account(connection: Connection) -> list[DirectoryEntry]:
    """The directory of an account that need not be stored yet, for a person who waits for it: behind a backlog every
    call of the catalogue would wait for long.
    """
    return read(clients.moysklad(connection, Priority.ORDERS))


def account_id(connection: Connection) -> str:
    """Which account the login belongs to (1 call), in the same haste."""
    return clients.moysklad(connection, Priority.ORDERS).directory.account_id()


def read(client: MoySklad) -> list[DirectoryEntry]:
    """The directory as the account has it; entries that belong to no connection yet.

    17 calls, one more for each organization and for each dictionary that a field chooses from. What the bridge's user
    may not see is left out, but for what no order can do without.
    """
    organizations = client.directory.organizations()
    return [
        *_entries(Kind.ORGANIZATION, organizations),
        *_entries(Kind.STORE, client.directory.stores()),
        *_entries(Kind.SALES_CHANNEL, client.directory.sales_channels()),
        *_entries(Kind.SERVICE, client.assortment.services(archived=False)),
        *_currencies(client),
        *_states(client),
        *directory_choices.read(client, [str(row["id"]) for row in organizations]),
    ]


def keep(connection: Connection, entries: Iterable[DirectoryEntry], *kinds: str) -> None:
    """Replace what is kept of an account (of these kinds, or all) by what was read; orders that waited for a currency
    go on when there is a new one."""
    fresh = list(entries)
    for one in fresh:
        one.connection = connection
    known = DirectoryEntry.objects.filter(connection=connection)
    with transaction.atomic():
        # One at a time: two that replaced the same names at once would both bring them in.
        Connection.objects.select_for_update(no_key=True).filter(pk=connection.pk).first()
        before = currencies_of(connection)
        (known.filter(kind__in=kinds) if kinds else known).delete()
        DirectoryEntry.objects.bulk_create(fresh, batch_size=500)
        if currencies_of(connection) - before:
            for shop in Shop.objects.filter(account=connection):
                release(shop, "currency_unknown")
    book.forget_entries(connection.pk)


def currencies_of(connection: Connection) -> set[str]:
    """The letters of the currencies that an account has, as far as we know."""
    entries = DirectoryEntry.objects.filter(connection=connection, kind=Kind.CURRENCY)
    return set(entries.values_list("detail", flat=True))


def _states(client: MoySklad) -> list[DirectoryEntry]:
    return _entries(Kind.STATE, client.states.list(), detail="stateType")


def _currencies(client: MoySklad) -> list[DirectoryEntry]:
    rows = client.directory.currencies()
    entries = _entries(Kind.CURRENCY, rows, detail="isoCode", default="default")
    rates = {str(row["id"]): goods_from_moysklad.rate(row) for row in rows}
    for one in entries:
        one.rate = rates[one.external_id]
    return entries


def _entries(kind: str, rows: Iterable[Any], *, detail: str = "", default: str = "") -> list[DirectoryEntry]:
    unique = {str(row["id"]): row for row in rows}  # one that moved between two pages comes twice
    return [
        entry(
            kind,
            row,
            detail=plain(row.get(detail), 60) if detail else "",
            is_default=bool(row.get(default)) if default else False,
        )
        for row in unique.values()
    ]
