"""What the assistant was told is stored as every other way of setting a shop stores it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Model, QuerySet

from bridge.connections.models import Connection, DirectoryEntry, Shop
from bridge.setup.asking import asking, moysklad
from bridge.setup.proposals import NEW_STATES, SHIPPING_SERVICE
from bridge.sync import flows, settings_agreed, settings_changed
from bridge.sync.account import directory

Kind = DirectoryEntry.Kind
Rows = tuple[QuerySet[Any], Sequence[Model]]


class Saved(NamedTuple):
    """`released`: orders that waited for a setting and now go on."""

    released: int
    followed: settings_agreed.Followed


def save(shop: Shop, columns: Sequence[str], rows: Sequence[Rows] = ()) -> Saved:
    """These columns of the shop as they are now, and rows in the place of its present ones."""
    with transaction.atomic():
        before, agreed = settings_changed.held(shop), settings_agreed.chosen(shop.pk)
        settings_changed.store(shop, columns)
        released = sum(settings_changed.replace_rows(shop, present, wanted) for present, wanted in rows)
        released += settings_changed.shop_changed(before, shop)
        return Saved(released, settings_agreed.follow(agreed, shop))


def create_service(account: Connection) -> str:
    """The id of a service for shipping, made in MoySklad unless one of this name is there. Raises DomainError."""
    client = moysklad(account)
    with asking(account):
        found = client.directory.services(SHIPPING_SERVICE)
        made = found[0] if found else client.directory.create_service(SHIPPING_SERVICE)
    flows.run_soon(account, "directory")  # one that is being read just now does not know of it
    return _noted(account, Kind.SERVICE, str(made["id"]), SHIPPING_SERVICE)


def create_state(account: Connection, status: str) -> str:
    """The id of a state for a status of the site, made in MoySklad unless one of its name is there (administrators
    only). Raises DomainError.
    """
    name, kind, colour = NEW_STATES[status]
    client = moysklad(account)
    with asking(account):
        present = [row for row in client.states.list() if row.get("name") == name]
        made = present[0] if present else client.states.create(name, colour, kind)  # type: ignore[arg-type]
        directory.refresh_states(account)
    flows.run_soon(account, "directory")
    return str(made["id"])


def _noted(account: Connection, kind: str, external_id: str, name: str) -> str:
    """So that select boxes show it at once; the next look at the account finds it there by itself."""
    DirectoryEntry.objects.get_or_create(
        connection=account, kind=kind, external_id=external_id, defaults={"name": name}
    )
    return external_id
