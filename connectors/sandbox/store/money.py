"""Kopecks inside, the shop's spellings outside: "1891.70" for orders, "171.3" for coupons, numbers for unit prices."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any


def kopecks(value: Any) -> int:
    """A string or number in roubles to kopecks; ValueError when it is no amount."""
    try:
        return int((Decimal(str(value)) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation:
        raise ValueError(f"not an amount: {value!r}") from None


def text(amount: int) -> str:
    """Two decimals, as amounts of orders and lines."""
    return f"{Decimal(amount) / 100:.2f}"


def short(amount: int) -> str:
    """Without needless zeros, as coupon discounts and product prices."""
    return str(int(amount // 100)) if amount % 100 == 0 else f"{Decimal(amount) / 100:.2f}".rstrip("0")


def per_piece(total: int, quantity: int) -> float | int:
    """`line_items[].price`: a JSON number, whole when it can be."""
    if not quantity:
        return 0
    price = round(total / quantity / 100, 8)
    return int(price) if price == int(price) else price


def share(total: int, percent: int) -> tuple[int, int]:
    """A gross amount to (net, tax)."""
    net = int((Decimal(total) * 100 / (100 + percent)).quantize(Decimal(1), ROUND_HALF_UP))
    return net, total - net


def on_top(net: int, percent: int) -> int:
    return int((Decimal(net) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))
