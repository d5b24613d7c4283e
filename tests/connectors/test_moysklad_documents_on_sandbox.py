"""From an order to its shipment, return and money, against a stand-in written from the vendor's documents."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.errors import NotFound, PermanentError
from connectors.moysklad.attributes import dictionary_of
from connectors.moysklad.auth import Token
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Budget, Governor, MemoryStore
from connectors.moysklad.refs import id_of
from connectors.moysklad.returns import WITH_ORDER
from connectors.sandbox.control import running_sandbox
from connectors.transport.session import pooled_session

OPEN = Budget(calls=1000, learn=False)


def ids_changed(documents: Any, since: str, **which: Any) -> list[str]:
    return [found["id"] for rows, _ in documents.updated((since, 0), **which) for found in rows]


@pytest.fixture(scope="module")
def box() -> Iterator[Any]:
    with running_sandbox(items=20, limiter=False) as running:
        yield running
    pooled_session(allow_private=True).close()


@pytest.fixture
def moysklad(box: Any) -> MoySklad:
    return MoySklad(
        box.moysklad.url,
        Token(box.moysklad.token),
        governor=Governor(MemoryStore(), OPEN),
        allow_private=True,
    )


@pytest.fixture
def order(moysklad: MoySklad, box: Any) -> dict[str, Any]:
    """An order of two pieces for 100.50 each."""
    goods = box.moysklad.item("S-00001")
    agent = moysklad.counterparties.create({"name": "Анна", "inn": "7707083893"})
    organization = moysklad.directory.organizations()[0]
    made = moysklad.orders.create(
        {
            "organization": moysklad.meta("organization", organization["id"]),
            "agent": moysklad.meta("counterparty", agent["id"]),
            "store": moysklad.meta("store", box.moysklad.stores["Основной склад"]),
            "positions": [
                {"quantity": 2, "price": 100_50.0, "assortment": moysklad.meta("product", goods["id"])}
            ],
        },
        expand=("positions",),
    )
    return dict(made)


def shipped(moysklad: MoySklad, order: dict[str, Any]) -> dict[str, Any]:
    template = moysklad.demands.template({"customerOrder": moysklad.meta("customerorder", order["id"])})
    return dict(moysklad.demands.create({**template, "syncId": str(uuid.uuid4())}))


def returned(moysklad: MoySklad, demand: dict[str, Any]) -> dict[str, Any]:
    template = moysklad.returns.template({"demand": moysklad.meta("demand", demand["id"])})
    return dict(moysklad.returns.create({**template, "syncId": str(uuid.uuid4())}))


def test_the_way_of_an_order_and_back(moysklad: MoySklad, box: Any, order: dict[str, Any]) -> None:
    (line,) = order["positions"]["rows"]
    moysklad.orders.update_position(order["id"], line["id"], {"reserve": 1})
    assert [row["reserve"] for row in moysklad.orders.positions(order["id"])] == [1.0]

    demand = shipped(moysklad, order)
    back = returned(moysklad, demand)
    money = {
        "organization": order["organization"],
        "agent": order["agent"],
        "sum": order["sum"],
        "syncId": str(uuid.uuid4()),
        "operations": [{**moysklad.meta("customerorder", order["id"]), "linkedSum": order["sum"]}],
    }
    (payment,) = moysklad.payments.save("paymentin", [money])
    assert isinstance(payment, dict)

    (sent,) = moysklad.demands.of_orders([order["id"]], expand=("positions", "returns"))
    assert sent["id"] == demand["id"]
    assert [row["quantity"] for row in sent["positions"]["rows"]] == [2.0]
    assert [id_of(link) for link in sent["returns"]] == [back["id"]]
    found = moysklad.returns.get(back["id"], WITH_ORDER)
    assert id_of(found["demand"]["customerOrder"]) == order["id"]  # type: ignore[typeddict-item]
    whole = moysklad.orders.get(order["id"], expand=("payments", "demands.returns.positions"))
    assert [paid["sum"] for paid in whole["payments"]] == [201_00.0]  # type: ignore[typeddict-item]
    assert whole["payedSum"] == 201_00.0
    assert [item["id"] for item in moysklad.returns.by_sync_ids([back["syncId"]])] == [back["id"]]
    assert [item["id"] for item in moysklad.payments.by_sync_ids("paymentin", [money["syncId"]])] == [
        payment["id"]
    ]


def test_binned_shipments_are_seen_when_asked_for(moysklad: MoySklad, order: dict[str, Any]) -> None:
    demand = shipped(moysklad, order)
    since = demand["updated"][:19]
    moysklad.demands.trash(demand["id"])
    assert demand["id"] not in ids_changed(moysklad.demands, since)
    assert demand["id"] in ids_changed(moysklad.demands, since, deleted=None)
    assert moysklad.demands.by_ids([demand["id"]]) == []
    assert [found["id"] for found in moysklad.demands.by_ids([demand["id"]], deleted=True)] == [demand["id"]]
    moysklad.demands.delete(demand["id"])
    with pytest.raises(NotFound):
        moysklad.demands.get(demand["id"])


def test_a_company_is_found_by_its_inn(moysklad: MoySklad, order: dict[str, Any]) -> None:
    found = moysklad.counterparties.by_inns(["7707083893", "0000000000"])
    assert id_of(order["agent"]) in [company["id"] for company in found]


def test_money_goes_back_with_a_return(moysklad: MoySklad, order: dict[str, Any]) -> None:
    back = returned(moysklad, shipped(moysklad, order))
    body = {
        "organization": order["organization"],
        "agent": order["agent"],
        "sum": 201_00.0,
        "operations": [{**moysklad.meta("salesreturn", back["id"]), "linkedSum": 201_00.0}],
    }
    with pytest.raises(PermanentError):
        moysklad.payments.create("cashout", body)
    (item, *_more) = moysklad.directory.expense_items()
    paid = moysklad.payments.create(
        "cashout", {**body, "expenseItem": moysklad.meta("expenseitem", item["id"])}
    )
    assert [id_of(link) for link in paid["operations"]] == [back["id"]]
    assert moysklad.returns.get(back["id"])["payedSum"] == 201_00.0


def test_what_an_account_and_its_documents_may_name(moysklad: MoySklad) -> None:
    field = {"name": "Источник", "type": "string", "required": False}
    moysklad.post("entity/customerorder/metadata/attributes", field)
    (found,) = [item for item in moysklad.attributes.list("customerorder") if item["name"] == "Источник"]
    assert (found["type"], found["required"], dictionary_of(found)) == ("string", False, "")
    assert "Россия" in {country["name"] for country in moysklad.directory.countries()}
    assert moysklad.directory.employees() != []
