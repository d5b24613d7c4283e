"""Money is exact: reading decimal text, and splitting a sum so that nothing is lost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.errors import BadPayload
from bridge.domain.money import spread, to_minor, to_text


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1891.70", "RUB", 189170),
        ("171.3", "RUB", 17130),
        ("-315.90", "RUB", -31590),
        ("", "RUB", 0),
        (None, "RUB", 0),
        (315.9, "RUB", 31590),
        ("1500", "JPY", 1500),
        ("1.234", "KWD", 1234),
        ("0.005", "RUB", 1),
        ("-0.005", "RUB", -1),
        ("0.0049", "RUB", 0),
    ],
)
def test_decimal_text_becomes_minor_units(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize("text", ["abc", "NaN", "Infinity", "1,5"])
def test_what_is_no_number_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(BadPayload) as caught:
        to_minor(text, "RUB")
    assert caught.value.problem.params["value"] == text


@given(st.integers(-(10**12), 10**12), st.sampled_from(["RUB", "JPY", "KWD"]))
def test_text_and_minor_units_are_inverse(minor: int, currency: str) -> None:
    assert to_minor(to_text(minor, currency), currency) == minor


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_a_spread_sum_loses_nothing_and_stays_in_proportion(amount: int, weights: list[int]) -> None:
    parts = spread(amount, weights)
    assert sum(parts) == amount
    total = sum(weights)
    if total:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Decimal(amount) * weight / total) <= 1
            assert weight or part == 0 or abs(part) <= 1
