"""Bringing a checked file into the database: names become ids through the account, nothing is half-applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from bridge.configuration.read import Configuration, ConfigurationError
from bridge.connections.faults import problem_of
from bridge.connections.models import Connection, DirectoryEntry, Shop, StatusMapping, Vendor, new_token
from bridge.problems import sentence
from bridge.routes import FLOWS
from bridge.sync import directory, settings_changed
from connectors.errors import ConnectorError

Kind = DirectoryEntry.Kind
Direction = StatusMapping.Direction


def apply(configuration: Configuration) -> dict[str, Any]:
    """Create or update what the file names; keys it leaves out keep their values. Returns the shops' event URLs and
    secrets. Raises ConfigurationError, and then nothing has changed.
    """
    before = {
        c.name: c for c in Connection.objects.filter(vendor=Vendor.MOYSKLAD, name__in=configuration.moysklad)
    }
    known = {shop.name: shop for shop in Shop.objects.filter(name__in=configuration.shop)}
    try:
        accounts = [_save_account(name, table) for name, table in configuration.moysklad.items()]
        for account in accounts:
            _read_directory(account)  # calls wait for their turn: never inside a transaction
        with transaction.atomic():
            shops = [_save_shop(name, table) for name, table in configuration.shop.items()]
    except ConfigurationError:
        _put_back(configuration.moysklad, before)
        raise
    for connection in {c.pk: c for c in (*accounts, *(shop.site for shop in shops))}.values():
        settings_changed.credentials_changed(connection)
    for shop in shops:
        if shop.name in known:
            settings_changed.shop_changed(known[shop.name], shop)
        else:
            settings_changed.shop_added(shop, FLOWS)
    return {"shops": {shop.name: _what_the_site_needs(shop) for shop in shops}}


def _what_the_site_needs(shop: Shop) -> dict[str, str]:
    path = reverse("woocommerce-event", args=[shop.site_id])
    return {
        "event_url": f"{settings.BRIDGE_PUBLIC_URL or 'http://localhost:8000'}{path}",
        "event_secret": shop.site.credentials["event_secret"],
    }


def _put_back(names: Iterable[str], before: Mapping[str, Connection]) -> None:
    """A mistake further down the file: the accounts are again what they were."""
    for name in names:
        if name in before:
            before[name].save()
        else:
            Connection.objects.filter(vendor=Vendor.MOYSKLAD, name=name).delete()


def _save_account(name: str, table: dict[str, Any]) -> Connection:
    credentials = {key: table[key] for key in ("token", "login", "password") if table.get(key)}
    account = Connection.objects.filter(vendor=Vendor.MOYSKLAD, name=name).first() or Connection(
        vendor=Vendor.MOYSKLAD, name=name
    )
    account.base_url = table["base_url"].rstrip("/")
    account.credentials = credentials
    account.save()
    return account


def _read_directory(account: Connection) -> None:
    try:
        directory.refresh(account)
    except ConnectorError as error:
        problem = problem_of(error, account)
        raise ConfigurationError(
            f"[moysklad.{account.name}] {sentence(problem.code, problem.params)}"
        ) from None


def _save_shop(name: str, table: dict[str, Any]) -> Shop:
    account = Connection.objects.filter(vendor=Vendor.MOYSKLAD, name=table["moysklad"]).first()
    if account is None:
        known = ", ".join(Connection.objects.filter(vendor=Vendor.MOYSKLAD).values_list("name", flat=True))
        raise ConfigurationError(
            f"[shop.{name}] there is no [moysklad.{table['moysklad']}]; known: {known or 'none'}"
        )
    shop = Shop.objects.filter(name=name).select_related("site").first() or Shop(name=name)
    shop.account = account
    shop.site = _save_site(name, table)
    url = table["url"].rstrip("/")
    shop.home_url = shop.home_url if shop.pk and shop.home_url else url
    _set_fields(shop, table)
    shop.save()
    _save_mappings(shop, table)
    return shop


def _save_site(name: str, table: dict[str, Any]) -> Connection:
    site = Connection.objects.filter(vendor=Vendor.WOOCOMMERCE, name=name).first() or Connection(
        vendor=Vendor.WOOCOMMERCE, name=name
    )
    site.base_url = table["url"].rstrip("/")
    before = site.credentials.get("event_secret")
    secret = table.get("event_secret") or before or new_token()
    site.credentials = {
        "consumer_key": table["consumer_key"],
        "consumer_secret": table["consumer_secret"],
        "event_secret": secret,
    }
    if before and before != secret:
        site.credentials["previous_event_secret"] = before
    site.save()
    return site


def _set_fields(shop: Shop, table: dict[str, Any]) -> None:
    where = f"shop.{shop.name}"
    for key in ("sku_field", "stock_type", "send_statuses", "number_prefix", "reserve"):
        if key in table:
            setattr(shop, key, table[key])
    for key, kind, field in (
        ("organization", Kind.ORGANIZATION, "organization_id"),
        ("sales_channel", Kind.SALES_CHANNEL, "sales_channel_id"),
        ("shipping_service", Kind.SERVICE, "shipping_service_id"),
    ):
        if key in table:
            setattr(
                shop, field, find(shop.account, kind, table[key], f"[{where}] {key}") if table[key] else ""
            )
    if "stores" in table:
        shop.store_ids = [
            find(shop.account, Kind.STORE, name, f"[{where}] stores") for name in table["stores"]
        ]
    for key, seconds in table.get("intervals", {}).items():
        setattr(shop, f"{key}_interval", seconds)


def _save_mappings(shop: Shop, table: dict[str, Any]) -> None:
    tables = (
        (
            "states",
            Direction.TO_STATE,
            [(status, state) for status, state in table.get("states", {}).items()],
        ),
        (
            "statuses",
            Direction.TO_SITE,
            [(status, state) for state, status in table.get("statuses", {}).items()],
        ),
    )
    for key, direction, pairs in tables:
        if key not in table:
            continue
        rows = [
            StatusMapping(
                shop=shop,
                direction=direction,
                site_status=status,
                state_id=find(shop.account, Kind.STATE, state, f"[shop.{shop.name}.{key}]"),
            )
            for status, state in pairs
        ]
        StatusMapping.objects.filter(shop=shop, direction=direction).delete()
        StatusMapping.objects.bulk_create(rows)


def find(account: Connection, kind: str, name: str, where: str) -> str:
    """The id of the one entry with this name. Raises ConfigurationError that lists the candidates otherwise."""
    entries = DirectoryEntry.objects.filter(connection=account, kind=kind)
    found = [entry for entry in entries if entry.name == name] or [
        e for e in entries if e.external_id == name
    ]
    if len(found) == 1:
        return found[0].external_id
    what = Kind(kind).label
    if found:
        ids = ", ".join(entry.external_id for entry in found)
        raise ConfigurationError(f"{where}: several of “{name}” ({what}); write the id instead: {ids}")
    candidates = ", ".join(f"“{entry.name}”" for entry in entries.order_by("name")[:50]) or "none"
    raise ConfigurationError(f"{where}: MoySklad has no “{name}” ({what}); there are: {candidates}")
