"""Numbers as codes and files have them: no place too many, none lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.decimals import digits


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("7.000", "7"),
        ("0.50", "0.5"),
        ("-2", "-2"),
        ("1E+3", "1000"),
        ("0.0", "0"),
        ("-0.00", "0"),
        ("100", "100"),
    ],
)
def test_examples(number: str, text: str) -> None:
    assert digits(Decimal(number)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_nothing_is_lost_and_nothing_is_there_twice(number: Decimal) -> None:
    assert Decimal(digits(number)) == number
    assert digits(number) == digits(number * Decimal("1.0000"))
