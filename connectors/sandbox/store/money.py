"""Amounts as decimals inside, the shop's spellings outside: "1891.70" for orders, "171.3" for coupons, numbers for
unit prices."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

ZERO = Decimal(0)


def amount(value: Any) -> Decimal:
    """A string or number as a decimal, "" and null as 0; ValueError when it is no amount."""
    try:
        found = Decimal(str(value if value not in (None, "") else 0))
    except InvalidOperation:
        raise ValueError(f"not an amount: {value!r}") from None
    if not found.is_finite():
        raise ValueError(f"not an amount: {value!r}")
    return found


def rounded(value: Decimal, decimals: int, mode: str = ROUND_HALF_UP) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), mode)


def text(value: Decimal, decimals: int = 2) -> str:
    """With all decimals of the shop, as amounts of orders and lines: "1891.70", "1000" in a shop without decimals."""
    shown = rounded(value, decimals)
    return f"{shown if shown else abs(shown):f}"


def short(value: Decimal) -> str:
    """Without needless zeros, as coupon discounts and product prices."""
    return f"{value.normalize():f}" if value else "0"


def number(value: Decimal | int) -> float | int:
    """For JSON: whole when it can be."""
    return int(value) if value == int(value) else float(value)


def per_piece(total: Decimal, quantity: Decimal) -> float | int:
    """`line_items[].price`: a JSON number with all the digits a double has."""
    price = float(total) / float(quantity) if quantity else 0.0
    return int(price) if price.is_integer() else price
