"""Bringing a checked file into the database: everything is asked and looked up first, then stored all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, transaction
from django.urls import reverse

from bridge.configuration import alerts
from bridge.configuration.errors import ConfigurationError, noting
from bridge.configuration.goods_rules import GoodsRules, items_named
from bridge.configuration.keys import COMMON_BUYER, TOGETHER
from bridge.configuration.names import BUYER, Account, known_account
from bridge.configuration.plan import Plan, plan
from bridge.configuration.read import Configuration
from bridge.connections import clients
from bridge.connections.faults import problem_of
from bridge.connections.models import Connection, DirectoryEntry, Shop, Vendor, new_token
from bridge.people import sessions
from bridge.problems import sentence
from bridge.routes import FLOWS
from bridge.sync import settings_agreed, settings_changed
from bridge.sync.account import directory
from bridge.sync.buyers import common_buyer
from bridge.sync.goods import item_search
from connectors.errors import ConnectorError
from connectors.transport.hosts import normal_address

T = TypeVar("T")


def apply(configuration: Configuration) -> dict[str, Any]:
    """Create or update what the file names; keys it leaves out keep their values. Returns the shops' event URLs and
    secrets. Raises ConfigurationError, and then nothing has changed.
    """
    mistakes: list[str] = []
    accounts: dict[str, Account] = {}
    for name, table in configuration.moysklad.items():
        with noting(mistakes):
            accounts[name] = _read_account(name, table)
            _require_one_name(accounts, name, configuration.moysklad)
    plans: list[Plan] = []
    for name, table in configuration.shop.items():
        site = None
        with noting(mistakes):
            site = _site(name, table)
        if site is None:
            continue
        with noting(mistakes):
            _ask_site(site)
        if table["moysklad"] in configuration.moysklad and table["moysklad"] not in accounts:
            continue  # why it cannot be read is said already
        with noting(mistakes):
            plans.append(_planned(name, site, table, accounts))
    bot_name = ""
    with noting(mistakes):
        bot_name = alerts.check(configuration.alerts)
    if mistakes:
        raise ConfigurationError(*mistakes)
    try:
        with transaction.atomic():
            if "second_step_required" in configuration.people:
                sessions.require_second_step(configuration.people["second_step_required"])
            told = _store(list(accounts.values()), plans)
            alerts.apply(configuration.alerts, bot_name)
            return told
    except DatabaseError as error:
        raise ConfigurationError(f"the settings cannot be stored: {error}") from error


def _planned(name: str, site: Connection, table: Mapping[str, Any], accounts: Mapping[str, Account]) -> Plan:
    account = accounts.get(table["moysklad"]) or known_account(name, table["moysklad"], accounts)
    shop = Shop.objects.filter(name=name).select_related("site", "account").first() or Shop(name=name)
    looked_up = [*_buyers(shop, account, table), *_items(shop, account, table)]
    return plan(shop, site, account, table, looked_up)


def _buyers(shop: Shop, account: Account, table: Mapping[str, Any]) -> list[DirectoryEntry]:
    """Whom the file's common buyer may mean: counterparties are too many to be kept, so it is asked for by name."""
    wanted = COMMON_BUYER.value(table) if COMMON_BUYER.given(table) else ""
    if not wanted:
        return []
    found = _asked(
        COMMON_BUYER.where(shop.name),
        account.connection,
        lambda: common_buyer.candidates(account.connection, wanted, shop.common_buyer_id),
    )
    return [DirectoryEntry(kind=BUYER, external_id=pk, name=one) for pk, one in found]


def _items(shop: Shop, account: Account, table: Mapping[str, Any]) -> list[DirectoryEntry]:
    """Which goods the rules of the file may mean: all of an account are too many, so they are asked for."""
    wanted = items_named(table)
    if not wanted:
        return []
    where = f"[[shop.{shop.name}.{GoodsRules.name}]]"
    return _asked(where, account.connection, lambda: item_search.candidates(account.connection, wanted))


def _read_account(name: str, table: Mapping[str, Any]) -> Account:
    """The account as it will be, with the names it has; not stored."""
    account = Connection.objects.filter(vendor=Vendor.MOYSKLAD, name=name).first() or Connection(
        vendor=Vendor.MOYSKLAD, name=name
    )
    where = f"[moysklad.{name}]"
    given = {key: table[key] for key in ("token", "login", "password") if table.get(key)}
    account.credentials = given or _kept(
        account, table["base_url"], f"{where} needs a token, or login and password"
    )
    account.base_url = normal_address(table["base_url"])
    account.account_id = _asked(where, account, lambda: directory.account_id(account))
    return Account(account, _asked(where, account, lambda: directory.of_account(account)))


def _require_one_name(accounts: Mapping[str, Account], name: str, file: Iterable[str]) -> None:
    """Under two names an account would be called twice as often as it allows. `file`: the names it gives; of those only
    what has been read counts. Raises ConfigurationError."""
    account = accounts[name].connection
    stored = Connection.objects.filter(vendor=Vendor.MOYSKLAD, base_url=account.base_url).exclude(
        name__in=list(file)
    )
    for other in (*stored, *(one.connection for key, one in accounts.items() if key != name)):
        if (other.base_url, other.account_id) == (account.base_url, account.account_id) and other.account_id:
            raise ConfigurationError(
                f"[moysklad.{name}] is the account that is “{other.name}” already: shops may share it under that name"
            )


def _kept(known: Connection, url: str, missing: str) -> dict[str, Any]:
    """The stored login, for a file that names none: a shop that was paired, a file that was written without secrets.
    It goes to no other address than the one it was stored for. Raises ConfigurationError where there is none.
    """
    if not known.pk or not known.credentials or normal_address(known.base_url) != normal_address(url):
        raise ConfigurationError(missing)
    return dict(known.credentials)


def _site(name: str, table: Mapping[str, Any]) -> Connection:
    """The site as it will be; not stored."""
    site = Connection.objects.filter(vendor=Vendor.WOOCOMMERCE, name=name).first() or Connection(
        vendor=Vendor.WOOCOMMERCE, name=name
    )
    login = {key: table[key] for key in TOGETHER["shop"] if table.get(key)}
    if not login:
        stored = _kept(site, table["url"], f"[shop.{name}] “consumer_key” and “consumer_secret” are missing")
        login = {key: stored.get(key, "") for key in TOGETHER["shop"]}
    site.base_url = normal_address(table["url"])
    before = site.credentials.get("event_secret")
    secret = table.get("event_secret") or before or new_token()
    earlier = before if before and before != secret else site.credentials.get("previous_event_secret")
    site.credentials = {
        **login,
        "event_secret": secret,
        **({"previous_event_secret": earlier} if earlier else {}),
    }
    return site


def _ask_site(site: Connection) -> None:
    """One call: does somebody answer there, is it WooCommerce, are the keys good?"""
    _asked(f"[shop.{site.name}]", site, lambda: clients.woocommerce(site).site.info())


def _asked(where: str, connection: Connection, question: Callable[[], T]) -> T:
    try:
        return question()
    except ConnectorError as error:
        problem = problem_of(error, connection)
        raise ConfigurationError(f"{where} {sentence(problem.code, problem.params)}") from error


def _store(accounts: list[Account], plans: list[Plan]) -> dict[str, Any]:
    """Everything, and what follows from it; the caller's transaction makes it all or nothing."""
    for account in accounts:
        _store_login(account.connection)
        directory.keep(account.connection, account.entries)
    before = {plan.shop.pk: settings_changed.held(plan.shop) for plan in plans if plan.shop.pk}
    agreed = {pk: settings_agreed.chosen(pk) for pk in before}
    for shop, columns, rows, _says in plans:
        _store_login(shop.site)
        shop.site, shop.account = shop.site, shop.account  # their keys, which new ones have only now
        if shop.pk in before:
            settings_changed.store(shop, columns)
        else:
            shop.save()
        for table, planned in rows:
            settings_changed.replace_rows(shop, table.of(shop), planned)
    connections = [account.connection for account in accounts] + [plan.shop.site for plan in plans]
    for connection in connections:
        settings_changed.credentials_changed(connection)
    told = {}
    for shop, _columns, _rows, says_write in plans:
        told[shop.name] = _what_the_site_needs(shop)
        if shop.pk in before:
            settings_changed.shop_changed(before[shop.pk], shop)
            followed = settings_agreed.follow(agreed[shop.pk], shop, deliberate=says_write)
            told[shop.name] |= _what_became_of_writing(shop, followed)
        else:
            settings_changed.shop_added(shop, FLOWS)
    return {"shops": told}


def _store_login(connection: Connection) -> None:
    """Of a known one nothing else: the workers write down whether it answers."""
    connection.save(update_fields=["base_url", "credentials", "account_id"] if connection.pk else None)


def _what_the_site_needs(shop: Shop) -> dict[str, str]:
    path = reverse("woocommerce-event", args=[shop.site_id])
    return {
        "event_url": f"{settings.BRIDGE_PUBLIC_URL or 'http://localhost:8000'}{path}",
        "event_secret": shop.site.credentials["event_secret"],
    }


def _what_became_of_writing(shop: Shop, followed: settings_agreed.Followed) -> dict[str, str]:
    if followed.held:
        return {
            "goods": "Writing is switched off: what would be written is chosen otherwise now. Look at the preview "
            "(preview_goods) and confirm it, or say stock.write = true in the file."
        }
    if followed.changed and shop.write_goods:
        return {"goods": "Written with the new choices, without a preview: the file says stock.write = true."}
    return {}
