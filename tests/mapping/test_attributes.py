"""Texts of the site as values of MoySklad's fields, by the type of the field."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.attributes import Unreadable, attribute, choose, convert, is_cut, merged


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "Аня", "Аня"),
        ("string", "я" * 300, "я" * 255),
        ("text", "я" * 300, "я" * 300),
        ("link", "https://shop.test/?a=1", "https://shop.test/?a=1"),
        ("long", "1 200", 1200),
        ("long", "3.0", 3),
        ("double", "1 234,5", 1234.5),
        ("boolean", "Да", True),
        ("boolean", "1", True),
        ("boolean", "no", False),
        ("boolean", "нет", False),
        ("time", "14.07.2026 10:30", "2026-07-14 10:30:00"),
        ("time", "2026-07-14T07:30:00Z", "2026-07-14 10:30:00"),
    ],
)
def test_a_text_becomes_a_value_of_the_type(kind: str, text: str, value: Any) -> None:
    assert convert(kind, text) == value
    assert type(convert(kind, text)) is type(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("long", "3.5"),
        ("long", "много"),
        ("long", "9" * 30),
        ("double", "NaN"),
        ("boolean", "может быть"),
        ("time", "скоро"),
        ("file", "a.pdf"),
    ],
)
def test_what_is_no_value_of_the_type_is_refused(kind: str, text: str) -> None:
    with pytest.raises(Unreadable):
        convert(kind, text)


def test_a_text_too_long_for_its_field_is_known_as_such() -> None:
    assert is_cut("string", "я" * 256)
    assert not is_cut("text", "я" * 256)
    assert not is_cut("boolean", "да" * 256)


def test_a_value_of_a_dictionary_is_chosen_by_its_name_in_any_case() -> None:
    assert choose(" сайт", {"Сайт": "1", "Телефон": "2"}) == "1"
    with pytest.raises(Unreadable):
        choose("Рынок", {"Сайт": "1"})


def test_a_body_that_names_one_field_leaves_the_others_as_they_were() -> None:
    first, second = (attribute("https://api.test", "customerorder", key, key) for key in ("a", "b"))
    changed = attribute("https://api.test", "customerorder", "b", None)
    assert merged([first, second], [changed]) == [first, changed]


@given(st.sampled_from(["string", "text", "link", "long", "double", "boolean", "time"]), st.text(max_size=40))
def test_no_text_does_more_than_be_refused(kind: str, text: str) -> None:
    try:
        convert(kind, text)
    except Unreadable:
        return
