"""Refunds of an order, and the order as it stands after them.

Amounts are gross (with tax) minor units of the order's currency, positive for money that went back to the buyer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bridge.domain.money import spread, take_off
from bridge.domain.order import Charge, Line, Order, build

Source = Line | Charge
Left = tuple[
    Source, int
]  # an order's line or charge as it was (but for its quantity), and the money it keeps


@dataclass(frozen=True)
class RefundedLine:
    """Of one line of the order: pieces that came back (0: money only) and what was paid back for them."""

    line_id: str
    quantity: Decimal
    total_minor: int
    tax_minor: int = 0


@dataclass(frozen=True)
class RefundedCharge:
    """Of shipping or a fee; negative for a negative fee that was taken back."""

    charge_id: str
    total_minor: int
    tax_minor: int = 0


@dataclass(frozen=True)
class Refund:
    """`total_minor` may be more than lines and charges: the rest is money whose goods nobody named."""

    source_id: str
    total_minor: int
    placed_at: datetime
    lines: tuple[RefundedLine, ...] = ()
    charges: tuple[RefundedCharge, ...] = ()
    reason: str = ""
    origin: str = ""  # who made it, when that was not the shop

    @property
    def unnamed_minor(self) -> int:
        """What went back without saying for what; all of it when only an amount was refunded."""
        return (
            self.total_minor
            - sum(line.total_minor for line in self.lines)
            - sum(charge.total_minor for charge in self.charges)
        )


def from_json(data: dict[str, Any]) -> Refund:
    """The refund that `order.to_json` wrote."""
    refund: Refund = build(Refund, data)
    return refund


def less(refund: Refund, parts: Sequence[Refund]) -> Refund:
    """What is left of a refund without these parts of it."""

    def pieces(line: RefundedLine) -> Decimal:
        return sum((x.quantity for one in parts for x in one.lines if x.line_id == line.line_id), Decimal(0))

    def money(line: RefundedLine) -> int:
        return sum(x.total_minor for one in parts for x in one.lines if x.line_id == line.line_id)

    left = [
        replace(line, quantity=line.quantity - pieces(line), total_minor=line.total_minor - money(line))
        for line in refund.lines
    ]
    gone = {charge.charge_id for one in parts for charge in one.charges}
    return replace(
        refund,
        total_minor=refund.total_minor - sum(one.total_minor for one in parts),
        lines=tuple(line for line in left if line.quantity > 0 or line.total_minor),
        charges=tuple(charge for charge in refund.charges if charge.charge_id not in gone),
    )


def remaining(order: Order, refunds: Sequence[Refund]) -> Order:
    """The order as it stands after these refunds: fewer pieces, less money, never below zero.

    Money that names no line is taken off the goods that are left, like a negative fee, and then off shipping.
    Lines without a piece left are gone; money kept for them (a returned dress less a fee for wear) stays as a fee.
    Lines and charges make the new total if they made the old one; tax follows the money.
    """
    total = max(order.total_minor - sum(refund.total_minor for refund in refunds), 0)
    left = [
        *_lines_left(order.lines, [part for refund in refunds for part in refund.lines]),
        *_charges_left(order.charges, [part for refund in refunds for part in refund.charges]),
    ]
    before: list[Source] = [*order.lines, *order.charges]
    unexplained = order.total_minor - sum(source.total_minor for source in before)
    sources = _shared(left, total - unexplained)
    return replace(
        order,
        total_minor=total,
        lines=tuple(source for source in sources if isinstance(source, Line)),
        charges=tuple(source for source in sources if isinstance(source, Charge)),
    )


def _lines_left(lines: Sequence[Line], parts: Sequence[RefundedLine]) -> Iterable[Left]:
    for line in lines:
        mine = [part for part in parts if part.line_id == line.source_id]
        quantity = line.quantity - sum((part.quantity for part in mine), Decimal(0))
        total = line.total_minor - sum(part.total_minor for part in mine)
        if not mine:
            yield line, total
        elif quantity > 0:
            fewer = replace(line, quantity=quantity, subtotal_minor=_subtotal_of(line, quantity))
            yield fewer, max(total, 0)
        elif total > 0:
            kept = Charge(
                line.source_id,
                "fee",
                line.name,
                line.total_minor,
                line.tax_minor,
                line.vat_percent,
                line.tax_rates,
            )
            yield kept, total


def _subtotal_of(line: Line, quantity: Decimal) -> int | None:
    """What so many pieces of a line cost before discounts."""
    if line.subtotal_minor is None:
        return None
    return round(line.subtotal_minor * quantity / line.quantity)


def _charges_left(charges: Sequence[Charge], parts: Sequence[RefundedCharge]) -> Iterable[Left]:
    """What is left of each charge, between nothing and what it was; one that was given back whole is gone."""
    for charge in charges:
        back = sum(part.total_minor for part in parts if part.charge_id == charge.source_id)
        low, high = sorted((0, charge.total_minor))
        left = min(max(charge.total_minor - back, low), high)
        if left or not back:
            yield charge, left


def _shared(left: list[Left], total: int) -> list[Source]:
    """The sources with the money they keep, made to add up to `total`: goods give first, then shipping and fees."""
    goods = [max(money, 0) if isinstance(source, Line) else 0 for source, money in left]
    rest = [max(money, 0) - part for (_, money), part in zip(left, goods, strict=True)]
    amount = total - sum(money for _, money in left)
    if amount and not left:
        return [Charge("", "fee", "", amount)]
    if amount > 0:  # less went back than its lines say
        parts = spread(amount, goods if any(goods) else rest)
    else:
        goods_left, rest_left = take_off(-amount, goods, rest)
        parts = [a + b - c - d for a, b, c, d in zip(goods_left, rest_left, goods, rest, strict=True)]
    return [_costing(source, money + part) for (source, money), part in zip(left, parts, strict=True)]


def _costing(source: Source, total: int) -> Source:
    """The source at another total, its tax in proportion."""
    tax = round(Fraction(source.tax_minor * total, source.total_minor)) if source.total_minor else 0
    return replace(source, total_minor=total, tax_minor=tax)
