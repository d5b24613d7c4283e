"""How codes and figures inside sentences look to their reader: statuses of the site, amounts, quotation marks."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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


def quotes(text: str) -> str:
    """The text with “ ” as the reader's language writes them."""
    return text.translate(str.maketrans("“”", gettext("“”")))


def documents(text: str) -> str:
    """'“00012” 1891.70; “00013” 1900.00', the way stored problems name documents."""
    return quotes(re.sub(r"(?<=” )-?\d+\.\d+", lambda found: amount(found[0]), text))


def quoted(text: object) -> str:
    return quotes(f"“{text}”")
