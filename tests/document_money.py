"""What must hold of a document's money for any order of a shop, looked at on MoySklad's wire."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from bridge.domain.errors import Unmappable
from bridge.domain.money import EXPONENTS
from bridge.domain.order import Line, Order
from bridge.domain.positions import FINAL, LIST, positions
from bridge.domain.tax_notes import tax_notes
from bridge.mapping import from_woocommerce, moysklad_money, to_moysklad
from bridge.mapping.to_moysklad import Body, Item, Refs

REFS = Refs("https://api.moysklad.ru/api/remap/1.2", "organization", "store", "agent")


def holds_to_the_kopeck(wire: dict[str, Any]) -> None:
    """Both price modes make the order's total; an order that no document can hold is refused with its figure."""
    order = from_woocommerce.order(wire)
    if _too_fine(wire, order):
        for mode in (FINAL, LIST):
            assert _refusal(order, mode) == "currency_not_exact"
        return
    for mode in (FINAL, LIST):
        _adds_up(wire, order, body_of(order, mode))
    _states_the_shops_tax(order, body_of(order, FINAL))


def body_of(order: Order, mode: str) -> Body:
    items = {line.source_id: Item("product", f"item-{line.source_id}") for line in order.lines}
    service = Item("service", "shipping")
    return to_moysklad.customer_order(
        order, positions(order, mode), items, service, REFS, prefix="", reserve=False
    )


def _too_fine(wire: dict[str, Any], order: Order) -> bool:
    """Whether the shop's figures have digits below a hundredth (below the unit, for currencies without decimals)."""
    places = min(2, EXPONENTS.get(order.currency, 2))
    if Fraction(wire["total"]) * 10**places % 1:
        return True
    sources = [*order.lines, *order.charges]
    return places < EXPONENTS.get(order.currency, 2) and any(source.total_minor % 10 for source in sources)


def _refusal(order: Order, mode: str) -> str:
    try:
        positions(order, mode)
    except Unmappable as error:
        return error.problem.code
    return ""


def _sum(row: Body) -> Fraction:
    return (
        Fraction(row["price"]) * Fraction(str(row["quantity"])) * (1 - Fraction(str(row["discount"])) / 100)
    )


def _adds_up(wire: dict[str, Any], order: Order, body: Body) -> None:
    rows = body["positions"]
    assert all(row["price"] >= 0 and row["price"].is_integer() and row["quantity"] > 0 for row in rows)
    assert all(0 <= row["discount"] <= 100 for row in rows)
    assert all(_sum(row).denominator == 1 for row in rows)
    assert sum(_sum(row) for row in rows) == Fraction(wire["total"]) * 100
    floats = sum(row["price"] * row["quantity"] * (1 - row["discount"] / 100) for row in rows)
    assert moysklad_money.from_wire(floats, order.currency) == order.total_minor
    for line in order.lines:
        mine = [row for row in rows if row["assortment"]["meta"]["href"].endswith(f"/item-{line.source_id}")]
        assert sum(Decimal(str(row["quantity"])) for row in mine) == line.quantity


def _states_the_shops_tax(order: Order, body: Body) -> None:
    """VAT as MoySklad counts it is the shop's tax within a minor unit a line; what it is not is in the notes."""
    sources = [*order.lines, *order.charges]
    notes = {note.code: note.params for note in tax_notes(order)}
    rows, tax = body["positions"], sum(source.tax_minor for source in sources)
    assert body["vatEnabled"] == any(row["vatEnabled"] for row in rows)
    assert all(row["vatEnabled"] or not row["vat"] for row in rows)
    said = Fraction(sum(_vat(row) for row in rows), 100)
    noted = Fraction(notes.get("tax_not_expressed", {}).get("amount", "0"))
    unit = Fraction(1, 10 ** min(2, EXPONENTS.get(order.currency, 2)))
    lines = [source for source in sources if source.vat_percent is not None]
    # Currencies without decimals: the shop rounds tax to whole units, MoySklad to hundredths of one.
    between = Fraction(len(rows), 2) if unit == 1 else 0
    if "tax_differs" in notes:  # only a fee that lowers prices another way than their taxes parts the two
        assert any(source.total_minor < 0 for source in sources)
        assert notes["tax_differs"]["local"] != notes["tax_differs"]["remote"]
    else:
        assert abs(_major(tax, order.currency) - noted - said) <= unit * (len(lines) + between)
    whole = all(source.vat_percent is not None or not source.tax_minor for source in sources)
    if whole:
        assert "tax_not_expressed" not in notes
    for source in order.lines:
        if isinstance(source, Line) and source.vat_percent is not None and source.total_minor > 0:
            mine = [row for row in rows if row["assortment"]["meta"]["href"].endswith(f"-{source.source_id}")]
            assert all(row["vatEnabled"] and row["vat"] == source.vat_percent for row in mine)


def _major(minor: int, currency: str) -> Fraction:
    return Fraction(minor, 10 ** EXPONENTS.get(currency, 2))


def _vat(row: Body) -> int:
    """The VAT of a position in hundredths, half up."""
    return int(_sum(row) * row["vat"] / (100 + row["vat"]) + Fraction(1, 2)) if row["vatEnabled"] else 0
