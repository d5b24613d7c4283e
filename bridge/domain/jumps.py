"""Which changes a person should look at twice before they are written: what is sold out by them, and big steps."""

from __future__ import annotations

from decimal import Decimal

ZERO, JUMP = "zero", "jump"

# A number of pieces that becomes so many times more or less, and by so many pieces.
TIMES = 5
PIECES = Decimal(20)
# A price that moves by so much of what it was.
PART = Decimal("0.3")


def of_stock(old: Decimal | None, new: Decimal) -> str:
    """'zero', 'jump' or '' for a number of pieces; of a number that is not known nothing is remarkable."""
    if old is None:
        return ""
    if new <= 0:
        return ZERO if old > 0 else ""
    if old <= 0:
        return ""
    many = max(old, new) >= TIMES * min(old, new)
    return JUMP if many and abs(new - old) >= PIECES else ""


def of_price(old: Decimal | None, new: Decimal | None) -> str:
    """The same for a price; None is no price at all."""
    if not old:
        return ""
    if not new:
        return ZERO
    return JUMP if abs(new - old) > PART * old else ""
