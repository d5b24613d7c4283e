"""VAT as a document states it: a whole percent inside the gross price, or none."""

from __future__ import annotations

from fractions import Fraction

from bridge.domain.order import Charge, Line


def vat_within(gross: int, percent: int, unit: int = 1) -> int:
    """The VAT inside a gross amount, in whole `unit`s, half up: 120.00 at 20 % holds 20.00."""
    return int(Fraction(gross * percent, (100 + percent) * unit) + Fraction(1, 2)) * unit


def stated_percent(source: Line | Charge, unit: int = 1) -> int | None:
    """The percent a document can state for a line or charge; None for none.

    None is said of goods without tax, and of tax that no whole percent of the gross price makes: several rates,
    rates on top of one another, fractions, and amounts entered by hand that differ by more than one `unit`.
    """
    percent = source.vat_percent
    if percent is None or not 0 <= percent <= 100:
        return None
    return percent if abs(vat_within(source.total_minor, percent, unit) - source.tax_minor) <= unit else None
