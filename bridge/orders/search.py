"""Orders found by what people type: a number, a phone in any spelling, an e-mail, a number in MoySklad.

Each way is a look-up in an index that SQLite and PostgreSQL both use, so it takes no longer with a million orders.
What is equal counts first; only where nothing is, what begins so (of a phone: ends so).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Q, QuerySet

from bridge.domain import phones
from bridge.domain.order import Customer
from bridge.orders.models import Order

MOST = 200
"""Of so many, the newest are found; a person who sees that many types more."""
LOOK_AT = 2000
"""Of so many that an index gives for one way: sorted by age before, all that begin with a digit would be read."""
SHORTEST_END, SHORTEST_BEGINNING = 4, 2
WHOLE_PHONE, LOCAL_PHONE = 10, 9
"""Digits of a phone that is meant whole; and of one without its country, which may be another than the dialled one."""
PADDED = range(5, 9)
"""MoySklad numbers documents with leading zeros: 00012."""


def contacts(customer: Customer) -> dict[str, str]:
    """The fields of an order by which its buyer is found."""
    return {
        "email": customer.email.strip().lower()[:255],
        "phone": customer.phone[:60],
        "phone_backwards": backwards(customer.phone, customer.country),
    }


def backwards(phone: str, country: str = "") -> str:
    """'8 (921) 555-00-01' → '10005551297'; the digits as they are where it is no whole phone number."""
    return _digits(phones.normal(phone, country) or phone)[-60:][::-1]


def found(orders: QuerySet[Order], text: str) -> list[int]:
    """Primary keys, the newest first, at most MOST; of several words, of the orders that all of them find."""
    text = text.replace("\0", "").strip().lstrip("#№").strip()
    if not text:
        return []
    if keys := _of_ways(orders, _equal(text)) or _of_ways(orders, _alike(text)):
        return sorted(keys, reverse=True)[:MOST]
    words = text.split()
    if len(words) < 2:
        return []
    each = [set(found(orders, word)) for word in words]
    return sorted(set.intersection(*each), reverse=True)


def _of_ways(orders: QuerySet[Order], ways: Iterator[Q]) -> set[int]:
    keys = orders.order_by().values_list("pk", flat=True)
    return {key for way in ways for key in keys.filter(way)[:LOOK_AT]}


def _equal(text: str) -> Iterator[Q]:
    spelt = _spellings(text)
    yield Q(number__in=spelt)
    padded = [text.zfill(length) for length in PADDED] if text.isdecimal() else []
    yield Q(binding__document_name__in={*spelt, *padded})
    if "@" in text:
        yield Q(email=text.lower())
    if len(_phone(text)) >= WHOLE_PHONE:
        yield Q(phone_backwards=backwards(text))


def _alike(text: str) -> Iterator[Q]:
    digits = _phone(text)
    if len(digits) >= SHORTEST_END:
        yield _begins("phone_backwards", digits[-LOCAL_PHONE:][::-1])
    if len(text) < SHORTEST_BEGINNING:
        return
    if not text.isdecimal():
        yield _begins("email", text.lower())
    for spelling in _spellings(text):
        yield _begins("number", spelling)
        yield _begins("binding__document_name", spelling)


def _begins(field: str, text: str) -> Q:
    """SQLite's LIKE uses no index where upper and lower case differ, a range does; PostgreSQL's order of letters
    depends on the language, so there it is LIKE with the index that Django makes for it."""
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": text, f"{field}__lt": text + chr(0x10FFFF)})
    return Q(**{f"{field}__startswith": text})


def _spellings(text: str) -> list[str]:
    return list(dict.fromkeys((text, text.upper(), text.lower())))


def _phone(text: str) -> str:
    """The digits of what may be a phone or its end; '' for words, e-mails and the like."""
    return _digits(text) if not any(char.isalpha() or char == "@" for char in text) else ""


def _digits(text: str) -> str:
    return "".join(char for char in text if char in "0123456789")


def object_keys(text: str) -> list[str]:
    """What the outbox calls the orders that are found."""
    return [f"order:{pk}" for pk in found(Order.objects.all(), text)]
