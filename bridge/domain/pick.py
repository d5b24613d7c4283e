"""Goods of shipments that come back, taken position by position so that their prices make the sum asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Shipped:
    """One position of a shipment. Of its `quantity` so much is `left` that nobody has returned yet.

    `price_minor` is what a piece was sold for, tax and discounts in it; it need not be a whole number.
    """

    key: str
    item: str
    quantity: Decimal
    left: Decimal
    price_minor: Fraction


@dataclass(frozen=True)
class Taken:
    """So much of the position `key` comes back, for so much money."""

    key: str
    quantity: Decimal
    sum_minor: int


class Shelf:
    """What shipments hold and what was taken back from them; of equal prices the first position gives first."""

    def __init__(self, shipped: Sequence[Shipped]) -> None:
        self._shipped = shipped
        self._left = {one.key: one.left for one in shipped}

    def holds(self, item: str) -> bool:
        """Whether anything of these goods was shipped, returned or not."""
        return any(one.item == item for one in self._shipped)

    def unshipped(self, item: str, ordered: Decimal) -> Decimal:
        """What is still here of so many ordered pieces."""
        gone = sum((one.quantity for one in self._shipped if one.item == item), Decimal(0))
        return max(ordered - gone, Decimal(0))

    def left(self, item: str) -> Decimal:
        """How much can still come back."""
        return sum((self._left[one.key] for one in self._shipped if one.item == item), Decimal(0))

    def sold(self, item: str, price_minor: int, *, left: bool = False) -> bool:
        """Whether a piece was shipped for exactly this price; with `left` one that can still come back."""
        return any(
            one.item == item and one.price_minor == price_minor and (not left or self._left[one.key] >= 1)
            for one in self._shipped
        )

    def take(self, item: str, quantity: Decimal, money_minor: int) -> int:
        """Take so many pieces back, at prices that together come as near to the money as they can; what they cost.

        No more than `left`. 2 pieces for 666.67 of 2 × 333.33 and 1 × 333.34 are one of each.
        """
        money = Fraction(money_minor)
        while quantity > 0:
            one, pieces = self._next(item, quantity, money)
            self._left[one.key] -= pieces
            quantity -= pieces
            money -= one.price_minor * Fraction(pieces)
        return money_minor - round(money)

    def taken(self) -> tuple[Taken, ...]:
        """All that was taken back, position by position."""
        gone = [(one, one.left - self._left[one.key]) for one in self._shipped]
        return tuple(
            Taken(one.key, pieces, round(one.price_minor * Fraction(pieces)))
            for one, pieces in gone
            if pieces
        )

    def _next(self, item: str, quantity: Decimal, money: Fraction) -> tuple[Shipped, Decimal]:
        """The position whose price is nearest to what a piece should cost, and how many pieces of it."""
        piece = money / Fraction(quantity)
        there = [one for one in self._shipped if one.item == item and self._left[one.key] > 0]
        nearest = min(there, key=lambda one: abs(one.price_minor - piece))
        most = min(quantity, self._left[nearest.key])
        across = [one for one in there if (one.price_minor - piece) * (nearest.price_minor - piece) < 0]
        if not across:
            return nearest, most
        # So many that the rest can be paid at the price on the other side.
        other = min(across, key=lambda one: abs(one.price_minor - piece)).price_minor
        exact = (money - Fraction(quantity) * other) / (nearest.price_minor - other)
        return nearest, min(most, max(Decimal(round(exact)), Decimal(1)))
