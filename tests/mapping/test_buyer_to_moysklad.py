"""A buyer as a counterparty: a person by names, a company by title and numbers, text within its limits."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bridge.domain.buyers import buyer_of
from bridge.domain.order import Address, Customer, Order
from bridge.mapping import buyer_to_moysklad
from bridge.mapping.addresses import Placed, Places, place

AT = datetime(2026, 5, 1, tzinfo=UTC)
NOWHERE = Placed({})
PERSON = {"first_name": "Мария Петровна", "last_name": "Иванова", "email": "m@x.example", "phone": "8 916 1"}


def body(address: Placed = NOWHERE, **customer: Any) -> dict[str, Any]:
    order = Order("1", "key", "1", "processing", "RUB", 100, AT, AT, customer=Customer(**customer))
    return buyer_to_moysklad.counterparty(buyer_of(order, site="shop", match_by=["email"]), address)


def test_a_person_has_split_names_and_contacts_as_typed() -> None:
    assert body(**PERSON) == {
        "companyType": "individual",
        "name": "Иванова Мария Петровна",
        "legalLastName": "Иванова",
        "legalFirstName": "Мария",
        "legalMiddleName": "Петровна",
        "email": "m@x.example",
        "phone": "8 916 1",
    }


def test_a_company_is_a_legal_entity_and_empty_fields_are_left_out() -> None:
    company = body(company="ООО Ромашка", inn="7707083893", kpp="773601001", **PERSON)
    assert {key: company[key] for key in ("companyType", "name", "legalTitle", "inn", "kpp")} == {
        "companyType": "legal",
        "name": "ООО Ромашка",
        "legalTitle": "ООО Ромашка",
        "inn": "7707083893",
        "kpp": "773601001",
    }
    assert not [key for key in company if key.startswith("legalFirst")]
    assert "kpp" not in body(company="ООО Ромашка")


def test_twelve_digits_make_an_entrepreneur_with_a_name() -> None:
    entrepreneur = body(inn="500100732259", **PERSON)
    assert entrepreneur["companyType"] == "entrepreneur"
    assert (entrepreneur["inn"], entrepreneur["legalLastName"]) == ("500100732259", "Иванова")


def test_a_wrong_inn_is_not_written() -> None:
    assert body(inn="7707083894", first_name="Анна")["companyType"] == "individual"
    assert "inn" not in body(inn="7707083894", company="ООО Ромашка")


def test_an_address_goes_into_its_fields_and_what_has_no_room_into_the_comment() -> None:
    address = Address(country="RU", city="Москва", postcode="101000", line1="ул. Лесная, 5", line2="кв. 7")
    placed = place(address, Customer(), Places("http://x"))
    assert body(placed, **PERSON)["actualAddressFull"]["street"] == "ул. Лесная, 5"
    long = replace(address, line1="ул. " + "Длинная " * 40)
    assert long.line1.strip() in body(place(long, Customer(), Places("http://x")), **PERSON)["description"]


def test_a_buyer_without_any_name_has_one_in_lists() -> None:
    assert body()["name"] == "Покупатель"
    assert body(email="m@x.example")["name"] == "m@x.example"


def test_an_e_mail_that_is_none_is_kept_in_the_comment() -> None:
    made = body(email="anna@", first_name="Анна")
    assert "email" not in made
    assert "anna@" in made["description"]
