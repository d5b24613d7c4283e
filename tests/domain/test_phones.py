"""A phone number is the same however it is typed, and never somebody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain import phones

NATIONAL = st.from_regex(r"[3-9][0-9]{9}", fullmatch=True)
PUNCTUATION = st.sampled_from(["", " ", "-", " (", ") ", ".", "  "])


@given(NATIONAL, st.sampled_from(["+7", "8", "7"]), st.lists(PUNCTUATION, min_size=11, max_size=11))
def test_punctuation_and_the_prefix_mean_nothing(national: str, prefix: str, between: list[str]) -> None:
    typed = prefix + "".join(mark + digit for mark, digit in zip(between, national, strict=False))
    assert phones.normal(typed, "RU") == f"+7{national}"


@given(st.sampled_from(sorted(phones.PLANS)), st.data())
def test_a_number_of_any_country_is_known_by_trunk_prefix_country_code_and_plus(
    country: str, data: st.DataObject
) -> None:
    plan = phones.PLANS[country]
    size = max(plan.lengths)
    national = data.draw(st.from_regex(rf"[2-9][0-9]{{{size - 1}}}", fullmatch=True))
    expected = f"+{plan.code}{national}"
    assert phones.normal(expected) == expected
    assert phones.normal(plan.trunk + national, country) == expected
    assert phones.normal(plan.code + national, country) == expected


@given(NATIONAL)
def test_every_spelling_means_the_number_it_is_a_spelling_of(national: str) -> None:
    number = f"+7{national}"
    assert {phones.normal(spelling, "RU") for spelling in phones.spellings(number)} == {number}


@pytest.mark.parametrize(
    ("typed", "country", "expected"),
    [
        ("8 (999) 123-45-67 доб. 5", "RU", "+79991234567"),
        ("+7 999 123-45-67 ext. 12", "RU", "+79991234567"),
        ("9991234567", "", "+79991234567"),
        ("+8 916 123-45-67", "RU", "+79161234567"),
        ("8 916 111-22-33, 8 495 111-22-33", "RU", "+79161112233"),
        ("80 29 123-45-67", "BY", "+375291234567"),
        ("8-10-375-29-123-45-67", "RU", "+375291234567"),
        ("00 49 30 1234567", "DE", "+49301234567"),
        ("+44 (0)20 7946 0958", "GB", "+442079460958"),
        ("0532 123 45 67", "TR", "+905321234567"),
        ("(555) 123-4567", "US", "+15551234567"),
        ("912 345 678", "XX", "912345678"),
    ],
)
def test_a_number_gets_the_code_of_its_country(typed: str, country: str, expected: str) -> None:
    assert phones.normal(typed, country) == expected


@pytest.mark.parametrize("typed", ["", "нет", "123-45-67", "+7", "1" * 40])
def test_what_may_be_anybodys_number_is_none(typed: str) -> None:
    assert phones.normal(typed, "RU") == ""


def test_the_buyers_own_spelling_is_looked_for_first() -> None:
    assert phones.spellings("+375291234567", " 80 29 1234567 ")[0] == "80 29 1234567"
