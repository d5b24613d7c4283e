"""The account's own fields, its dictionaries, and what an address or a document may name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import TransientError
from connectors.moysklad.attributes import dictionary_of
from connectors.moysklad.client import MoySklad

API = "/api/remap/1.2"
HOST = "https://api.moysklad.ru/api/remap/1.2"
DICTIONARY = "0347beb0-a785-11e9-ac12-000800000003"
ELEMENT = "01b29035-2656-11e6-8a84-bae500000048"

Make = Callable[..., MoySklad]


def page(*rows: Any) -> dict[str, Any]:
    return {"meta": {"size": len(rows)}, "rows": list(rows)}


@pytest.mark.parametrize("kind", ["customerorder", "counterparty", "demand", "salesreturn"])
def test_the_fields_of_an_entity_come_without_pages(
    make_moysklad: Make, stub: Any, reply: Any, kind: str
) -> None:
    field = {"id": "1", "name": "UTM", "type": "string", "required": True}
    stub.replies(reply(200, {"meta": {"href": "x"}, "rows": [field]}))
    assert make_moysklad().attributes.list(kind) == [field]
    assert stub.seen[0].target == f"{API}/entity/{kind}/metadata/attributes"


@pytest.mark.parametrize("body", [{"rows": None}, {}, [], "x"])
def test_fields_that_are_no_list_are_a_passing_fault(
    make_moysklad: Make, stub: Any, reply: Any, body: Any
) -> None:
    stub.replies(reply(200, body))
    with pytest.raises(TransientError, match="not a list"):
        make_moysklad().attributes.list("customerorder")


@pytest.mark.parametrize(
    "href",
    [
        f"{HOST}/entity/customentity/{DICTIONARY}/metadata",
        f"{HOST}/entity/companysettings/metadata/customEntities/{DICTIONARY}",
    ],
)
def test_a_field_names_its_dictionary_in_two_ways(href: str) -> None:
    assert dictionary_of({"type": "customentity", "customEntityMeta": {"href": href}}) == DICTIONARY
    assert dictionary_of({"type": "string"}) == ""


def test_the_elements_of_a_dictionary_are_read_and_added(make_moysklad: Make, stub: Any, reply: Any) -> None:
    element = {"id": ELEMENT, "name": "Самовывоз"}
    stub.script = lambda request: reply(200, page(element) if request.method == "GET" else element)
    client = make_moysklad()
    assert client.attributes.custom_entity(DICTIONARY) == [element]
    assert client.attributes.create_element(DICTIONARY, "Самовывоз") == element
    assert stub.seen[1].json == {"name": "Самовывоз"}
    assert {seen.path for seen in stub.seen} == {f"{API}/entity/customentity/{DICTIONARY}"}


def test_elements_and_accounts_are_named_below_their_owner(make_moysklad: Make) -> None:
    client = make_moysklad()
    element = client.meta("customentity", ELEMENT, of=DICTIONARY)["meta"]
    assert element["href"] == f"{client.base_url}/entity/customentity/{DICTIONARY}/{ELEMENT}"
    assert element["type"] == "customentity"
    account = client.meta("account", ELEMENT, of=DICTIONARY)["meta"]
    assert account["href"] == f"{client.base_url}/entity/organization/{DICTIONARY}/accounts/{ELEMENT}"


def test_each_directory_has_its_path(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, page({"id": "1"})))
    directory = make_moysklad().directory
    for read in (
        directory.countries,
        directory.regions,
        directory.projects,
        directory.contracts,
        directory.employees,
        directory.expense_items,
    ):
        assert read() == [{"id": "1"}]
    assert directory.organization_accounts(DICTIONARY) == [{"id": "1"}]
    assert [seen.path.removeprefix(f"{API}/entity/") for seen in stub.seen] == [
        "country",
        "region",
        "project",
        "contract",
        "employee",
        "expenseitem",
        f"organization/{DICTIONARY}/accounts",
    ]


@pytest.mark.parametrize(
    ("archived", "condition"),
    [(False, ""), (True, ";archived=true"), (None, ";archived=true;archived=false")],
)
def test_companies_are_found_by_their_inn(
    make_moysklad: Make, stub: Any, reply: Any, archived: bool | None, condition: str
) -> None:
    stub.replies(reply(200, page()))
    make_moysklad().counterparties.by_inns(["7707083893", ""], archived=archived)
    assert stub.seen[0].query["filter"] == f"inn=7707083893{condition}"
