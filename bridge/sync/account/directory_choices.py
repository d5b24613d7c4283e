"""The part of an account's directory that orders can do without: projects, people, places, fields, what goods have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from bridge.connections.models import DirectoryEntry
from bridge.mapping.attributes import DICTIONARY
from bridge.mapping.countries import letters_of
from bridge.mapping.from_moysklad import ref_id
from bridge.mapping.wire_text import plain
from connectors.errors import Forbidden
from connectors.moysklad.attributes import dictionary_of
from connectors.moysklad.client import MoySklad
from connectors.moysklad.wire import Attribute

Kind = DirectoryEntry.Kind


def entry(kind: str, row: Any, **fields: Any) -> DirectoryEntry:
    """A row of a list as an entry that belongs to no connection yet."""
    return DirectoryEntry(kind=kind, external_id=str(row["id"]), name=plain(row.get("name"), 255), **fields)


def read(client: MoySklad, organization_ids: Sequence[str]) -> list[DirectoryEntry]:
    """What the bridge's user may see of it; entries come once each."""
    found = [
        *_plain(Kind.PROJECT, client.directory.projects),
        *_plain(Kind.CONTRACT, client.directory.contracts),
        *_plain(Kind.EMPLOYEE, client.directory.employees),
        *_plain(Kind.EXPENSE_ITEM, client.directory.expense_items),
        *_places(client),
        *_accounts(client, organization_ids),
        *_of_goods(client),
        *_fields(client),
    ]
    return list({(one.kind, one.external_id): one for one in found}.values())


def _seen(rows: Callable[[], Iterable[Any]]) -> list[Any]:
    try:
        return list(rows())
    except Forbidden:
        return []


def _plain(kind: str, rows: Callable[[], Iterable[Any]]) -> list[DirectoryEntry]:
    return [entry(kind, row) for row in _seen(rows)]


def _places(client: MoySklad) -> Iterator[DirectoryEntry]:
    for row in _seen(client.directory.countries):
        yield entry(Kind.COUNTRY, row, detail=letters_of(plain(row.get("code"), 60)))
    for row in _seen(client.directory.regions):
        yield entry(Kind.REGION, row, detail=plain(row.get("code"), 60))


def _of_goods(client: MoySklad) -> Iterator[DirectoryEntry]:
    """Price types, of which the first is the usual one; folders, each with the one it lies in; fields of goods."""
    for number, row in enumerate(_seen(client.directory.price_types)):
        yield entry(Kind.PRICE_TYPE, row, is_default=number == 0)
    for row in _seen(client.directory.folders):
        yield entry(Kind.FOLDER, row, detail=ref_id(row.get("productFolder")))
    for row in _seen(lambda: client.attributes.list("product")):
        yield entry(Kind.GOODS_ATTRIBUTE, row, detail=_type_of(row), is_required=False)


def _accounts(client: MoySklad, organization_ids: Sequence[str]) -> Iterator[DirectoryEntry]:
    """By their numbers, which is what people know them by."""
    for organization_id in organization_ids:
        for row in _seen(lambda of=organization_id: client.directory.organization_accounts(of)):  # type: ignore[misc]
            name = plain(row.get("accountNumber") or row.get("name"), 255)
            yield entry(
                Kind.ACCOUNT,
                {**row, "name": name},
                detail=organization_id,
                is_default=bool(row.get("isDefault")),
            )


def _fields(client: MoySklad) -> Iterator[DirectoryEntry]:
    """Fields of orders and counterparties, then the values of the dictionaries they choose from."""
    dictionaries: dict[str, None] = {}
    for kind, owner in ((Kind.ORDER_ATTRIBUTE, "customerorder"), (Kind.BUYER_ATTRIBUTE, "counterparty")):
        for row in _seen(lambda of=owner: client.attributes.list(of)):  # type: ignore[misc]
            yield entry(kind, row, detail=_type_of(row), is_required=bool(row.get("required")))
            if dictionary := dictionary_of(row):
                dictionaries[dictionary] = None
    for dictionary in dictionaries:
        for row in _seen(lambda of=dictionary: client.attributes.custom_entity(of)):  # type: ignore[misc]
            yield entry(Kind.DICTIONARY_VALUE, row, detail=dictionary)


def _type_of(row: Attribute) -> str:
    """`string`, `customentity:<id of the dictionary>`, or the kind of what the field refers to."""
    dictionary = dictionary_of(row)
    return f"{DICTIONARY}:{dictionary}" if dictionary else plain(row.get("type"), 60)
