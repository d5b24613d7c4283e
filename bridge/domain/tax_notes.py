"""What a document cannot say of an order's tax: shown on the order, never a reason to keep the order back."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.domain.errors import Problem, Unmappable
from bridge.domain.money import document_unit, to_text
from bridge.domain.order import Order
from bridge.domain.positions import Position, Source, positions
from bridge.domain.vat import stated_percent, vat_within

CODES = ("tax_not_expressed", "tax_differs")


def tax_notes(order: Order) -> list[Problem]:
    """None for an order whose tax the document states, else one note of CODES.

    "tax_not_expressed" names the lines whose tax is no whole percent (their prices hold it, without VAT) and the tax
    the document lacks. "tax_differs" says that the document's VAT is otherwise not the shop's tax by more than a unit
    a line, as after a fee without tax that lowers taxed prices. An order that makes no positions has no notes either:
    it waits for that reason.
    """
    try:
        rows = positions(order)
    except Unmappable:
        return []
    unit = document_unit(order.currency)
    sources: list[Source] = [*order.lines, *order.charges]
    stated = [source for source in sources if stated_percent(source, unit) is not None]
    unsaid = [
        source for source in sources if source not in stated and source.total_minor > 0 and source.tax_minor
    ]
    tax, said = sum(source.tax_minor for source in sources), document_vat(rows, unit)
    rounding = unit * len(stated)
    if unsaid and tax > said:
        theirs = sum(source.tax_minor for source in unsaid)
        # A fee may have taken back a part of their tax: what is lacking then is not the sum of theirs.
        amount = theirs if abs(tax - said - theirs) <= rounding else tax - said
        return [_not_expressed(unsaid, amount, order.currency)]
    if abs(tax - said) > rounding:
        figures = {"local": to_text(tax, order.currency), "remote": to_text(said, order.currency)}
        return [Problem("tax_differs", {**figures, "currency": order.currency})]
    return []


def document_vat(rows: Sequence[Position], unit: int = 1) -> int:
    """The VAT a document of gross prices counts from its positions, in minor units."""
    return sum(vat_within(row.sum_minor, row.vat_percent or 0, unit) for row in rows)


def _not_expressed(sources: Sequence[Source], amount: int, currency: str) -> Problem:
    lines = "; ".join(
        f"{source.name} ({to_text(source.tax_minor, currency)}: {source.tax_rates or '?'})"
        for source in sources
    )
    figures = {"amount": to_text(amount, currency), "currency": currency}
    return Problem("tax_not_expressed", {"lines": lines, **figures})
