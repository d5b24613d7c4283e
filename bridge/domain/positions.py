"""An order's money as document positions: whole minor-unit prices whose sum is the order's total exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bridge.domain.errors import Unmappable
from bridge.domain.money import spread, to_text
from bridge.domain.order import Charge, Line, Order

Source = Line | Charge


@dataclass(frozen=True)
class Position:
    """`source` is the order line or charge it stands for; `price_minor` is gross, per piece."""

    source: Source
    quantity: Decimal
    price_minor: int

    @property
    def sum_minor(self) -> int:
        return int(self.quantity * self.price_minor)


def positions(order: Order) -> list[Position]:
    """The positions of an order; their sums add up to `order.total_minor` and no price is negative or fractional.

    Raises Unmappable("total_differs") when lines, shipping and fees do not make the total, which happens when an
    order was edited without recalculation.
    """
    sources = _rounded(_without_negatives([*order.lines, *order.charges]), order)
    goods = [source for source in sources if isinstance(source, Line) or source.total_minor]
    return [position for source in goods for position in _positions_of(source)]


def _without_negatives(sources: list[Source]) -> list[Source]:
    """What negative fees or lines give back is taken off the others: a document has no negative positions."""
    back = sum(min(source.total_minor, 0) for source in sources)
    kept = [source for source in sources if source.total_minor >= 0]
    return _adjusted(kept, back) if back and kept else sources


def _rounded(sources: list[Source], order: Order) -> list[Source]:
    """A shop that rounds tax only in the sum is off by up to a minor unit a line: the lines take it over."""
    total = sum(source.total_minor for source in sources)
    missing = order.total_minor - total
    if abs(missing) > len(sources) or any(source.total_minor < 0 for source in sources):
        raise Unmappable(
            "total_differs",
            lines=to_text(total, order.currency),
            total=to_text(order.total_minor, order.currency),
            currency=order.currency,
        )
    return _adjusted(sources, missing) if missing else sources


def _adjusted(sources: Sequence[Source], amount: int) -> list[Source]:
    """`amount` spread over the sources in proportion to their totals."""
    parts = spread(amount, [source.total_minor for source in sources])
    return [replace(x, total_minor=x.total_minor + part) for x, part in zip(sources, parts, strict=True)]


def _positions_of(source: Source) -> Iterator[Position]:
    """1000.00 for 3 pieces: 2 × 333.33 and 1 × 333.34, never a fraction of a kopeck.

    A decimal quantity is so many of its smallest parts: 2.5 for 100.01 are five halves, four at 20.00 and one at
    20.01, that is 2 × 40.00 and 0.5 × 40.02.
    """
    quantity = source.quantity if isinstance(source, Line) else Decimal(1)
    if quantity <= 0:
        return
    numerator, denominator = quantity.as_integer_ratio()
    low, dearer = divmod(source.total_minor, numerator)
    for parts, price in ((numerator - dearer, low), (dearer, low + 1)):
        if parts:
            yield Position(source, Decimal(parts) / denominator, price * denominator)
