"""A buyer as the body of a counterparty (JSON API 1.2, «Контрагент»)."""

from __future__ import annotations

import re
from typing import Any

from bridge.domain.buyers import Buyer, person_name
from bridge.domain.tax_numbers import is_entrepreneurs
from bridge.mapping.addresses import Placed

Body = dict[str, Any]
UNNAMED = "Покупатель"
TITLE_LIMIT = 4096
# MoySklad refuses the whole counterparty for an address that is none (3015).
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


def counterparty(buyer: Buyer, address: Placed) -> Body:
    """A new counterparty, without `syncId`; what the order does not say is left out."""
    numbers = {"inn": buyer.inn, "kpp": buyer.kpp} if company_type(buyer) != "individual" else {}
    email = buyer.customer.email
    rest = (*address.rest, f"E-mail: {email}") if email and not EMAIL.fullmatch(email) else address.rest
    return contacts(buyer, address) | _filled({**numbers, "description": "\n".join(rest)})


def contacts(buyer: Buyer, address: Placed) -> Body:
    """What may change with time and follows the site where the owner wants it to: name, e-mail, phone, address; and
    `companyType`, which says what the names mean.
    """
    customer, kind = buyer.customer, company_type(buyer)
    body: Body = {
        "companyType": kind,
        "name": (buyer.name or UNNAMED)[:255],
        "email": customer.email[:255] if EMAIL.fullmatch(customer.email) else "",
        "phone": customer.phone[:255],
        "actualAddressFull": address.full,
    }
    if kind == "legal":
        body["legalTitle"] = (customer.company or customer.full_name)[:TITLE_LIMIT]
    else:
        name = person_name(customer.first_name, customer.last_name)
        body |= {
            "legalTitle": customer.company[:TITLE_LIMIT],
            "legalLastName": name.last[:255],
            "legalFirstName": name.first[:255],
            "legalMiddleName": name.middle[:255],
        }
    return _filled(body)


def company_type(buyer: Buyer) -> str:
    """legal | entrepreneur | individual: an entrepreneur is known by the twelve digits of the INN."""
    if buyer.inn and is_entrepreneurs(buyer.inn, buyer.country):
        return "entrepreneur"
    return "legal" if buyer.customer.company or buyer.inn else "individual"


def _filled(body: Body) -> Body:
    return {key: value for key, value in body.items() if value}
