"""Phone numbers as people type them, made comparable: `+` country code and national number.

Migration 0024 calls `normal`: it keeps its name and place.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Plan(NamedTuple):
    """How a country dials: calling code, the prefix before a national number, digits of a national number."""

    code: str
    trunk: str
    lengths: frozenset[int]


def _plan(code: str, trunk: str, shortest: int, longest: int = 0) -> Plan:
    return Plan(code, trunk, frozenset(range(shortest, (longest or shortest) + 1)))


# Source: ITU-T, "Dialling procedures" and national numbering plans (E.164).
PLANS = {
    "RU": _plan("7", "8", 10), "KZ": _plan("7", "8", 10), "BY": _plan("375", "80", 9),
    "UA": _plan("380", "0", 9), "AM": _plan("374", "0", 8), "GE": _plan("995", "0", 9),
    "KG": _plan("996", "0", 9), "UZ": _plan("998", "", 9), "MD": _plan("373", "0", 8),
    "AZ": _plan("994", "0", 9), "TJ": _plan("992", "", 9), "TM": _plan("993", "8", 8),
    "MN": _plan("976", "0", 8), "EE": _plan("372", "", 7, 8), "LV": _plan("371", "", 8),
    "LT": _plan("370", "8", 8), "PL": _plan("48", "", 9), "CZ": _plan("420", "", 9),
    "SK": _plan("421", "0", 9), "DE": _plan("49", "0", 7, 11), "AT": _plan("43", "0", 7, 13),
    "CH": _plan("41", "0", 9), "FR": _plan("33", "0", 9), "BE": _plan("32", "0", 8, 9),
    "NL": _plan("31", "0", 9), "ES": _plan("34", "", 9), "PT": _plan("351", "", 9),
    "IT": _plan("39", "", 9, 10), "GR": _plan("30", "", 10), "CY": _plan("357", "", 8),
    "BG": _plan("359", "0", 8, 9), "RO": _plan("40", "0", 9), "HU": _plan("36", "06", 8, 9),
    "RS": _plan("381", "0", 8, 9), "ME": _plan("382", "0", 8), "FI": _plan("358", "0", 6, 10),
    "SE": _plan("46", "0", 7, 9), "NO": _plan("47", "", 8), "DK": _plan("45", "", 8),
    "GB": _plan("44", "0", 9, 10), "IE": _plan("353", "0", 8, 9), "IL": _plan("972", "0", 8, 9),
    "TR": _plan("90", "0", 10), "AE": _plan("971", "0", 8, 9), "CN": _plan("86", "0", 10, 11),
    "IN": _plan("91", "0", 10), "KR": _plan("82", "0", 8, 10), "JP": _plan("81", "0", 9, 10),
    "TH": _plan("66", "0", 8, 9), "VN": _plan("84", "0", 9, 10), "US": _plan("1", "1", 10),
    "CA": _plan("1", "1", 10), "AU": _plan("61", "0", 9),
}  # fmt: skip

EXTENSION = re.compile(r"(?:доб|вн|ext|x|#|\*).*", re.IGNORECASE | re.DOTALL)
TRUNK_ZERO = re.compile(r"^(\D*\+\d{1,3}\s*)\(0\)")  # +44 (0)20 …: the zero is for callers from inside
SEVERAL = re.compile(r"[,;/|\n]")
SHORTEST, LONGEST = 9, 15  # a shorter number without its country and city may be anybody's


def normal(text: str, country: str = "") -> str:
    """'8 (999) 123-45-67 доб. 5' → '+79991234567'; digits alone where the country is not known to the number.

    `country` (two letters) says how a number without `+` is meant; without one, Russian numbers are known by their
    look. '' for what is too short to tell anybody apart.
    """
    first = next((part for part in SEVERAL.split(EXTENSION.sub("", text)) if _digits(part)), "")
    digits = _digits(TRUNK_ZERO.sub(r"\1", first))
    plan = PLANS.get(country.upper(), PLANS["RU"] if not country else None)
    if first.strip(" (").startswith("+"):
        found = _international(digits)
    elif digits.startswith("00") and len(digits) > 10:
        found = "+" + digits[2:]
    elif digits.startswith("810") and len(digits) > 11:  # out of Russia and its neighbours
        found = "+" + digits[3:]
    else:
        found = _national(digits, plan) if plan else ""
    found = found or ("+" + digits if len(digits) > 11 else digits)
    return found if SHORTEST <= len(_digits(found)) <= LONGEST else ""


def _digits(text: str) -> str:
    return "".join(char for char in text if char in "0123456789")


def _international(digits: str) -> str:
    """`+8 916 …` is a slip of those used to dialling 8: no country has +89."""
    slip = len(digits) == 11 and digits.startswith("89")
    return "+7" + digits[1:] if slip else "+" + digits


def _national(digits: str, plan: Plan) -> str:
    """A number without `+`, as its country reads it; '' when it is none of that country."""
    rest = digits.removeprefix(plan.trunk)
    if plan.trunk and rest != digits and len(rest) in plan.lengths:
        return "+" + plan.code + rest
    whole = len(digits) in plan.lengths
    after_code = digits.startswith(plan.code) and len(digits) - len(plan.code) in plan.lengths
    if after_code and (plan.trunk or not whole):
        return "+" + digits
    return "+" + plan.code + digits if whole else ""


def spellings(number: str, typed: str = "") -> list[str]:
    """How a `normal` number may stand where phones are kept as typed; the buyer's own spelling first."""
    digits = number.lstrip("+")
    found = [typed.strip(), number, digits]
    if number.startswith("+7") and len(digits) == 11:
        area, one, two, three = digits[1:4], digits[4:7], digits[7:9], digits[9:]
        found += [
            "8" + digits[1:],
            f"+7 {area} {one}-{two}-{three}",
            f"+7 ({area}) {one}-{two}-{three}",
            f"8 ({area}) {one}-{two}-{three}",
            f"8 {area} {one}-{two}-{three}",
            f"+7({area}){one}-{two}-{three}",
        ]
    elif code := next((plan.code for plan in PLANS.values() if number.startswith("+" + plan.code)), ""):
        found.append(f"+{code} {digits[len(code) :]}")
    return [one for one in dict.fromkeys(found) if one]
