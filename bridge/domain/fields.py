"""The fields of a site's goods that may follow MoySklad: their names, when two values are one, which are sensible.

Values are the site's texts: {"price": "351.00", "sale_price": {"price": "299.00", "from": "2026-11-01", "to": None},
"name": …, "description": …, "weight": "0.25", "barcode": "4600000000001"}; "" is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

PRICE, SALE_PRICE, NAME, DESCRIPTION = "price", "sale_price", "name", "description"
WEIGHT, BARCODE = "weight", "barcode"
FIELDS = (PRICE, SALE_PRICE, NAME, DESCRIPTION, WEIGHT, BARCODE)

# A variation has its product's texts and weight, and the product of variations their prices.
_OF_KIND = {
    "variation": (PRICE, SALE_PRICE, BARCODE),
    "variable": (NAME, DESCRIPTION, WEIGHT, BARCODE),
}

# Who a field belongs to, as rules say it.
MOYSKLAD, SITE = "moysklad", "site"

NO_SALE: dict[str, Any] = {"price": "", "from": None, "to": None}

# One of a value we wrote, and what the site made of it.
Taken = Mapping[str, Any]
Values = Mapping[str, Any]


def of_kind(kind: str) -> tuple[str, ...]:
    """The fields goods of a kind (simple, variable, variation, …) have on the site."""
    return _OF_KIND.get(kind, FIELDS)


def differing(site: Values, wanted: Values, taken: Taken) -> list[str]:
    """The fields to be written, in their order. What was never read of the site is unknown: it does not differ.

    `taken`: {field: [written, made of it]} of values the site changes when it takes them; writing one again is no use.
    """
    return [
        field
        for field in FIELDS
        if field in wanted
        and field in site
        and not same(field, site[field], wanted[field])
        and not _was_taken(field, site[field], wanted[field], taken)
    ]


def same(field: str, one: Any, other: Any) -> bool:
    """Whether two values of a field mean the same: 351 and 351.00, text with and without the site's paragraphs."""
    return bool(_SAME[field](one, other))


def is_below(price: str, regular: str) -> bool:
    """A sale price must be below the regular one; without a regular price there is no sale."""
    low, high = _number(price), _number(regular)
    return low is not None and high is not None and low < high


def is_period(start: str | None, end: str | None) -> bool:
    """Whether a sale from one day to another (ISO dates, None for open) is one at all."""
    return not start or not end or date.fromisoformat(start) <= date.fromisoformat(end)


def bare_text(html: str) -> str:
    """The words of a text without its tags, as people would read it on one line."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def _was_taken(field: str, site: Any, wanted: Any, taken: Taken) -> bool:
    written, made = taken.get(field) or (None, None)
    return written is not None and same(field, written, wanted) and same(field, made, site)


# On one line, and no other one begins in it: “<5 kg” in a text of people is no tag.
_TAG = re.compile(r"</?[a-zA-Z!][^<>\n]*>")


def _number(text: Any) -> Decimal | None:
    """A price or weight; None for none and for what is no number."""
    try:
        number = Decimal(str(text).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _same_number(one: Any, other: Any) -> bool:
    return (_number(one), str(one).strip() if _number(one) is None else "") == (
        _number(other),
        str(other).strip() if _number(other) is None else "",
    )


def _same_sale(one: Any, other: Any) -> bool:
    """No sale is one thing, whatever dates the site still keeps with it."""
    if not one["price"] or not other["price"]:
        return not one["price"] and not other["price"]
    dates = [(sale.get("from") or None, sale.get("to") or None) for sale in (one, other)]
    return _same_number(one["price"], other["price"]) and dates[0] == dates[1]


def _same_name(one: Any, other: Any) -> bool:
    return " ".join(unescape(str(one)).split()) == " ".join(unescape(str(other)).split())


def _same_text(one: Any, other: Any) -> bool:
    """The words alone: the site puts paragraphs and breaks of its own between them."""
    return "".join(bare_text(str(one)).split()) == "".join(bare_text(str(other)).split())


def _same_barcode(one: Any, other: Any) -> bool:
    """WooCommerce keeps digits, hyphens and X of it."""
    left, right = (re.sub("[^0-9Xx-]", "", str(text)).upper() for text in (one, other))
    return left == right


_SAME: dict[str, Callable[[Any, Any], bool]] = {
    PRICE: _same_number,
    SALE_PRICE: _same_sale,
    NAME: _same_name,
    DESCRIPTION: _same_text,
    WEIGHT: _same_number,
    BARCODE: _same_barcode,
}
