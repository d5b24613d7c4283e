"""A price of the warehouse as a price of the site: in its currency, rounded as the owner likes, not below a floor.

Amounts are Decimal in whole units of a currency (351.00 roubles); prices of the warehouse come in hundredths of theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from bridge.domain.errors import Problem
from bridge.domain.money import exponent

HUNDRED = Decimal(100)


def unit_rate(rate: Decimal, multiplicity: int, *, indirect: bool) -> Decimal | None:
    """What one unit of a currency costs in the account's own, None for a rate that says nothing.

    `multiplicity` units of it cost `rate`; with `indirect` so many units of the account's own buy `rate` of it.
    """
    if rate <= 0 or multiplicity <= 0:
        return None
    return multiplicity / rate if indirect else rate / multiplicity


def convert(hundredths: int, rate: Decimal, into: Decimal) -> Decimal:
    """An amount of a currency in another one; both rates are `unit_rate`s of one account. Not rounded."""
    return Decimal(hundredths) / HUNDRED * rate / into


def rounded(amount: Decimal, rule: str, currency: str) -> Decimal:
    """The amount (> 0) by a rule of FieldChoices.Rounding; never below the rule's smallest price, so never 0.

    Rounds to the currency's minor unit first: 359 that came out of a conversion as 359.0000001 stays 359 under “…9”.
    """
    unit = Decimal(1).scaleb(-exponent(currency))
    return _RULES[rule](max(_half_up(amount, unit), unit), unit)


def as_text(amount: Decimal, currency: str) -> str:
    """351 RUB → '351.00'; 351 JPY → '351'."""
    return f"{amount:.{exponent(currency)}f}"


@dataclass(frozen=True)
class Floor:
    """What a price of an item may not go below; None where nothing is known or wanted. All in the site's currency."""

    cost: Decimal | None = None
    min_margin: int | None = None  # percent over the cost
    min_price: Decimal | None = None

    def refusal(self, price: Decimal, currency: str) -> Problem | None:
        """Why the price is not to be written, None where it may be."""
        if self.min_price is not None and price < self.min_price:
            params = {"price": as_text(price, currency), "least": as_text(self.min_price, currency)}
            return Problem("price_below_minimum", params | {"currency": currency})
        if self.cost is None or self.min_margin is None:
            return None
        least = self.cost * (100 + self.min_margin) / HUNDRED
        if price >= least:
            return None
        params = {"price": as_text(price, currency), "cost": as_text(self.cost, currency)}
        return Problem("price_below_margin", params | {"currency": currency, "margin": str(self.min_margin)})


def _half_up(amount: Decimal, step: Decimal) -> Decimal:
    return (amount / step).to_integral_value(ROUND_HALF_UP) * step


def _to(step: int) -> Callable[[Decimal, Decimal], Decimal]:
    """To the nearest multiple, half of one upwards, at least one."""
    return lambda amount, _unit: max(_half_up(amount, Decimal(step)), Decimal(step))


def _up_to(end: str, step: int) -> Callable[[Decimal, Decimal], Decimal]:
    """Up to the next amount that is `end` over a multiple of `step`."""
    last = Decimal(end)

    def rule(amount: Decimal, unit: Decimal) -> Decimal:
        if unit > last % 1 > 0:  # a currency without parts has no “….99”
            return amount
        return max(((amount - last) / step).to_integral_value(ROUND_CEILING) * step, Decimal(0)) + last

    return rule


_RULES: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "exact": lambda amount, _unit: amount,
    "whole": _to(1),
    "ten": _to(10),
    "hundred": _to(100),
    "ends_9": _up_to("9", 10),
    "ends_90": _up_to("90", 100),
    "ends_99": _up_to("0.99", 1),
}
