"""A buyer as the body of a counterparty (JSON API 1.2, «Контрагент»)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.domain.buyers import Buyer, person_name
from bridge.domain.order import Address
from bridge.domain.tax_numbers import is_entrepreneurs

Body = dict[str, Any]
UNNAMED = "Покупатель"
TITLE_LIMIT = 4096
POSTCODE_LIMIT = 6


def counterparty(buyer: Buyer, address: Mapping[str, Any]) -> Body:
    """A new counterparty, without `syncId`; what the order does not say is left out. `address`: see `contacts`."""
    body = {"companyType": company_type(buyer), **contacts(buyer, address)}
    if buyer.customer.company or buyer.inn:
        body |= _filled({"inn": buyer.inn, "kpp": buyer.kpp})
    return body


def contacts(buyer: Buyer, address: Mapping[str, Any]) -> Body:
    """What may change with time and follows the site where the owner wants it to: name, e-mail, phone, address.

    `address` is the part of the body with the actual address (`actualAddressFull` or `actualAddress`).
    """
    customer = buyer.customer
    body: Body = {
        "name": (buyer.name or UNNAMED)[:255],
        "email": customer.email,
        "phone": customer.phone[:255],
    }
    if company_type(buyer) == "legal":
        body["legalTitle"] = (customer.company or customer.full_name)[:TITLE_LIMIT]
    else:
        name = person_name(customer.first_name, customer.last_name)
        body |= {
            "legalTitle": customer.company[:TITLE_LIMIT],
            "legalLastName": name.last[:255],
            "legalFirstName": name.first[:255],
            "legalMiddleName": name.middle[:255],
        }
    return _filled(body) | dict(address)


def company_type(buyer: Buyer) -> str:
    """legal | entrepreneur | individual: an entrepreneur is known by the twelve digits of the INN."""
    if buyer.inn and is_entrepreneurs(buyer.inn, buyer.country):
        return "entrepreneur"
    return "legal" if buyer.customer.company or buyer.inn else "individual"


def actual_address(address: Address, country: Body | None, region: Body | None) -> Body:
    """{"actualAddressFull": {...}}, or {} for an empty address; text that fits no field of its own goes to `addInfo`.

    `country` and `region` are references, None where the account has none with this name or code.
    """
    long_code = len(address.postcode) > POSTCODE_LIMIT
    rest = (address.postcode if long_code else "", "" if region else address.region, address.line2)
    known = {
        "postalCode": "" if long_code else address.postcode,
        "city": address.city[:255],
        "street": address.line1[:255],
        "addInfo": ", ".join(part for part in rest if part)[:255],
    }
    if not any(known.values()):
        return {}
    return {"actualAddressFull": _filled(known | {"country": country, "region": region})}


def _filled(body: Body) -> Body:
    return {key: value for key, value in body.items() if value}
