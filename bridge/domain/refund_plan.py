"""What becomes of a refund of an order that has a document: what is not shipped yet leaves the document, what was
shipped comes back as a return, at the price it was sold for.

Amounts are gross minor units of the order's currency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

from bridge.domain.decimals import digits
from bridge.domain.errors import Unmappable
from bridge.domain.money import take_off, to_text
from bridge.domain.order import Order
from bridge.domain.pick import Shelf, Shipped, Taken
from bridge.domain.refunds import Refund, RefundedCharge, RefundedLine


@dataclass(frozen=True)
class Plan:
    """`positions`: the part that leaves the order's document; `taken`: what comes back, from which shipments.

    `off_minor` is what the refund is above (below: negative) both together: rounding, at most a unit a piece.
    """

    positions: Refund | None
    taken: tuple[Taken, ...] = ()
    off_minor: int = 0


@dataclass(frozen=True)
class _Part:
    """A refunded line with its quantity split: still here, or shipped. `money_minor`: less its share of fees.

    `taken_minor`: what the shipped part cost, once that is known.
    """

    line: RefundedLine
    here: Decimal
    away: Decimal
    money_minor: int
    taken_minor: int = 0

    @property
    def away_minor(self) -> int:
        return (
            round(self.money_minor * Fraction(self.away) / Fraction(self.line.quantity)) if self.away else 0
        )

    @property
    def kept(self) -> RefundedLine | None:
        """The part that is not shipped, as a refunded line of its own."""
        if not self.away:
            return self.line
        if not self.here:
            return None
        share = Fraction(self.here) / Fraction(self.line.quantity)
        total = round(self.line.total_minor * share) + self.away_minor - self.taken_minor
        tax = round(self.line.tax_minor * share)
        return replace(self.line, quantity=self.here, total_minor=total, tax_minor=tax)


def plan(
    refund: Refund, order: Order, items: Mapping[str, str], shipped: Sequence[Shipped], service: str = ""
) -> Plan:
    """Decide on a refund of an order as it stands without it (refunds.remaining).

    `items` are the goods of the order's lines by line id, `service` what stands for shipping and fees, `shipped` the
    positions of its shipments, oldest first. Goods that are not shipped go first; of equal prices the oldest shipment
    takes its goods back first.

    Raises Unmappable where a person must decide: "refund_line_unknown", "refund_more_than_ordered",
    "refund_amount_only" and "refund_price_differs" (goods that were shipped cannot change their price).
    """
    _check(refund, order)
    if not shipped:
        everything = refund.total_minor == order.total_minor > 0
        return Plan(_whole(order, refund) if everything else refund)
    if not refund.lines and not refund.charges:
        figures = {"amount": to_text(refund.total_minor, order.currency), "currency": order.currency}
        raise Unmappable("refund_amount_only", refund=refund.source_id, **figures)
    shelf = Shelf(shipped)
    goods, charges = _less_fees(refund)
    parts = list(_parts(refund, goods, order, items, shelf))
    staying: list[RefundedCharge] = []
    for charge, money in zip(refund.charges, charges, strict=True):
        if charge.total_minor > 0 and not _comes_back(charge, order, service, shelf, refund):
            staying.append(replace(charge, total_minor=money))
    parts = [_taken(part, order, items, shelf, refund) for part in parts]
    return _plan(refund, parts, staying, shelf.taken(), order)


def _plan(
    refund: Refund,
    parts: Sequence[_Part],
    staying: Sequence[RefundedCharge],
    taken: tuple[Taken, ...],
    order: Order,
) -> Plan:
    """Both parts together are the refund's amount, but for rounding; what rounding left goes off the document."""
    returned = sum(one.sum_minor for one in taken)
    here = sum(part.money_minor - part.away_minor for part in parts) + sum(c.total_minor for c in staying)
    off = refund.total_minor - returned - here
    if abs(off) > sum(ceil(one.quantity) for one in taken):
        raise _differs(refund, returned + here, order)
    lines = tuple(kept for part in parts if (kept := part.kept) is not None)
    if not lines and not staying:
        return Plan(None, taken, off)
    amount = max(refund.total_minor - returned, 0)
    left = replace(refund, total_minor=amount, lines=lines, charges=tuple(staying))
    return Plan(left, taken, refund.total_minor - returned - amount)


def _check(refund: Refund, order: Order) -> None:
    """Nothing is given back that the order does not have."""
    lines, charges = {line.source_id: line for line in order.lines}, {c.source_id for c in order.charges}
    for part in refund.lines:
        if part.line_id not in lines:
            raise Unmappable("refund_line_unknown", refund=refund.source_id)
        line = lines[part.line_id]
        asked = sum((one.quantity for one in refund.lines if one.line_id == part.line_id), Decimal(0))
        if asked > line.quantity:
            raise _too_much(refund, line.name, asked, line.quantity)
    if any(part.charge_id not in charges for part in refund.charges):
        raise Unmappable("refund_line_unknown", refund=refund.source_id)
    if refund.total_minor > order.total_minor:
        asked, left = (Decimal(to_text(x, order.currency)) for x in (refund.total_minor, order.total_minor))
        raise _too_much(refund, order.currency, asked, left)


def _whole(order: Order, refund: Refund) -> Refund:
    """A refund of everything, with every line named, whatever it named itself."""
    return replace(
        refund,
        lines=tuple(RefundedLine(x.source_id, x.quantity, x.total_minor, x.tax_minor) for x in order.lines),
        charges=tuple(RefundedCharge(x.source_id, x.total_minor, x.tax_minor) for x in order.charges),
    )


def _less_fees(refund: Refund) -> tuple[list[int], list[int]]:
    """What lines and charges cost in documents, where a negative fee is part of the goods' prices."""
    back = -sum(min(charge.total_minor, 0) for charge in refund.charges)
    goods = [max(line.total_minor, 0) for line in refund.lines]
    goods, charges = take_off(back, goods, [max(charge.total_minor, 0) for charge in refund.charges])
    return goods, charges


def _parts(
    refund: Refund, goods: Sequence[int], order: Order, items: Mapping[str, str], shelf: Shelf
) -> Sequence[_Part]:
    """Each refunded line with what of it is still here."""
    here = {item: shelf.unshipped(item, _ordered(item, order, items)) for item in set(items.values())}
    parts = []
    for line, money in zip(refund.lines, goods, strict=True):
        item = items[line.line_id]
        if not line.quantity and line.total_minor and shelf.holds(item):
            raise _differs(refund, 0, order)
        first = min(line.quantity, here[item])
        here[item] -= first
        parts.append(_Part(line, first, line.quantity - first, money))
    return parts


def _ordered(item: str, order: Order, items: Mapping[str, str]) -> Decimal:
    return sum((x.quantity for x in order.lines if items.get(x.source_id) == item), Decimal(0))


def _taken(part: _Part, order: Order, items: Mapping[str, str], shelf: Shelf, refund: Refund) -> _Part:
    if not part.away:
        return part
    item = items[part.line.line_id]
    if part.away > shelf.left(item):
        name = next(line.name for line in order.lines if line.source_id == part.line.line_id)
        raise _too_much(refund, name, part.line.quantity, part.here + shelf.left(item))
    return replace(part, taken_minor=shelf.take(item, part.away, part.away_minor))


def _comes_back(charge: RefundedCharge, order: Order, service: str, shelf: Shelf, refund: Refund) -> bool:
    """Whether shipping or a fee was shipped as a service and is taken back with it; only its whole price can be."""
    whole = next(one for one in order.charges if one.source_id == charge.charge_id)
    if not shelf.sold(service, whole.total_minor):
        return False
    if charge.total_minor != whole.total_minor:
        raise _differs(refund, whole.total_minor, order)
    if not shelf.sold(service, whole.total_minor, left=True):
        raise _too_much(refund, whole.name, Decimal(1), Decimal(0))
    shelf.take(service, Decimal(1), whole.total_minor)
    return True


def _differs(refund: Refund, goods_minor: int, order: Order) -> Unmappable:
    return Unmappable(
        "refund_price_differs",
        refund=refund.source_id,
        local=to_text(refund.total_minor, order.currency),
        remote=to_text(goods_minor, order.currency),
        currency=order.currency,
    )


def _too_much(refund: Refund, what: str, asked: Decimal, left: Decimal) -> Unmappable:
    figures = {"asked": digits(asked), "left": digits(left)}
    return Unmappable("refund_more_than_ordered", refund=refund.source_id, what=what, **figures)
