"""Our minor units ↔ MoySklad's: it counts every currency in hundredths, as floats (JSON API 1.2, «Валюта»).

Its currency has no number of decimals (`minorUnit` are the words for the fraction, `multiplicity`, `indirect` and
`rateUpdateType` belong to the rate), and the documents' amounts are "in kopecks" whatever the currency.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from bridge.domain.errors import Unmappable
from bridge.domain.money import exponent, to_text


def to_wire(minor: int, currency: str) -> float:
    """1891.70 RUB (189170) → 189170.0; 1000 JPY (1000) → 100000.0; 1.230 KWD (1230) → 123.0.

    Raises Unmappable("currency_not_exact") for thousandths.
    """
    hundredths = Decimal(minor).scaleb(2 - exponent(currency))
    if hundredths != hundredths.to_integral_value():
        raise Unmappable("currency_not_exact", amount=to_text(minor, currency), currency=currency)
    return float(hundredths)


def from_wire(value: float | int | None, currency: str) -> int:
    """100000.0 → 1000 JPY; a fraction of a minor unit, which a person can enter there, rounds half up."""
    minor = Decimal(repr(float(value or 0))).scaleb(exponent(currency) - 2)
    return int(minor.to_integral_value(ROUND_HALF_UP))
