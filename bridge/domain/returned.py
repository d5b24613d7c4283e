"""Goods that came back in MoySklad, as a refund of the shop's order: which lines, how many pieces, what of their money.

Amounts are gross minor units of the order's currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from bridge.domain.decimals import digits
from bridge.domain.errors import Unmappable
from bridge.domain.money import to_text
from bridge.domain.order import Charge, Line, Order
from bridge.domain.refunds import Refund, RefundedCharge, RefundedLine


@dataclass(frozen=True)
class Returned:
    """`sum_minor` is what these pieces cost together; `name` is for people."""

    item: str
    name: str
    quantity: Decimal
    sum_minor: int

    @property
    def piece(self) -> Fraction:
        return Fraction(self.sum_minor) / Fraction(self.quantity)


def refund_of(
    order: Order,
    refunds: Sequence[Refund],
    back: Sequence[Returned],
    items: Mapping[str, str],
    *,
    service: str = "",
    moment: datetime,
) -> Refund:
    """What the order's shop should refund when this comes back; `refunds` are those it has made already.

    `items` are the goods of the order's lines by line id, `service` what stands for shipping and fees. Money is the
    order's own, in proportion to the pieces, and never more than is left; a negative fee goes back with its goods.

    Raises Unmappable: "return_line_unknown" for goods the order does not have, "return_exceeds_order".
    """
    goods = [one for one in back if one.item != service]
    unknown = [one.name for one in goods if one.item not in items.values()]
    if unknown:
        raise Unmappable("return_line_unknown", lines="; ".join(unknown))
    pieces = _pieces(order, refunds, goods, items)
    lines = [
        _line(line, pieces[line.source_id], refunds) for line in order.lines if pieces.get(line.source_id)
    ]
    services = [one for one in back if one.item == service]
    charges = [*_whole_charges(order, refunds, services), *_fees(order, refunds, lines)]
    return _refund(order, refunds, lines, charges, moment)


def _pieces(
    order: Order, refunds: Sequence[Refund], goods: Sequence[Returned], items: Mapping[str, str]
) -> dict[str, Decimal]:
    """Pieces by line: of several lines with the same goods the one with the nearest price first, then in order."""
    left = {line.source_id: line.quantity - _count(line, refunds) for line in order.lines}
    found: dict[str, Decimal] = {}
    for one in goods:
        lines = [line for line in order.lines if items.get(line.source_id) == one.item]
        missing = one.quantity
        for line in sorted(lines, key=lambda line: abs(_piece(line) - one.piece)):
            taken = max(min(missing, left[line.source_id]), Decimal(0))
            found[line.source_id] = found.get(line.source_id, Decimal(0)) + taken
            left[line.source_id] -= taken
            missing -= taken
        if missing > 0:
            raise _too_much(one.name, digits(one.quantity), digits(one.quantity - missing))
    return found


def _piece(line: Line) -> Fraction:
    return Fraction(line.total_minor) / Fraction(line.quantity) if line.quantity else Fraction(0)


def _count(line: Line, refunds: Iterable[Refund]) -> Decimal:
    return sum((x.quantity for one in refunds for x in one.lines if x.line_id == line.source_id), Decimal(0))


def _line(line: Line, quantity: Decimal, refunds: Sequence[Refund]) -> RefundedLine:
    """All pieces together are the line to the last unit, whatever each of them was rounded to."""
    before = _count(line, refunds)
    parts = [x for one in refunds for x in one.lines if x.line_id == line.source_id]

    def share(whole: int, given: int) -> int:
        upto = [
            round(Fraction(whole) * Fraction(n) / Fraction(line.quantity))
            for n in (before, before + quantity)
        ]
        return max(min(upto[1] - upto[0], whole - given), 0)

    return RefundedLine(
        line.source_id,
        quantity,
        share(line.total_minor, sum(x.total_minor for x in parts)),
        share(line.tax_minor, sum(x.tax_minor for x in parts)),
    )


def _whole_charges(
    order: Order, refunds: Sequence[Refund], services: Sequence[Returned]
) -> Iterator[RefundedCharge]:
    """Shipping or a fee is told by its price, and comes back whole."""
    left = [c for c in order.charges if c.total_minor > 0 and not _charged(c, refunds)]
    for one in services:
        for _piece_of in range(int(one.quantity)):
            fitting = [charge for charge in left if charge.total_minor == one.piece]
            if not fitting:
                raise Unmappable("return_line_unknown", lines=one.name)
            left.remove(fitting[0])
            yield RefundedCharge(fitting[0].source_id, fitting[0].total_minor, fitting[0].tax_minor)


def _charged(charge: Charge, refunds: Iterable[Refund]) -> int:
    return sum(x.total_minor for one in refunds for x in one.charges if x.charge_id == charge.source_id)


def _fees(order: Order, refunds: Sequence[Refund], lines: Sequence[RefundedLine]) -> Iterator[RefundedCharge]:
    """In MoySklad a negative fee is part of the goods' prices; here the same part of it goes back with them."""
    whole = sum(max(line.total_minor, 0) for line in order.lines)
    before = sum(x.total_minor for one in refunds for x in one.lines)
    upto = before + sum(line.total_minor for line in lines)
    for fee in order.charges:
        if fee.total_minor >= 0 or not whole:
            continue
        total, tax = (
            round(Fraction(x * upto, whole)) - round(Fraction(x * before, whole)) for x in _money(fee)
        )
        part = max(total, fee.total_minor - _charged(fee, refunds))
        if part < 0:
            yield RefundedCharge(fee.source_id, part, max(tax, part))


def _money(charge: Charge) -> tuple[int, int]:
    return charge.total_minor, charge.tax_minor


def _refund(
    order: Order,
    refunds: Sequence[Refund],
    lines: Sequence[RefundedLine],
    charges: Sequence[RefundedCharge],
    moment: datetime,
) -> Refund:
    """Shops may round each line and the total apart: a unit a line more than is left is not asked for."""
    total = sum(x.total_minor for x in lines) + sum(x.total_minor for x in charges)
    rest = order.total_minor - sum(one.total_minor for one in refunds)
    rounding = len(lines) + len(charges)
    if total > rest + rounding:
        raise _too_much(order.currency, to_text(total, order.currency), to_text(max(rest, 0), order.currency))
    if total > rest or (rest - total <= rounding and _nothing_left(order, refunds, lines, charges)):
        total = rest
    return Refund("", total, moment, lines=tuple(lines), charges=tuple(charges))


def _nothing_left(
    order: Order,
    refunds: Sequence[Refund],
    lines: Sequence[RefundedLine],
    charges: Sequence[RefundedCharge],
) -> bool:
    now = {x.line_id: x.quantity for x in lines}, {x.charge_id for x in charges}
    return all(
        x.quantity <= _count(x, refunds) + now[0].get(x.source_id, Decimal(0)) for x in order.lines
    ) and all(x.source_id in now[1] or _charged(x, refunds) == x.total_minor for x in order.charges)


def _too_much(what: str, asked: str, left: str) -> Unmappable:
    return Unmappable("return_exceeds_order", what=what, asked=asked, left=left)
