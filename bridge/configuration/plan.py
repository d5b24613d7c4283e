"""What a shop's table means: settings of the shop, and rows that replace its present ones. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Model

from bridge.catalog.models import ProductBinding
from bridge.configuration.errors import ConfigurationError
from bridge.configuration.keys import COMMON_BUYER, KEYS, SALE_PRICE_TYPE, WRITE
from bridge.configuration.names import BUYER, Account, Kind, Names
from bridge.configuration.row_table import RowTable
from bridge.configuration.rows import ROWS
from bridge.connections.models import Connection, DirectoryEntry, Shop
from bridge.domain.fields import SALE_PRICE
from bridge.orders.models import Order


class Plan(NamedTuple):
    """A shop with its new settings, in `columns`, and the rows the file gives it. `says_write`: the file itself says
    that goods are written, so that is not held for a preview.
    """

    shop: Shop
    columns: Sequence[str]
    rows: Sequence[tuple[RowTable, Sequence[Model]]]
    says_write: bool = False


def plan(
    shop: Shop,
    site: Connection,
    account: Account,
    table: Mapping[str, Any],
    looked_up: Sequence[DirectoryEntry] = (),
) -> Plan:
    """Give the unsaved shop what its table says. `looked_up` are counterparties and goods that its words may mean.

    Raises ConfigurationError with every name the account does not have.
    """
    _stay_with_history(shop, account)
    shop.account, shop.site = account.connection, site
    shop.home_url = shop.home_url or site.base_url
    names = Names([*account.entries, *looked_up], shop)
    given = [key for key in KEYS if key.given(table)]
    columns = ["account", "site", "home_url", *(key.field for key in given)]
    for key in given:
        setattr(shop, key.field, key.shape.stored(key.value(table), names, key.where(shop.name)))
    if COMMON_BUYER.given(table):
        buyers = {one.external_id: one.name for one in looked_up if one.kind == BUYER}
        shop.common_buyer_name = buyers.get(shop.common_buyer_id, "")
        columns.append("common_buyer_name")
    rows = [
        (row, row.planned(f"shop.{shop.name}", table[row.name], names)) for row in ROWS if row.name in table
    ]
    mistakes = names.mistakes + _foreign_account(shop, account) + _no_sale_prices(shop)
    if mistakes:
        raise ConfigurationError(*mistakes)
    return Plan(shop, columns, rows, WRITE.given(table) and bool(WRITE.value(table)))


def written(shop: Shop) -> dict[str, Any]:
    """The table that would give a shop its present settings."""
    buyer = DirectoryEntry(kind=BUYER, external_id=shop.common_buyer_id, name=shop.common_buyer_name)
    names = Names([*DirectoryEntry.objects.filter(connection=shop.account), buyer], shop)
    table: dict[str, Any] = {}
    for key in KEYS:
        around = table.setdefault(key.table, {}) if key.table else table
        around[key.name] = key.shape.written(getattr(shop, key.field), names)
    return table | {row.name: row.written(shop, names) for row in ROWS}


def _stay_with_history(shop: Shop, account: Account) -> None:
    if not shop.pk or shop.account_id == account.connection.pk:
        return
    if Order.objects.filter(shop=shop).exists() or ProductBinding.objects.filter(listing__shop=shop).exists():
        raise ConfigurationError(
            f"[shop.{shop.name}] moysklad: the shop has orders or linked goods in “{shop.account.name}”, which mean "
            "nothing in another account; add the site as a new shop of the other account instead"
        )


def _foreign_account(shop: Shop, account: Account) -> list[str]:
    """A bank account kept from before must belong to the organization of now: MoySklad refuses any other."""
    own = next(
        (
            e
            for e in account.entries
            if (e.kind, e.external_id) == (Kind.ACCOUNT, shop.organization_account_id)
        ),
        None,
    )
    if own is None or not shop.organization_id or own.detail == shop.organization_id:
        return []
    return [
        f"[shop.{shop.name}.documents] organization_account: “{own.name}” belongs to another organization; "
        'choose one of the new organization, or write ""'
    ]


def _no_sale_prices(shop: Shop) -> list[str]:
    """Sale prices that follow MoySklad come from a price type; without it no item could have one."""
    if SALE_PRICE not in shop.owned_fields or shop.sale_price_type_id:
        return []
    return [
        f"{SALE_PRICE_TYPE.where(shop.name)}: sale prices follow MoySklad ([goods] owned), so name the price type they "
        "are taken from"
    ]
