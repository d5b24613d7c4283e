"""Prices between two currencies, rounded as owners like them, and never below what they said."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.connections.choices import FieldChoices
from bridge.domain.money import exponent
from bridge.domain.prices import Floor, as_text, convert, rounded, unit_rate

RULES = FieldChoices.Rounding.values
amounts = st.decimals(min_value="0.01", max_value="9999999", places=4)
currencies = st.sampled_from(["RUB", "JPY", "KWD"])
rates = st.decimals(min_value="0.0001", max_value="10000", places=4)


@pytest.mark.parametrize(
    ("amount", "rule", "price"),
    [
        ("351.004", "exact", "351.00"),
        ("351.005", "exact", "351.01"),
        ("351.50", "whole", "352.00"),
        ("0.20", "whole", "1.00"),
        ("354.99", "ten", "350.00"),
        ("355", "ten", "360.00"),
        ("4", "ten", "10.00"),
        ("349.99", "hundred", "300.00"),
        ("350", "hundred", "400.00"),
        ("351", "ends_9", "359.00"),
        ("359", "ends_9", "359.00"),
        ("359.0000001", "ends_9", "359.00"),
        ("359.01", "ends_9", "369.00"),
        ("1", "ends_9", "9.00"),
        ("351", "ends_90", "390.00"),
        ("391", "ends_90", "490.00"),
        ("351", "ends_99", "351.99"),
        ("351.99", "ends_99", "351.99"),
        ("351.995", "ends_99", "352.99"),
    ],
)
def test_a_price_is_rounded_as_the_rule_says(amount: str, rule: str, price: str) -> None:
    assert as_text(rounded(Decimal(amount), rule, "RUB"), "RUB") == price


def test_a_currency_without_parts_knows_no_ninety_nine() -> None:
    assert as_text(rounded(Decimal("351"), "ends_99", "JPY"), "JPY") == "351"


@given(amounts, st.sampled_from(RULES), currencies)
def test_rounding_twice_is_rounding_once(amount: Decimal, rule: str, currency: str) -> None:
    once = rounded(amount, rule, currency)
    assert rounded(once, rule, currency) == once


@given(amounts, st.sampled_from(RULES), currencies)
def test_a_rounded_price_is_whole_minor_units_above_nothing(
    amount: Decimal, rule: str, currency: str
) -> None:
    price = rounded(amount, rule, currency)
    assert price > 0
    assert price.scaleb(exponent(currency)) % 1 == 0
    assert Decimal(as_text(price, currency)) == price


@given(amounts, amounts, st.sampled_from(RULES), currencies)
def test_rounding_keeps_the_order_of_prices(one: Decimal, other: Decimal, rule: str, currency: str) -> None:
    low, high = sorted((one, other))
    assert rounded(low, rule, currency) <= rounded(high, rule, currency)


@given(amounts, st.sampled_from(["ends_9", "ends_90", "ends_99"]))
def test_rules_with_an_end_only_go_up_and_by_less_than_their_step(amount: Decimal, rule: str) -> None:
    step = {"ends_9": 10, "ends_90": 100, "ends_99": 1}[rule]
    exact, price = rounded(amount, "exact", "RUB"), rounded(amount, rule, "RUB")
    assert exact <= price
    assert price - exact < step or price == {"ends_9": 9, "ends_90": 90, "ends_99": Decimal("0.99")}[rule]


@given(st.integers(1, 10**9), rates, rates)
def test_a_price_converted_there_and_back_is_what_it_was(
    hundredths: int, rate: Decimal, into: Decimal
) -> None:
    there = convert(hundredths, rate, into)
    back = there * into / rate
    assert abs(back - Decimal(hundredths) / 100) < Decimal("0.0001")


def test_a_rate_is_read_by_its_multiplicity_and_direction() -> None:
    assert unit_rate(Decimal("90.5"), 1, indirect=False) == Decimal("90.5")
    assert unit_rate(Decimal("18.2"), 100, indirect=False) == Decimal("0.182")
    assert unit_rate(Decimal("5"), 1000, indirect=True) == 200
    assert unit_rate(Decimal("0"), 1, indirect=False) is None
    assert unit_rate(Decimal("90"), 0, indirect=True) is None


@given(
    st.decimals(min_value="0.01", max_value="100000", places=2),
    st.integers(0, 300),
    st.decimals(min_value="0.01", max_value="500000", places=2),
)
def test_a_price_is_refused_exactly_where_the_margin_is_too_small(
    cost: Decimal, margin: int, price: Decimal
) -> None:
    refused = Floor(cost=cost, min_margin=margin).refusal(price, "RUB")
    assert (refused is not None) == ((price - cost) * 100 < cost * margin)


def test_a_refused_price_says_what_it_would_have_been() -> None:
    refused = Floor(cost=Decimal("300"), min_margin=20).refusal(Decimal("351"), "RUB")
    assert refused is not None
    assert refused.code == "price_below_margin"
    assert refused.params == {"price": "351.00", "cost": "300.00", "currency": "RUB", "margin": "20"}
    least = Floor(min_price=Decimal("400")).refusal(Decimal("399.99"), "RUB")
    assert least is not None
    assert (least.code, least.params["least"]) == ("price_below_minimum", "400.00")


def test_without_a_cost_or_a_margin_nothing_is_looked_at() -> None:
    assert Floor(cost=Decimal(100)).refusal(Decimal(1), "RUB") is None
    assert Floor(min_margin=50).refusal(Decimal(1), "RUB") is None
    assert Floor(cost=Decimal(0), min_margin=50).refusal(Decimal("0.01"), "RUB") is None
