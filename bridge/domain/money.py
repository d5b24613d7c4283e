"""Money as integer minor units: exact reading of decimal text, and sums split without losing a kopeck."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from bridge.domain.errors import BadPayload

# ISO 4217 currencies whose minor unit is not a hundredth.
EXPONENTS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}

# Of the whole part: more is no money, and would not fit where amounts are kept.
MAX_DIGITS = 13
# After the point: the longest text of a binary fraction that people mean, like 0.30000000000000004.
MAX_PLACES = 20


def exponent(currency: str) -> int:
    """Digits after the point of a currency's minor unit (RUB 2, JPY 0, KWD 3)."""
    return EXPONENTS.get(currency, 2)


def document_unit(currency: str) -> int:
    """The smallest step, in minor units, of an amount in a document: accounting documents have two decimals.

    1 for roubles (a kopeck) and for yen (whole ones), 10 for Kuwaiti dinars, whose thousandths no document holds.
    """
    return int(10 ** max(0, exponent(currency) - 2))


def to_decimal(text: str | int | float | None) -> Decimal:
    """'1891.70' → 1891.70, empty is 0. Raises BadPayload when the text is no number, or none of this world."""
    if text in (None, ""):
        return Decimal(0)
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        raise BadPayload("amount_not_a_number", value=text) from None
    if not is_sane(amount, MAX_DIGITS):
        raise BadPayload("amount_not_a_number", value=text)
    return amount


def is_sane(number: Decimal, digits: int) -> bool:
    """Whether a number is one of this world: finite, at most `digits` before the point and MAX_PLACES after it."""
    return number.is_finite() and number.adjusted() <= digits and places(number) <= MAX_PLACES


def places(number: Decimal) -> int:
    """Digits after the point of a finite number as written: 2.50 has 2."""
    return max(0, -int(number.as_tuple().exponent))


def to_minor(text: str | int | float | Decimal | None, currency: str) -> int:
    """'1891.70' RUB → 189170. Empty is 0; more digits than the currency has round half up (`is_exact` tells).

    Raises BadPayload when the text is no number, or none of this world.
    """
    amount = text if isinstance(text, Decimal) else to_decimal(text)
    scaled = amount.scaleb(exponent(currency))
    sign = -1 if scaled < 0 else 1
    return sign * int(abs(scaled) + Decimal("0.5"))


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether whole minor units of the currency make this amount."""
    scaled = amount.scaleb(exponent(currency))
    return scaled == scaled.to_integral_value()


def to_text(minor: int, currency: str) -> str:
    """189170 RUB → '1891.70'."""
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` over parts in proportion to `weights` (all ≥ 0) by the largest remainder.

    The parts add up to `amount` exactly; with all weights 0 the first part takes everything.
    """
    if not weights:
        raise ValueError("nothing to spread over")
    total = sum(weights)
    if total == 0:
        return [amount, *([0] * (len(weights) - 1))]
    sign = -1 if amount < 0 else 1
    left = abs(amount)
    parts = [left * weight // total for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda i: (-(left * weights[i] % total), i))
    for i in remainders[: left - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def take_off(amount: int, *groups: Sequence[int]) -> list[list[int]]:
    """What is left of the parts (all ≥ 0) when `amount` is taken off the first group in proportion, and what that
    group cannot give off the next one; never below zero."""
    left = []
    for group in groups:
        share = min(amount, sum(group))
        amount -= share
        taken = spread(share, group) if group else []
        left.append([part - off for part, off in zip(group, taken, strict=True)])
    return left
