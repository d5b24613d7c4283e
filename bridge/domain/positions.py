"""An order's money as document positions: whole minor-unit prices whose sum is the order's total exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from bridge.domain.errors import Unmappable
from bridge.domain.money import spread, to_text
from bridge.domain.order import Charge, Line, Order


@dataclass(frozen=True)
class Position:
    """`source` is the order line or charge it stands for; `price_minor` is gross, per piece."""

    source: Line | Charge
    quantity: Decimal
    price_minor: int

    @property
    def sum_minor(self) -> int:
        return int(self.quantity * self.price_minor)


def positions(order: Order) -> list[Position]:
    """The positions of an order; their sums add up to `order.total_minor`.

    Raises Unmappable("total_differs") when lines, shipping and fees do not make the total, which happens when
    an order was edited without recalculation, and "quantity_splits_no_price" for a decimal quantity that no
    whole price fits.
    """
    sources: list[Line | Charge] = [*_absorb_negative_fees(order)]
    sources += [charge for charge in order.charges if charge.total_minor > 0]
    found = [position for source in sources for position in _positions_of(source, order.currency)]
    total = sum(position.sum_minor for position in found)
    if total != order.total_minor:
        raise Unmappable(
            "total_differs",
            lines=to_text(total, order.currency),
            total=to_text(order.total_minor, order.currency),
            currency=order.currency,
        )
    return found


def _absorb_negative_fees(order: Order) -> list[Line]:
    """Lines lowered by what negative fees give back: a document has no negative positions."""
    lines = list(order.lines)
    negative = sum(charge.total_minor for charge in order.charges if charge.total_minor < 0)
    if not negative or not lines:
        return lines
    parts = spread(negative, [max(line.total_minor, 0) for line in lines])
    return [
        replace(line, total_minor=line.total_minor + part) for line, part in zip(lines, parts, strict=True)
    ]


def _positions_of(source: Line | Charge, currency: str) -> Iterator[Position]:
    quantity = source.quantity if isinstance(source, Line) else Decimal(1)
    total = source.total_minor
    if quantity <= 0:
        return
    price = Decimal(total) / quantity
    if price == int(price):
        yield Position(source, quantity, int(price))
        return
    if quantity != int(quantity):
        raise Unmappable(
            "quantity_splits_no_price", name=source.name, quantity=quantity, total=to_text(total, currency)
        )
    # 1000.00 for 3 pieces: 2 × 333.33 and 1 × 333.34, never a fraction of a kopeck.
    low, dearer = divmod(total, int(quantity))
    yield Position(source, quantity - dearer, low)
    yield Position(source, Decimal(dearer), low + 1)
