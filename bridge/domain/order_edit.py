"""Goods that were changed in a document, as changes of the shop's order: only what differs, discounts kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bridge.domain.errors import Unmappable
from bridge.domain.money import spread
from bridge.domain.order import Charge, Line, Order

Key = tuple[str, str]  # product and variation on the site


@dataclass(frozen=True)
class Held:
    """What a document holds of one item: pieces, and what they cost together (gross minor units)."""

    name: str
    quantity: Decimal = Decimal(0)
    total_minor: int = 0


@dataclass(frozen=True)
class LineEdit:
    """What a line shall be; without `line_id` it is new, with a quantity of 0 it goes. Amounts are gross."""

    line_id: str
    item: Key
    name: str
    quantity: Decimal
    total_minor: int
    subtotal_minor: int


@dataclass(frozen=True)
class ChargeEdit:
    """What a shipping line or fee shall cost; without `charge_id` it is a new fee."""

    charge_id: str
    kind: str
    name: str
    total_minor: int


def line_edits(order: Order, before: Mapping[Key, Held], now: Mapping[Key, Held]) -> list[LineEdit]:
    """The lines that differ. `before` is what the document held when both sides agreed, `now` what it holds.

    A line's money changes by what the document's did: the two may differ by a fee that was spread over the goods.
    """
    edits: list[LineEdit] = []
    for item in dict.fromkeys([*before, *now]):
        old, new = before.get(item, Held("")), now.get(item, Held(""))
        if (old.quantity, old.total_minor) == (new.quantity, new.total_minor):
            continue
        lines = [line for line in order.lines if (line.product_id, line.variation_id) == item]
        if lines:
            edits += _shared(lines, new.quantity - old.quantity, new.total_minor - old.total_minor)
        else:
            edits.append(LineEdit("", item, new.name, new.quantity, new.total_minor, new.total_minor))
    return edits


def charge_edit(order: Order, delta_minor: int, name: str) -> ChargeEdit | None:
    """Where a change of shipping and fees goes: the first shipping line that can hold it, a fee, or a new fee.

    Raises Unmappable("edit_of_charges") when less would be left than nothing.
    """
    if not delta_minor:
        return None
    by_kind = sorted(order.charges, key=lambda charge: charge.kind != "shipping")
    for charge in by_kind:
        if charge.total_minor >= 0 and charge.total_minor + delta_minor >= 0:
            return ChargeEdit(charge.source_id, charge.kind, charge.name, charge.total_minor + delta_minor)
    if delta_minor < 0:
        raise Unmappable("edit_of_charges")
    return ChargeEdit("", "fee", name, delta_minor)


def net_of(gross_minor: int, source: Line | Charge | None, order: Order) -> int:
    """The amount before tax that the shop must be given for a gross one; WooCommerce adds the tax itself.

    Not every gross amount has one: then the nearest, a minor unit off.
    """
    rate = _rate(source) if source is not None else max((_rate(x) for x in order.lines), default=Fraction(0))
    near = round(gross_minor / (1 + rate))
    return min((near, near - 1, near + 1), key=lambda net: abs(net + _half_up(net * rate) - gross_minor))


def _shared(lines: Sequence[Line], quantity: Decimal, total: int) -> Iterator[LineEdit]:
    """Lines of one item with a change of all: the last ones take it, money goes with the pieces."""
    wanted = [line.quantity for line in lines]
    for place in reversed(range(len(lines))):
        taken = max(quantity, -wanted[place])
        wanted[place] += taken
        quantity -= taken
    whole = sum(line.total_minor for line in lines) + total
    if whole < 0:
        raise Unmappable("edit_of_charges")
    weights = [int(each * 10_000) for each in wanted]
    parts = spread(whole, weights) if any(weights) else [0] * len(lines)
    for line, each, part in zip(lines, wanted, parts, strict=True):
        if (each, part) != (line.quantity, line.total_minor):
            item = (line.product_id, line.variation_id)
            yield LineEdit(line.source_id, item, line.name, each, part, _subtotal(line, each, part))


def _subtotal(line: Line, quantity: Decimal, total: int) -> int:
    """The price before discounts stays what it was per piece, so that a coupon still shows."""
    if line.subtotal_minor is None or line.subtotal_minor <= line.total_minor or not line.quantity:
        return total
    return max(total, round(Fraction(line.subtotal_minor) * Fraction(quantity) / Fraction(line.quantity)))


def _rate(source: Line | Charge) -> Fraction:
    if source.vat_percent is not None:
        return Fraction(source.vat_percent, 100)
    net = source.total_minor - source.tax_minor
    return Fraction(source.tax_minor, net) if net > 0 else Fraction(0)


def _half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))
