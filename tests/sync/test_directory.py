"""An account's directory over real HTTP: everything settings and rules refer to, and what may not be seen left out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from bridge.connections.models import DirectoryEntry
from bridge.mapping.countries import letters_of
from bridge.sync.account import directory
from connectors.moysklad.auth import Token
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Budget, Governor, MemoryStore
from connectors.sandbox.control import Sandbox, running_sandbox

Kind = DirectoryEntry.Kind
Found = dict[tuple[str, str], DirectoryEntry]


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with running_sandbox(items=4, limiter=False) as box:
        yield box


def read(box: Sandbox) -> Found:
    governor = Governor(MemoryStore(), Budget(calls=1000))
    client = MoySklad(box.moysklad.url, Token(box.moysklad.token), governor=governor, allow_private=True)
    return {(entry.kind, entry.name): entry for entry in directory.read(client)}


def test_every_kind_is_read_with_what_rules_need_of_it(box: Sandbox) -> None:
    attribute = box.moysklad.add_attribute(
        "customerorder", "Откуда", "customentity", required=True, values=["Сайт", "Рынок"]
    )
    box.moysklad.add_attribute("counterparty", "Карта", "long")
    box.moysklad.add_attribute("product", "Акция до", "time")
    box.moysklad.add_price_type("Цена со скидкой")
    clothes = box.moysklad.add_folder("Одежда")
    box.moysklad.add_folder("Платья", inside=clothes)
    box.moysklad.add_currency("KZT", 18.2, multiplicity=100)
    box.moysklad.add_currency("USD", 0.0125, indirect=True)
    found = read(box)
    assert {kind for kind, _name in found} == {str(kind) for kind in Kind}
    field = found[Kind.ORDER_ATTRIBUTE, "Откуда"]
    assert (field.external_id, field.is_required) == (attribute, True)
    kind, _, dictionary = field.detail.partition(":")
    assert kind == "customentity"
    assert found[Kind.DICTIONARY_VALUE, "Рынок"].detail == dictionary
    assert found[Kind.BUYER_ATTRIBUTE, "Карта"].detail == "long"
    organization = found[Kind.ORGANIZATION, "ООО «Ромашка»"].external_id
    assert found[Kind.ACCOUNT, "40702810000000000002"].detail == organization
    assert found[Kind.COUNTRY, "Россия"].detail == letters_of("643") == "RU"
    assert found[Kind.REGION, "г Москва"].detail == "77"
    assert found[Kind.GOODS_ATTRIBUTE, "Акция до"].detail == "time"
    types = {name: one.is_default for (kind, name), one in found.items() if kind == Kind.PRICE_TYPE}
    assert types == {"Цена продажи": True, "Цена со скидкой": False}
    assert (found[Kind.FOLDER, "Платья"].detail, found[Kind.FOLDER, "Одежда"].detail) == (clothes, "")
    rates = {one.detail: one.rate for (kind, _name), one in found.items() if kind == Kind.CURRENCY}
    assert rates == {"RUB": 1, "KZT": Decimal("0.182"), "USD": 80}


def test_what_the_user_may_not_see_is_left_out(box: Sandbox) -> None:
    for kind in ("employee", "contract"):
        box.moysklad.faults.add("error", method="GET", path=f"/entity/{kind}$", code=1016, count=1)
    kinds = {kind for kind, _name in read(box)}
    assert kinds.isdisjoint({Kind.EMPLOYEE, Kind.CONTRACT})
    assert {Kind.PROJECT, Kind.ORGANIZATION} <= kinds
