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


def exponent(currency: str) -> int:
    """Digits after the point of a currency's minor unit (RUB 2, JPY 0, KWD 3)."""
    return EXPONENTS.get(currency, 2)


def to_minor(text: str | int | float | None, currency: str) -> int:
    """'1891.70' RUB → 189170. Empty is 0; more digits than the currency has round half up.

    Raises BadPayload when the text is no number, or none of this world.
    """
    if text in (None, ""):
        return 0
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        raise BadPayload("amount_not_a_number", value=text) from None
    if not amount.is_finite() or amount.adjusted() > MAX_DIGITS:
        raise BadPayload("amount_not_a_number", value=text)
    scaled = amount.scaleb(exponent(currency))
    sign = -1 if scaled < 0 else 1
    return sign * int(abs(scaled) + Decimal("0.5"))


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
