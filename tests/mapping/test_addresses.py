"""A delivery address in MoySklad's fields: within their limits, with region and country known, and no text lost."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.order import Address, Customer
from bridge.mapping import regions
from bridge.mapping.addresses import LIMITS, Places, cleared, place
from bridge.mapping.countries import letters_of

KNOWN = {
    name: f"id of {name}"
    for name in (
        "г Москва", "Московская обл", "г Санкт-Петербург", "Респ Алтай", "Алтайский край", "Ненецкий АО",
        "Ямало-Ненецкий АО", "Респ Саха /Якутия/", "Чувашская республика - Чувашия", "Кемеровская область - Кузбасс",
        "Ханты-Мансийский Автономный округ - Югра", "Еврейская Аобл",
    )
}  # fmt: skip
PLACES = Places("https://api.test", {"RU": "russia"}, KNOWN)
BUYER = Customer(first_name="Пётр", last_name="Сидоров", phone="+79991234567")
HOME = Address(
    "Пётр", "Сидоров", "", "RU", "г. Москва", "Москва", "101000", "ул. Ленина, 10", "кв. 5", "+79991234567"
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Московская область", "Московская обл"),
        ("московская обл.", "Московская обл"),
        ("МО", "Московская обл"),
        ("г. Москва", "г Москва"),
        ("Москва", "г Москва"),
        ("Moscow", "г Москва"),
        ("СПб", "г Санкт-Петербург"),
        ("Республика Алтай", "Респ Алтай"),
        ("Алтайский край", "Алтайский край"),
        ("Ненецкий автономный округ", "Ненецкий АО"),
        ("ЯНАО", "Ямало-Ненецкий АО"),
        ("Якутия", "Респ Саха /Якутия/"),
        ("Чувашская Республика", "Чувашская республика - Чувашия"),
        ("Кемеровская область", "Кемеровская область - Кузбасс"),
        ("ХМАО", "Ханты-Мансийский Автономный округ - Югра"),
        ("Еврейская автономная область", "Еврейская Аобл"),
    ],
)
def test_a_region_is_known_by_its_spellings(text: str, name: str) -> None:
    assert regions.find(text, KNOWN) == KNOWN[name]


@pytest.mark.parametrize("text", ["", "область", "Московская область, Люберецкий район", "Almaty", "77"])
def test_a_text_that_names_no_region_or_more_than_one_is_not_guessed(text: str) -> None:
    assert regions.find(text, KNOWN) == ""


def test_countries_are_known_by_letters_and_digits() -> None:
    assert (letters_of("643"), letters_of("8"), letters_of("999")) == ("RU", "AL", "")


def test_each_part_has_its_field_and_the_buyer_is_not_repeated() -> None:
    placed = place(HOME, BUYER, PLACES)
    country, region = placed.full.pop("country"), placed.full.pop("region")
    assert placed.full == {
        "postalCode": "101000",
        "city": "Москва",
        "street": "ул. Ленина, 10",
        "apartment": "кв. 5",
    }
    assert country["meta"]["href"].endswith("/entity/country/russia")
    assert region["meta"]["href"].endswith("/entity/region/id of г Москва")
    assert placed.rest == ()


def test_a_foreign_postcode_and_unknown_places_go_to_the_further_information() -> None:
    abroad = replace(HOME, country="KZ", region="Алматы обл.", city="Талгар", postcode="A05X9B1")
    full = place(abroad, BUYER, PLACES).full
    assert full["addInfo"] == "A05X9B1, KZ, Алматы обл."
    assert not {"postalCode", "country", "region"} & set(full)


def test_another_recipient_stands_in_the_comment_of_the_address() -> None:
    gift = replace(HOME, first_name="Анна", last_name="Котова", phone="+79990000000", company="ООО Кот")
    assert place(gift, BUYER, PLACES).full["comment"] == "Получатель: Котова Анна, ООО Кот, +79990000000"


def test_a_recipient_without_an_address_is_told_in_the_documents_comment() -> None:
    placed = place(Address(first_name="Анна", country="RU"), BUYER, PLACES)
    assert (placed.full, placed.rest) == ({}, ("Получатель: Анна",))


def test_what_is_in_an_address_no_longer_is_emptied() -> None:
    before = place(HOME, BUYER, PLACES).full
    after = {"city": "Тверь"}
    assert cleared(before, after) == {
        "city": "Тверь",
        "postalCode": "",
        "street": "",
        "apartment": "",
        "country": None,
        "region": None,
    }


lines = st.text(st.characters(categories=["L", "N"]), max_size=400)


@given(
    st.builds(Address, city=lines, postcode=lines, line1=lines, line2=lines, region=lines, first_name=lines)
)
def test_every_field_keeps_its_limit_and_every_text_is_somewhere(address: Address) -> None:
    placed = place(address, BUYER, PLACES)
    texts = {key: text for key, text in placed.full.items() if isinstance(text, str)}
    assert all(len(text) <= LIMITS[key] for key, text in texts.items())
    everything = "\n".join([*texts.values(), *placed.rest])
    region = "" if "region" in placed.full else address.region
    for part in (address.city, address.postcode, address.line1, address.line2, address.first_name, region):
        assert part in everything
