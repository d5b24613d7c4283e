"""The names of an account (organizations, warehouses, states, …) kept here for select boxes and rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from bridge.connections import clients
from bridge.connections.models import Connection, DirectoryEntry
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority

Kind = DirectoryEntry.Kind


def refresh(connection: Connection, client: MoySklad | None = None) -> None:
    """Read the whole directory of an account (7 calls) and replace what we keep of it."""
    client = client or clients.moysklad(connection, Priority.CATALOGUE)
    _replace(connection, Kind.ORGANIZATION, client.directory.organizations())
    _replace(connection, Kind.STORE, client.directory.stores())
    _replace(connection, Kind.SALES_CHANNEL, client.directory.sales_channels())
    _replace(connection, Kind.SERVICE, client.assortment.services(archived=False))
    _replace(connection, Kind.CURRENCY, client.directory.currencies(), detail="isoCode", default="default")
    _replace(connection, Kind.STATE, client.states.list(), detail="stateType")


def refresh_states(connection: Connection) -> None:
    """A state we do not know yet was used: read the states again (1 call)."""
    client = clients.moysklad(connection, Priority.STATUSES)
    _replace(connection, Kind.STATE, client.states.list(), detail="stateType")


def _replace(
    connection: Connection, kind: str, rows: Iterable[Any], *, detail: str = "", default: str = ""
) -> None:
    entries = [
        DirectoryEntry(
            connection=connection,
            kind=kind,
            external_id=str(row["id"]),
            name=str(row.get("name") or "")[:255],
            detail=str(row.get(detail) or "")[:60] if detail else "",
            is_default=bool(row.get(default)) if default else False,
        )
        for row in rows
    ]
    with transaction.atomic():
        DirectoryEntry.objects.filter(connection=connection, kind=kind).delete()
        DirectoryEntry.objects.bulk_create(entries, batch_size=500)
