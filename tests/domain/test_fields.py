"""When a site's value and a wanted one are the same, and which fields are left to write."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.domain import fields
from bridge.domain.weights import UNITS, in_unit

SALE = {"price": "299.00", "from": "2026-11-01", "to": "2026-11-30"}


@pytest.mark.parametrize(
    ("field", "site", "wanted"),
    [
        ("price", "351", "351.00"),
        ("price", "", ""),
        ("weight", "0.250", "0.25"),
        ("name", "Кружка &quot;Утро&quot;", 'Кружка  "Утро"'),
        ("description", "<p>Белая<br />\nкружка</p>\n", "Белая\nкружка"),
        ("description", "<p>a</p>\n<div>b</div>", "a<div>b</div>"),
        ("barcode", "460-0000000001", "460-0000000001"),
        ("barcode", " 4600000000001", "4600000000001"),
        ("sale_price", {**SALE, "price": "299"}, SALE),
        ("sale_price", {"price": "", "from": "2025-01-01", "to": None}, fields.NO_SALE),
    ],
)
def test_values_that_mean_the_same_do_not_differ(field: str, site: Any, wanted: Any) -> None:
    assert fields.same(field, site, wanted)
    assert fields.differing({field: site}, {field: wanted}, {}) == []


@pytest.mark.parametrize(
    ("field", "site", "wanted"),
    [
        ("price", "351.00", "351.01"),
        ("price", "", "0"),
        ("price", "on request", "351.00"),
        ("name", "Кружка", "кружка"),
        ("description", "<p>Белая кружка</p>", "Синяя кружка"),
        ("sale_price", SALE, {**SALE, "to": None}),
        ("sale_price", SALE, fields.NO_SALE),
        ("sale_price", {**SALE, "price": ""}, SALE),
    ],
)
def test_values_that_differ_are_written(field: str, site: Any, wanted: Any) -> None:
    assert fields.differing({field: site}, {field: wanted}, {}) == [field]


def test_what_was_never_read_of_the_site_is_not_overwritten() -> None:
    assert fields.differing({}, {"description": "text"}, {}) == []


def test_what_the_site_belongs_to_is_not_looked_at() -> None:
    assert fields.differing({"price": "1", "name": "x"}, {"price": "1"}, {}) == []


def test_a_value_the_site_changes_when_it_takes_it_is_not_written_for_ever() -> None:
    taken = {"name": ["Кружка <b>", "Кружка"]}
    assert fields.differing({"name": "Кружка"}, {"name": "Кружка <b>"}, taken) == []
    assert fields.differing({"name": "Чашка"}, {"name": "Кружка <b>"}, taken) == ["name"]
    assert fields.differing({"name": "Кружка"}, {"name": "Кружка <i>"}, taken) == ["name"]


@given(st.text(max_size=200))
@example("<A")
@example("<A\n>")
def test_a_plain_text_is_the_same_as_itself_in_paragraphs(text: str) -> None:
    html = "".join(f"<p>{line}</p>\n" for line in text.split("\n"))
    assert fields.same("description", html, text)


@given(st.sampled_from(fields.FIELDS), st.text(max_size=20), st.text(max_size=20))
def test_being_the_same_has_no_direction(field: str, one: str, other: str) -> None:
    if field == fields.SALE_PRICE:
        left, right = {**SALE, "price": one}, {**SALE, "price": other}
    else:
        left, right = one, other  # type: ignore[assignment]
    assert fields.same(field, left, left)
    assert fields.same(field, left, right) == fields.same(field, right, left)


@pytest.mark.parametrize(
    ("price", "regular", "below"),
    [("299.00", "351", True), ("351.00", "351", False), ("352", "351", False), ("1", "", False)],
)
def test_a_sale_is_below_the_regular_price(price: str, regular: str, below: bool) -> None:
    assert fields.is_below(price, regular) is below


def test_a_sale_ends_after_it_begins() -> None:
    assert fields.is_period("2026-11-01", "2026-11-01")
    assert fields.is_period(None, "2026-11-01")
    assert not fields.is_period("2026-11-02", "2026-11-01")


@pytest.mark.parametrize(
    ("unit", "text"), [("kg", "0.25"), ("g", "250"), ("lbs", "0.5512"), ("oz", "8.8185")]
)
def test_a_weight_is_told_in_the_unit_of_the_site(unit: str, text: str) -> None:
    assert in_unit(Decimal("0.25"), unit) == text


@given(st.decimals(min_value="0.001", max_value="1000", places=3), st.sampled_from(sorted(UNITS)))
def test_a_weight_comes_back_from_every_unit(kilograms: Decimal, unit: str) -> None:
    assert abs(Decimal(in_unit(kilograms, unit)) * UNITS[unit] - kilograms) <= UNITS[unit] * Decimal(
        "0.00005"
    )
