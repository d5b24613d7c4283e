"""Weights: MoySklad has kilograms, a site one of the four units of WooCommerce."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from bridge.domain.decimals import digits

# Kilograms in one unit; the pound and the ounce are defined so.
UNITS = {
    "kg": Decimal(1),
    "g": Decimal("0.001"),
    "lbs": Decimal("0.45359237"),
    "oz": Decimal("0.028349523125"),
}
# A milligram in every unit is there and back again.
PLACES = Decimal("0.0001")


def in_unit(kilograms: Decimal, unit: str) -> str:
    """0.25 in 'g' → '250'; at most four decimals, without closing zeros. KeyError for an unknown unit."""
    number = (kilograms / UNITS[unit]).quantize(PLACES, ROUND_HALF_UP)
    return digits(number)
