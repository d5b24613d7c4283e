"""How codes and figures inside sentences look to their reader: statuses of the site, amounts, quotation marks."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from bridge.domain.money import exponent

STATUSES: dict[str, str | Promise] = {
    "pending": _("awaiting payment"),
    "processing": _("in processing"),
    "on-hold": _("on hold"),
    "completed": _("completed"),
    "cancelled": _("cancelled"),
    "refunded": _("refunded"),
    "failed": _("payment failed"),
    "trash": _("in the trash"),
}
SYMBOLS = {"RUB": "₽", "USD": "$", "EUR": "€", "KZT": "₸", "GBP": "£"}
NBSP = "\u00a0"
NUMBER = re.compile(r"\A\d+(\.\d+)?(?![\d.])")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Of a sale, as domain/changed_values.py writes it.
PERIOD = re.compile(rf"\((?:{DAY.pattern}|…) – (?:{DAY.pattern}|…)\)\Z")
AMOUNT = re.compile(r"(-?\d+)\.(\d+)( [A-Z]{3})?")


def status(code: str) -> str:
    """The word for a status of the site; one that nobody named (a plugin's own) is shown as it is."""
    return str(STATUSES.get(code, code))


def amount(text: str) -> str:
    """'1891.70' → '1 891,70' in Russian, with its currency if it has one; any other text as it is."""
    if (found := AMOUNT.fullmatch(text)) is None:
        return text
    whole, fraction, currency = found.groups()
    number = Decimal(f"{whole}.{fraction}")
    written = number_format(number, decimal_pos=len(fraction), use_l10n=True, force_grouping=True)
    return f"{written}{currency or ''}"


def price(text: str) -> str:
    """'1290' and '1290.00' → '1 290,00' in Russian, '299.00 (2026-11-01 – …)' → '299,00 (01.11.2026 – …)'; what else
    follows the number, and any other text, as it is.
    """
    written = NUMBER.sub(
        lambda found: number_format(Decimal(found[0]), decimal_pos=2, use_l10n=True, force_grouping=True),
        text,
    )
    return PERIOD.sub(lambda found: DAY.sub(lambda one: day(one[0]), found[0]), written)


def day(text: str) -> str:
    """'2026-11-01' → '01.11.2026' in Russian; what is no day as it is."""
    try:
        return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")
    except ValueError:
        return text


def money(minor: int, currency: str) -> str:
    """189170 RUB → '1 891,70 ₽' in Russian, '₽1,891.70' in English; a code where no symbol is known."""
    places = exponent(currency)
    amount = abs(Decimal(minor).scaleb(-places))
    number = number_format(amount, decimal_pos=places, use_l10n=True, force_grouping=True)
    sign = "−" if minor < 0 else ""
    symbol = SYMBOLS.get(currency)
    if symbol and (get_language() or "").startswith("en"):
        return f"{sign}{symbol}{number}"
    return f"{sign}{number}{NBSP}{symbol or currency}"


def quotes(text: str) -> str:
    """The text with “ ” as the reader's language writes them."""
    return text.translate(str.maketrans("“”", gettext("“”")))


def documents(text: str) -> str:
    """'“00012” 1891.70; “00013” 1900.00', the way stored problems name documents."""
    return quotes(re.sub(r"(?<=” )-?\d+\.\d+", lambda found: amount(found[0]), text))


def quoted(text: object) -> str:
    return quotes(f"“{text}”")
