"""Goods of MoySklad → our Product: what they are called, what they cost, and of what a bundle is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from bridge.domain.decimals import digits
from bridge.domain.prices import unit_rate
from bridge.mapping.from_moysklad import ref_id
from bridge.mapping.moscow import from_wire
from bridge.mapping.wire_text import plain

Wire = Mapping[str, Any]
Price = tuple[int, str]

MOST_BARCODES = 50
LONGEST_DESCRIPTION = 4096  # MoySklad's own limit
DATE = "time"  # what MoySklad calls the type of a field that holds a date
MOST = Decimal(10) ** 14  # digits of a price, and of a number of pieces in a bundle
FOUR_PLACES = Decimal("0.0001")


def product(data: Wire) -> dict[str, Any]:
    """A product, variant, service or bundle as the fields of our Product. A variant names no folder."""
    return {
        "external_id": str(data["id"]),
        "kind": str(data["meta"]["type"]),
        "parent_external_id": ref_id(data.get("product")),
        "name": plain(data.get("name"), 255),
        "article": plain(data.get("article"), 255).strip(),
        "code": plain(data.get("code"), 255).strip(),
        "external_code": plain(data.get("externalCode"), 255).strip(),
        "folder_id": ref_id(data.get("productFolder")),
        "facts": facts(data),
        "updated_at": updated_at(data),
        "archived": bool(data.get("archived")),
        "present": True,
    }


def facts(data: Wire) -> dict[str, Any]:
    """What a site may show of it. Prices are whole hundredths of their currency; one of 0 was never entered.

    {"prices": {price type: [hundredths, currency]}, "cost": [hundredths, currency] or None, "min_price": the same,
    "description", "weight": kilograms as text or "", "barcodes": […], "dates": {field: ISO date}, "images": how many}
    """
    return {
        "prices": {
            type_id: list(price)
            for row in _rows(data.get("salePrices"))
            if (price := _price(row)) and (type_id := _type_of(row))
        },
        "cost": _listed(data.get("buyPrice")),
        "min_price": _listed(data.get("minPrice")),
        "description": plain(data.get("description"), LONGEST_DESCRIPTION).strip(),
        "weight": _weight(data.get("weight")),
        "barcodes": barcodes(data),
        "dates": {
            str(row.get("id")): day
            for row in _rows(data.get("attributes"))
            if row.get("type") == DATE and (day := _day(row.get("value")))
        },
        "images": _size(data.get("images")),
    }


def barcodes(data: Wire) -> list[str]:
    """Of every kind, each once, in the order of the card."""
    found = [plain(value, 100).strip() for row in _rows(data.get("barcodes")) for value in row.values()]
    return [code for code in dict.fromkeys(found) if code][:MOST_BARCODES]


def parts(data: Wire) -> list[tuple[str, Decimal]] | None:
    """What a bundle is made of: (item, how many of it). None where the answer does not list it."""
    components = data.get("components")
    rows = components.get("rows") if isinstance(components, Mapping) else components
    return part_rows(rows) if isinstance(rows, list) else None


def part_rows(rows: Any) -> list[tuple[str, Decimal]]:
    """The same of `entity/bundle/ID/components`; an item that stands there twice counts together.

    Services are left out: they are always there, and are not read with the goods.
    """
    found: dict[str, Decimal] = {}
    for row in _rows(rows):
        item, quantity = ref_id(row.get("assortment")), _number(row.get("quantity"))
        if item and quantity > 0 and not _is_service(row["assortment"]):
            found[item] = (found.get(item, Decimal(0)) + quantity).quantize(FOUR_PLACES)
    return list(found.items())


def _is_service(reference: Wire) -> bool:
    return bool(reference["meta"].get("type") == "service")


def updated_at(data: Wire) -> datetime | None:
    """When it was last changed, None where the answer does not say."""
    text = plain(data.get("updated"))
    return from_wire(text) if text else None


def rate(data: Wire) -> Decimal | None:
    """What one of a currency costs in the account's own; 1 for that one itself, None where the card says nothing."""
    if data.get("default"):
        return Decimal(1)
    multiplicity = _number(data.get("multiplicity") or 1)
    found = unit_rate(_number(data.get("rate")), int(multiplicity), indirect=bool(data.get("indirect")))
    return found.quantize(Decimal("1e-12"), ROUND_HALF_UP) if found is not None else None


def _price(row: Any) -> Price | None:
    """(hundredths, currency); a fraction of a hundredth, which MoySklad can keep, rounds half up."""
    if not isinstance(row, Mapping):
        return None
    hundredths = int(_number(row.get("value")).to_integral_value(ROUND_HALF_UP))
    currency = ref_id(row.get("currency"))
    return (hundredths, currency) if hundredths > 0 and currency else None


def _listed(row: Any) -> list[Any] | None:
    price = _price(row)
    return list(price) if price else None


def _type_of(row: Wire) -> str:
    kind = row.get("priceType")
    return (plain(kind.get("id")) or ref_id(kind)) if isinstance(kind, Mapping) else ""


def _weight(value: Any) -> str:
    number = _number(value).quantize(FOUR_PLACES)
    return digits(number) if number > 0 else ""


def _day(value: Any) -> str:
    """'2026-11-01 00:00:00.000' → '2026-11-01'; '' for what is no date."""
    try:
        return datetime.fromisoformat(plain(value)).date().isoformat()
    except ValueError:
        return ""


def _number(value: Any) -> Decimal:
    """A float of an answer as it was written; 0 for none and for what is no number of this world."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Decimal(0)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() and abs(number) < MOST else Decimal(0)


def _size(images: Any) -> int:
    if isinstance(images, Mapping):
        size = (images.get("meta") or {}).get("size")
        return size if isinstance(size, int) else 0
    return len(images) if isinstance(images, list) else 0


def _rows(rows: Any) -> list[Wire]:
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
