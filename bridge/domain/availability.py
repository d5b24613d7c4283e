"""How many pieces a shop may offer, from what the warehouse reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import ROUND_FLOOR, Decimal

NO_STORE = ""  # MoySklad reports reserves of orders without a store under no store


def available(levels: Iterable[tuple[str, Decimal]], stores: Collection[str]) -> int:
    """Whole pieces over the chosen `stores` (all when empty), never below 0.

    `levels` are (store id, quantity) of one item; what is reserved without a store counts against the total.
    """
    total = sum((q for store, q in levels if not stores or store in stores or store == NO_STORE), Decimal(0))
    return max(int(total.to_integral_value(ROUND_FLOOR)), 0)
