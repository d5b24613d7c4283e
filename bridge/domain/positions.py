"""An order's money as document positions: whole minor-unit prices whose sum is the order's total exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from bridge.domain.errors import Unmappable
from bridge.domain.money import document_unit, places, spread, take_off, to_text
from bridge.domain.order import Charge, Line, Order
from bridge.domain.vat import stated_percent

Source = Line | Charge
FINAL, LIST = (
    "final",
    "list",
)  # price modes: the price after discounts; the one before them with a percent off it

# Quantities below 0.00005 are nothing to MoySklad («Обработка ошибок», 3003): it keeps four decimals.
QUANTITY_PLACES = 4


@dataclass(frozen=True)
class Position:
    """`source` is the order line or charge it stands for; `price_minor` is gross, per piece, before `discount`.

    `discount` is a percent of at most two decimals, `vat_percent` a whole one, None for "no VAT".
    """

    source: Source
    quantity: Decimal
    price_minor: int
    discount: Decimal = Decimal(0)
    vat_percent: int | None = None

    @property
    def sum_minor(self) -> int:
        return int(Fraction(self.quantity) * self.price_minor * (1 - Fraction(self.discount) / 100))


def positions(order: Order, price_mode: str = FINAL) -> list[Position]:
    """The positions of an order; their sums add up to `order.total_minor` and no price is negative or fractional.

    With `price_mode` LIST a line shows its price before discounts and a percent, where that makes the same sum
    however it is rounded; other lines show the price after discounts.

    Raises Unmappable: "currency_not_exact" for amounts finer than a document holds, "total_differs" when lines,
    shipping and fees do not make the total (an order edited without recalculation), "line_without_quantity",
    "quantity_not_exact" for more than four decimals.
    """
    unit = document_unit(order.currency)
    _check_exact(order, unit)
    rows: list[Position] = []
    for source, total in _to_pay(order, unit):
        _check_quantity(source, total, order.currency)
        found = list(_positions_of(source, total, unit))
        rows += _at_list_price(found, unit) if price_mode == LIST else found
    return rows


def _check_exact(order: Order, unit: int) -> None:
    sources: list[Source] = [*order.lines, *order.charges]
    amounts = [order.total_minor, *(source.total_minor for source in sources)]
    finer = [to_text(amount, order.currency) for amount in amounts if amount % unit]
    if order.total_text or finer:
        raise Unmappable("currency_not_exact", amount=order.total_text or finer[0], currency=order.currency)


def _check_quantity(source: Source, total: int, currency: str) -> None:
    quantity = _quantity(source)
    if total and quantity <= 0:
        figures = {"amount": to_text(total, currency), "currency": currency}
        raise Unmappable("line_without_quantity", line=source.name, **figures)
    if places(quantity.normalize()) > QUANTITY_PLACES:
        raise Unmappable("quantity_not_exact", line=source.name, quantity=quantity)


def _to_pay(order: Order, unit: int) -> list[tuple[Source, int]]:
    """What the buyer pays for each line and charge, none below zero."""
    sources: list[Source] = [*order.lines, *order.charges]
    totals = _rounded([source.total_minor for source in sources], order, unit)
    goods, rest = (
        [max(x, 0) // unit for x in part] for part in (totals[: len(order.lines)], totals[len(order.lines) :])
    )
    back = -sum(min(total, 0) for total in totals) // unit
    goods, rest = take_off(back, goods, rest)  # a document has no negative positions
    return [(source, paid * unit) for source, paid in zip(sources, [*goods, *rest], strict=True)]


def _rounded(totals: Sequence[int], order: Order, unit: int) -> list[int]:
    """A shop that rounds tax only in the sum is off by up to one unit a line: the lines take it over."""
    missing = (order.total_minor - sum(totals)) // unit
    if abs(missing) > len(totals) or order.total_minor < 0:
        raise Unmappable(
            "total_differs",
            lines=to_text(sum(totals), order.currency),
            total=to_text(order.total_minor, order.currency),
            currency=order.currency,
        )
    parts = spread(missing, [int(total > 0) for total in totals]) if totals else []
    return [total + part * unit for total, part in zip(totals, parts, strict=True)]


def _quantity(source: Source) -> Decimal:
    return source.quantity if isinstance(source, Line) else Decimal(1)


def _positions_of(source: Source, total: int, unit: int) -> Iterator[Position]:
    """1000.00 for 3 pieces: 2 × 333.33 and 1 × 333.34, never a fraction of a kopeck.

    A decimal quantity is so many of its smallest parts: 2.5 for 100.01 are five halves, four at 20.00 and one at
    20.01, that is 2 × 40.00 and 0.5 × 40.02. A charge of nothing needs no position, a free gift does.
    """
    if _quantity(source) <= 0 or (isinstance(source, Charge) and not total):
        return
    numerator, denominator = _quantity(source).as_integer_ratio()
    low, dearer = divmod(total // unit, numerator)
    vat = stated_percent(source, unit)
    for parts, price in ((numerator - dearer, low), (dearer, low + 1)):
        if parts:
            yield Position(source, Decimal(parts) / denominator, price * denominator * unit, vat_percent=vat)


def _at_list_price(rows: list[Position], unit: int) -> list[Position]:
    """One price before discounts and a percent of two decimals, or the rows as they are.

    How MoySklad rounds is not documented. Here nothing is left to round: the piece's price before and after the
    discount and the line's sum are all whole.
    """
    source = rows[0].source if len(rows) == 1 else None
    if not isinstance(source, Line) or not source.subtotal_minor:
        return rows
    before, after = Fraction(source.subtotal_minor) / Fraction(source.quantity), rows[0].price_minor
    percent = (before - after) * 100 / before
    if before % unit or (percent * 100).denominator != 1 or not 0 < percent <= 100:
        return rows
    return [replace(rows[0], price_minor=int(before), discount=Decimal(int(percent * 100)) / 100)]
