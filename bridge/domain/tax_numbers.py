"""Tax numbers (ИНН) of companies and entrepreneurs: told apart and checked, so that a typing error matches nobody."""

from __future__ import annotations

import re

# Weights of the control digits: the tenth of a company's number, the eleventh and twelfth of a person's.
# Source: order of the Federal Tax Service MMV-7-6/435@, annex on the structure of the number.
TENTH = (2, 4, 10, 3, 5, 9, 4, 6, 8)
ELEVENTH = (7, *TENTH)
TWELFTH = (3, *ELEVENTH)
ABROAD = re.compile(r"[0-9A-Z]{5,20}")


def cleaned(text: str) -> str:
    """Without the spaces and dashes people put between the digits."""
    return re.sub(r"[\s\-.]", "", text).upper().removeprefix("ИНН").lstrip(":№")


def is_valid(number: str, country: str = "") -> bool:
    """Whether this can be a tax number: in Russia by its control digits, elsewhere by its look."""
    if not is_russian(country):
        return bool(ABROAD.fullmatch(number))
    if not re.fullmatch(r"[0-9]{10}|[0-9]{12}", number) or not number.strip("0"):
        return False
    if len(number) == 10:
        return _control(number, TENTH) == number[9]
    return _control(number, ELEVENTH) + _control(number, TWELFTH) == number[10:]


def is_entrepreneurs(number: str, country: str = "") -> bool:
    """Twelve digits are a person's: in an order, an entrepreneur's. Elsewhere the length says nothing."""
    return is_russian(country) and len(number) == 12


def is_russian(country: str) -> bool:
    return country.upper() in ("", "RU")


def _control(number: str, weights: tuple[int, ...]) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False))
    return str(total % 11 % 10)
