"""A delivery address in MoySklad's fields (JSON API 1.2, «Адрес доставки»): each within its limit, no text lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.domain.order import Address, Customer
from bridge.mapping import regions
from bridge.mapping.to_moysklad import Body, entity

LIMITS = {"postalCode": 6, "city": 255, "street": 255, "apartment": 30, "addInfo": 255, "comment": 255}
RUSSIA = "RU"


@dataclass(frozen=True)
class Places:
    """What an account knows of the world: countries by two letters, regions of Russia by name; ids of both."""

    base_url: str
    countries: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Placed:
    """`full` is the `shipmentAddressFull`, empty for no address; `rest` are lines for the comment of the document, with
    all of the text of which a part found no room."""

    full: Body
    rest: tuple[str, ...] = ()


def place(address: Address, buyer: Customer, places: Places) -> Placed:
    """Where the goods go, and to whom when that is not the buyer."""
    recipient = recipient_of(address, buyer)
    if not address.one_line():
        return Placed({}, (f"Получатель: {recipient}",) if recipient else ())
    country = places.countries.get(address.country.upper(), "")
    region = regions.find(address.region, places.regions) if address.country in ("", RUSSIA) else ""
    further = [
        "" if len(address.postcode) <= LIMITS["postalCode"] else address.postcode,
        "" if country else address.country,
        "" if region or address.region == address.city else address.region,
        "" if len(address.line2) <= LIMITS["apartment"] else address.line2,
    ]
    texts = {
        "postalCode": address.postcode if not further[0] else "",
        "city": address.city,
        "street": address.line1,
        "apartment": address.line2 if not further[3] else "",
        "addInfo": ", ".join(part for part in further if part),
        "comment": f"Получатель: {recipient}" if recipient else "",
    }
    full: Body = {key: text[: LIMITS[key]] for key, text in texts.items() if text}
    if country:
        full["country"] = entity(places.base_url, "country", country)
    if region:
        full["region"] = entity(places.base_url, "region", region)
    return Placed(full, _rest(texts, address))


def recipient_of(address: Address, buyer: Customer) -> str:
    """Name, company and phone of who receives the goods, as far as they are not the buyer's."""
    name = " ".join(part for part in (address.last_name, address.first_name) if part)
    parts = (
        name if name != buyer.full_name else "",
        address.company if address.company != buyer.company else "",
        address.phone if address.phone != buyer.phone else "",
    )
    return ", ".join(part for part in parts if part)


def cleared(before: Mapping[str, Any], full: Mapping[str, Any]) -> Body:
    """An update of the address that also empties what is in it no longer."""
    gone = {key: None if key in ("country", "region") else "" for key in before if key not in full}
    return {**gone, **full}


def _rest(texts: Mapping[str, str], address: Address) -> tuple[str, ...]:
    too_long = {key for key, text in texts.items() if len(text) > LIMITS[key]}
    return (
        *([f"Адрес: {address.one_line()}"] if too_long - {"comment"} else []),
        *([texts["comment"]] if "comment" in too_long else []),
    )
