"""What an order says of its buyer: person or company, by what name, and how to know them again."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.domain import tax_numbers
from bridge.domain.buyers import Buyer, Key, PersonName, buyer_of, person_name
from bridge.domain.order import Customer, Order

AT = datetime(2026, 5, 1, tzinfo=UTC)
EVERY_WAY = ["email", "phone", "inn"]
COMPANY, PERSON = "7707083893", "500100732259"


def buyer(match_by: list[str] | None = None, **customer: Any) -> Buyer:
    order = Order("17", "key", "17", "processing", "RUB", 100, AT, AT, customer=Customer(**customer))
    return buyer_of(order, site="shop", match_by=EVERY_WAY if match_by is None else match_by)


def test_the_account_is_surest_then_the_owners_ways_in_the_owners_order() -> None:
    known = {"source_id": "7", "email": "Anna@X.example", "phone": "8 916 111-22-33"}
    assert buyer(**known).links == (
        Key("site", "shop:7"),
        Key("email", "anna@x.example"),
        Key("phone", "+79161112233"),
    )
    assert buyer(["phone", "email"], **known).keys == (
        Key("phone", "+79161112233"),
        Key("email", "anna@x.example"),
    )
    assert buyer(["inn"], **known).keys == ()


def test_a_guest_and_an_account_with_one_e_mail_are_one_new_buyer() -> None:
    assert buyer(source_id="7", email="A@x.example").seed == buyer(email="a@x.example").seed


def test_a_buyer_who_left_nothing_is_known_by_the_order() -> None:
    assert buyer().links == (Key("site", "shop:order-17"),)
    assert buyer([], email="a@x.example").links == (Key("site", "shop:order-17"),)


def test_a_person_who_buys_for_a_company_is_another_buyer_than_at_home() -> None:
    at_home, for_company = buyer(email="a@x.example"), buyer(email="a@x.example", inn=COMPANY)
    assert not {key.stored for key in at_home.links} & {key.stored for key in for_company.links}
    assert Key("inn", COMPANY) in for_company.keys


def test_keys_fit_the_column_they_are_kept_in() -> None:
    long = buyer(source_id="7", email="a" * 255, inn=COMPANY)
    assert all(len(key.stored[1]) <= 255 for key in long.links)


def test_company_or_inn_makes_an_order_no_retail_order() -> None:
    assert buyer(first_name="Анна").is_retail
    assert not buyer(company="ООО Ромашка").is_retail
    assert not buyer(inn=COMPANY).is_retail
    assert not buyer(inn="7707083894").is_retail, "somebody who meant to give an INN is no passer-by"


def test_an_inn_with_a_typing_error_is_told_and_matches_nobody() -> None:
    wrong = buyer(inn="7707083894")
    assert (wrong.inn, wrong.wrong_inn, wrong.keys) == ("", "7707083894", ())
    right = buyer(inn="7707 083-893")
    assert (right.inn, right.wrong_inn) == (COMPANY, "")


@pytest.mark.parametrize("number", [COMPANY, "7736207543", PERSON])
def test_one_wrong_digit_is_seen(number: str) -> None:
    assert tax_numbers.is_valid(number)
    for place, digit in enumerate(number):
        wrong = number[:place] + str((int(digit) + 1) % 10) + number[place + 1 :]
        assert not tax_numbers.is_valid(wrong), wrong


@pytest.mark.parametrize("number", ["", "0000000000", "123", "770708389", "77070838933", "ИНН"])
def test_what_is_no_inn_is_not_valid(number: str) -> None:
    assert not tax_numbers.is_valid(number)


def test_abroad_there_are_other_numbers() -> None:
    assert tax_numbers.is_valid("190275968", "BY")
    assert not tax_numbers.is_valid("190275968", "RU")
    assert tax_numbers.is_entrepreneurs(PERSON)
    assert not tax_numbers.is_entrepreneurs("050140004649", "KZ")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Мария", "Иванова", PersonName("Иванова", "Мария")),
        ("Мария Петровна", "Иванова", PersonName("Иванова", "Мария", "Петровна")),
        ("Иванова Мария Петровна", "", PersonName("Иванова", "Мария", "Петровна")),
        ("Мария Петровна Иванова", "", PersonName("Иванова", "Мария", "Петровна")),
        ("Мария Иванова", "", PersonName("", "Мария Иванова")),
        ("Анна Мария", "Шмидт", PersonName("Шмидт", "Анна Мария")),
        ("", "", PersonName()),
    ],
)
def test_a_middle_name_is_known_by_its_ending_and_nothing_else_is_guessed(
    first: str, last: str, expected: PersonName
) -> None:
    assert person_name(first, last) == expected
