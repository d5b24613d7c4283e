"""What a shop's table means: names become ids of its account. Nothing is called and nothing is stored here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from bridge.catalog.models import ProductBinding
from bridge.configuration.read import ConfigurationError
from bridge.connections.models import Connection, DirectoryEntry, Shop, StatusMapping, Vendor
from bridge.orders.models import Order

Kind = DirectoryEntry.Kind
Direction = StatusMapping.Direction
Mappings = dict[str, list[StatusMapping]]


class Account(NamedTuple):
    """An account, perhaps not stored yet, and the names it has."""

    connection: Connection
    entries: Sequence[DirectoryEntry]


def known_account(shop: str, name: str, described: Iterable[str] = ()) -> Account:
    """An account the file does not describe, with the names read from it last. Raises ConfigurationError that lists
    the accounts there are, those the file has `described` too.
    """
    accounts = Connection.objects.filter(vendor=Vendor.MOYSKLAD)
    account = accounts.filter(name=name).first()
    if account is None:
        known = ", ".join(sorted({*accounts.values_list("name", flat=True), *described}))
        raise ConfigurationError(f"[shop.{shop}] there is no [moysklad.{name}]; known: {known or 'none'}")
    return Account(account, list(DirectoryEntry.objects.filter(connection=account)))


def plan(shop: Shop, site: Connection, account: Account, table: Mapping[str, Any]) -> Mappings:
    """Give the unsaved shop what its table says; returns the mappings that replace its present ones, by direction.

    Raises ConfigurationError.
    """
    where = f"shop.{shop.name}"
    if shop.pk and shop.account_id != account.connection.pk and _has_history(shop):
        raise ConfigurationError(
            f"[{where}] moysklad: the shop has orders or linked goods in “{shop.account.name}”, which mean nothing in "
            "another account; add the site as a new shop of the other account instead"
        )
    shop.account, shop.site = account.connection, site
    shop.home_url = shop.home_url or site.base_url
    for key in ("sku_field", "stock_type", "send_statuses", "number_prefix", "reserve"):
        if key in table:
            setattr(shop, key, table[key])
    for key, kind in (
        ("organization", Kind.ORGANIZATION),
        ("sales_channel", Kind.SALES_CHANNEL),
        ("shipping_service", Kind.SERVICE),
    ):
        if key in table:
            found = find(account.entries, kind, table[key], f"[{where}] {key}") if table[key] else ""
            setattr(shop, f"{key}_id", found)
    if "stores" in table:
        stores = [find(account.entries, Kind.STORE, name, f"[{where}] stores") for name in table["stores"]]
        shop.store_ids = list(dict.fromkeys(stores))
    for key, seconds in table.get("intervals", {}).items():
        setattr(shop, f"{key}_interval", seconds)
    return _mappings(where, account, table)


def _has_history(shop: Shop) -> bool:
    return (
        Order.objects.filter(shop=shop).exists() or ProductBinding.objects.filter(listing__shop=shop).exists()
    )


def _mappings(where: str, account: Account, table: Mapping[str, Any]) -> Mappings:
    found: Mappings = {}
    if "states" in table:
        found[Direction.TO_STATE] = [
            StatusMapping(
                direction=Direction.TO_STATE,
                site_status=status,
                state_id=find(account.entries, Kind.STATE, state, f"[{where}.states]"),
            )
            for status, state in table["states"].items()
        ]
    if "statuses" in table:
        written: dict[str, str] = {}
        for state, status in table["statuses"].items():
            state_id = find(account.entries, Kind.STATE, state, f"[{where}.statuses]")
            if state_id in written:
                raise ConfigurationError(
                    f"[{where}.statuses]: “{state}” is the same state as “{written[state_id]}”; keep one of them"
                )
            written[state_id] = state
            row = StatusMapping(direction=Direction.TO_SITE, site_status=status, state_id=state_id)
            found.setdefault(Direction.TO_SITE, []).append(row)
        found.setdefault(Direction.TO_SITE, [])
    return found


def find(entries: Sequence[DirectoryEntry], kind: str, name: str, where: str) -> str:
    """The id of the one entry with this name. Raises ConfigurationError that lists the candidates otherwise."""
    of_kind = [entry for entry in entries if entry.kind == kind]
    found = [e for e in of_kind if e.name == name] or [e for e in of_kind if e.external_id == name]
    if len(found) == 1:
        return found[0].external_id
    what = Kind(kind).label
    if found:
        ids = ", ".join(entry.external_id for entry in found)
        raise ConfigurationError(f"{where}: several of “{name}” ({what}); write the id instead: {ids}")
    candidates = (
        ", ".join(f"“{entry.name}”" for entry in sorted(of_kind, key=lambda e: e.name)[:50]) or "none"
    )
    raise ConfigurationError(f"{where}: MoySklad has no “{name}” ({what}); there are: {candidates}")
