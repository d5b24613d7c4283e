"""Who placed an order: a private person or a company, by what name, and the ways to know them again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bridge.domain import phones, tax_numbers
from bridge.domain.order import Customer, Order

PATRONYMIC = re.compile(r".{2,}(?:вич|вна|ична|оглы|кызы|улы)$", re.IGNORECASE)
MAX_VALUE = 255


class Key(NamedTuple):
    """A way to know a buyer again: kind is site | email | phone | inn; `company` is the INN of the order that gave it.

    A person who buys for a company is another buyer than the same person buying at home.
    """

    kind: str
    value: str
    company: str = ""

    @property
    def stored(self) -> tuple[str, str]:
        """(kind, value) as a link keeps them."""
        return self.kind, (f"{self.company}|{self.value}" if self.company else self.value)[:MAX_VALUE]


class PersonName(NamedTuple):
    last: str = ""
    first: str = ""
    middle: str = ""


@dataclass(frozen=True)
class Buyer:
    """What an order says of its buyer. `inn` is empty unless valid; `wrong_inn` is one given with a typing error.

    `keys` are the ways to know the buyer again that may be used, surest first; `fallback` stands for one who left
    nothing to be known by.
    """

    customer: Customer
    name: str
    country: str
    inn: str
    kpp: str
    wrong_inn: str
    site_key: Key | None
    keys: tuple[Key, ...]
    fallback: Key

    @property
    def is_retail(self) -> bool:
        """Neither company nor INN: one of those a common buyer may stand for."""
        return not bool(self.customer.company or self.inn or self.wrong_inn)

    @property
    def links(self) -> tuple[Key, ...]:
        """All keys, the order in which an earlier link counts. Never empty."""
        found = ((self.site_key,) if self.site_key else ()) + self.keys
        return found or (self.fallback,)

    @property
    def seed(self) -> Key:
        """What a new counterparty's identity is made of: a guest and an account with one e-mail are one buyer."""
        return self.keys[0] if self.keys else self.links[0]


def buyer_of(order: Order, *, site: str, match_by: Sequence[str]) -> Buyer:
    """The buyer of an order. `match_by`: the owner's choice and order of email, phone, inn."""
    customer = order.customer
    country = customer.country or order.billing.country
    given = tax_numbers.cleaned(customer.inn)
    inn = given if tax_numbers.is_valid(given, country) else ""
    values = {
        "email": customer.email.lower(),
        "phone": phones.normal(customer.phone, country),
        "inn": inn,
    }
    keys = [Key(kind, values[kind], "" if kind == "inn" else inn) for kind in match_by if values.get(kind)]
    registered = customer.source_id not in ("", "0")
    return Buyer(
        customer=customer,
        name=name_of(customer),
        country=country,
        inn=inn,
        kpp=tax_numbers.cleaned(customer.kpp),
        wrong_inn="" if inn else given,
        site_key=Key("site", f"{site}:{customer.source_id}", inn) if registered else None,
        keys=tuple(keys),
        fallback=Key("site", f"{site}:order-{order.source_id}"),
    )


def name_of(customer: Customer) -> str:
    """What a counterparty is called in lists: company, else the person, else how they can be reached."""
    return customer.company or customer.full_name or customer.email or customer.phone


def person_name(first: str, last: str) -> PersonName:
    """First, last and middle name; a middle name is taken for one only by its ending, nothing else is guessed.

    ('Мария Петровна', 'Иванова') and ('Иванова Мария Петровна', '') both hold one; in ('Мария Иванова', '') nobody can
    tell which word is the surname, so it stays whole in the first name.
    """
    words = first.split()
    if last and len(words) == 2 and PATRONYMIC.match(words[1]):
        return PersonName(last, words[0], words[1])
    if not last and len(words) == 3 and PATRONYMIC.match(words[2]):
        return PersonName(*words)
    if not last and len(words) == 3 and PATRONYMIC.match(words[1]):
        return PersonName(words[2], words[0], words[1])
    return PersonName(last, first)
