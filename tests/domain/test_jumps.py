"""Which changes deserve a second look: what is sold out by them, and big steps."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain import jumps


@pytest.mark.parametrize(
    ("old", "new", "mark"),
    [
        ("7", "0", "zero"),
        ("7", "-2", "zero"),
        ("0", "0", ""),
        ("-3", "0", ""),
        ("0", "500", ""),
        ("25", "5", "jump"),
        ("5", "25", "jump"),
        ("20", "6", ""),
        ("24", "4.8", ""),
        ("100", "30", ""),
        (None, "0", ""),
    ],
)
def test_pieces(old: str | None, new: str, mark: str) -> None:
    assert jumps.of_stock(None if old is None else Decimal(old), Decimal(new)) == mark


@pytest.mark.parametrize(
    ("old", "new", "mark"),
    [
        ("100", "130", ""),
        ("100", "130.01", "jump"),
        ("100", "69.99", "jump"),
        ("100", None, "zero"),
        (None, "100", ""),
        ("0", "100", ""),
    ],
)
def test_prices(old: str | None, new: str | None, mark: str) -> None:
    as_number = [None if text is None else Decimal(text) for text in (old, new)]
    assert jumps.of_price(*as_number) == mark


@given(st.decimals(0, 10_000, places=2), st.decimals(0, 10_000, places=2))
def test_a_jump_up_is_a_jump_down(one: Decimal, other: Decimal) -> None:
    up, down = jumps.of_stock(one, other), jumps.of_stock(other, one)
    assert (up == "jump") == (down == "jump")
