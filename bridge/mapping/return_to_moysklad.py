"""Shipments of MoySklad → what can come back of them, and what does → a return (JSON API 1.2, «Возврат покупателя»)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bridge.domain.money import exponent
from bridge.domain.pick import Shipped, Taken
from bridge.mapping.from_moysklad import position_facts, ref_id
from bridge.mapping.moscow import to_wire
from bridge.mapping.to_moysklad import Body, entity

Wire = Mapping[str, Any]
# What a return shares with its shipment beside what must be equal («Возврат покупателя», 3004).
ALONG = {"project": "project", "contract": "contract", "salesChannel": "saleschannel"}


def posted(demands: Sequence[Any]) -> list[Wire]:
    """The shipments that count, oldest first: those in the bin and those that are not posted moved nothing."""
    living = [one for one in demands if one.get("applicable", True) and not one.get("deleted")]
    # Moments are whole minutes.
    return sorted(living, key=lambda one: [str(one.get(key) or "") for key in ("moment", "created", "id")])


def shipped(demands: Sequence[Wire], currency: str, promised: Mapping[str, Sequence[Wire]]) -> list[Shipped]:
    """The positions of shipments (positions and returns opened) with what of them can still come back.

    `promised`: positions of returns that are decided but not made yet, by shipment.
    """
    found: list[Shipped] = []
    for demand in demands:
        back = _returned(demand, promised.get(str(demand["id"]), ()))
        for row in _rows(demand):
            quantity, key = Decimal(str(row["quantity"])), _kind_of(row)
            gone = min(quantity, back.get(key, Decimal(0)))
            back[key] = back.get(key, Decimal(0)) - gone
            price = _price(row, currency, net=demand.get("vatIncluded") is False)
            found.append(Shipped(str(row["id"]), key[0], quantity, quantity - gone, price))
    return found


def sales_return(
    base_url: str, demand: Wire, taken: Sequence[Taken], *, moment: datetime, description: str
) -> Body | None:
    """The return of what was taken from this shipment, without `syncId`; None when that is nothing."""
    by_position = {one.key: one for one in taken}
    rows = [row for row in _rows(demand) if str(row["id"]) in by_position]
    if not rows:
        return None
    agent = str(((demand["agent"] or {}).get("meta") or {}).get("type") or "counterparty")
    body: Body = {
        "moment": to_wire(moment)[:19],
        "applicable": True,
        "description": description[:4096],
        "demand": entity(base_url, "demand", str(demand["id"])),
        "organization": entity(base_url, "organization", ref_id(demand["organization"])),
        "agent": entity(base_url, agent, ref_id(demand["agent"])),
        "store": entity(base_url, "store", ref_id(demand["store"])),
        "vatEnabled": bool(demand.get("vatEnabled")),
        "vatIncluded": bool(demand.get("vatIncluded")),
        "positions": [_position(base_url, row, by_position[str(row["id"])].quantity) for row in rows],
    }
    for key, kind in ALONG.items():
        if demand.get(key):
            body[key] = entity(base_url, kind, ref_id(demand[key]))
    if rate := demand.get("rate"):
        body["rate"] = {"currency": entity(base_url, "currency", ref_id(rate["currency"]))}
        body["rate"] |= {"value": rate["value"]} if rate.get("value") else {}
    return body


def _position(base_url: str, row: Wire, quantity: Decimal) -> Body:
    """The price and the discount as in the shipment: a return cannot change them."""
    kind = str(row["assortment"]["meta"]["type"])
    return {
        "quantity": float(quantity),
        **{key: row[key] for key in ("price", "discount", "vat", "vatEnabled") if key in row},
        "assortment": entity(base_url, kind, ref_id(row["assortment"])),
    }


def _returned(demand: Wire, promised: Sequence[Wire]) -> dict[tuple[str, float, float], Decimal]:
    """What the returns of a shipment take back: quantities by goods and price."""
    rows = [row for one in demand.get("returns") or [] if not one.get("deleted") for row in _rows(one)]
    back: dict[tuple[str, float, float], Decimal] = {}
    for row in (*rows, *promised):
        back[_kind_of(row)] = back.get(_kind_of(row), Decimal(0)) + Decimal(str(row["quantity"]))
    return back


def _kind_of(row: Wire) -> tuple[str, float, float]:
    facts = position_facts(row)
    return facts["item"], facts["price"], facts["discount"]


def _price(row: Wire, currency: str, *, net: bool) -> Fraction:
    """A piece's price in minor units, after its discount and with its tax."""
    price = (
        Fraction(Decimal(str(row["price"]))) * (100 - Fraction(Decimal(str(row.get("discount") or 0)))) / 100
    )
    if net and row.get("vatEnabled"):
        price *= Fraction(100 + int(row.get("vat") or 0), 100)
    return price * Fraction(10) ** (exponent(currency) - 2)


def _rows(document: Wire) -> list[Wire]:
    return list((document.get("positions") or {}).get("rows") or [])
