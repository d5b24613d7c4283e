"""Products and variations of a site (REST v3) → our Listing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from html import unescape
from typing import Any

from bridge.domain import fields
from bridge.mapping.site_stock import quantity_of
from bridge.mapping.wire_text import plain

Wire = Mapping[str, Any]

MOST = Decimal(2**31 - 1)
FOUR_PLACES = Decimal("0.0001")
# What the site says of who keeps the stock of an item.
KEEPERS = {"true": "own", "parent": "parent", "false": "nobody"}
VARIATION, VARIABLE = "variation", "variable"
# Where WooMS keeps the id of the item in MoySklad.
EARLIER = "wooms_id"
# Longer than MoySklad's own: what is beyond cannot be equal to it anyway.
LONGEST_TEXT = 5000


def listing(data: Wire, *, variation_of: Wire | None = None) -> dict[str, Any]:
    """A product, or a variation of `variation_of`, as the fields of our Listing.

    `earlier_link` is there only if the meta data was read.
    """
    own_id = str(data["id"])
    kind = plain(data.get("type"), 20) if variation_of is None else VARIATION
    name = unescape(plain(data.get("name")))
    if variation_of is not None:
        options = ", ".join(plain(row.get("option")) for row in data.get("attributes") or [])
        name = f"{unescape(plain(variation_of.get('name')))} - {options}".rstrip(" -")
    found = {
        "product_id": str(variation_of["id"]) if variation_of is not None else own_id,
        "variation_id": own_id if variation_of is not None else "",
        "kind": kind,
        "status": plain(data.get("status"), 20),
        "sku": plain(data.get("sku"), 255).strip(),
        "barcode": plain(data.get("global_unique_id"), 100).strip(),
        "name": name[:500],
        "keeper": KEEPERS.get(str(data.get("manage_stock")).lower(), "nobody"),
        "site_quantity": _quantity(data),
        "site_sale": _count(data.get("sklad_bridge_sale")),
        "backorders": plain(data.get("backorders"), 10),
        "site_fields": site_fields(data, kind),
    }
    return found | ({"earlier_link": _earlier_link(data)} if "meta_data" in data else {})


def site_fields(data: Wire, kind: str) -> dict[str, Any]:
    """The fields that may follow MoySklad, as far as the answer has them and goods of this kind have them."""
    found: dict[str, Any] = {}
    if "regular_price" in data:
        found[fields.PRICE] = plain(data["regular_price"], 40).strip()
    if "sale_price" in data:
        found[fields.SALE_PRICE] = {
            "price": plain(data["sale_price"], 40).strip(),
            "from": _day(data.get("date_on_sale_from")),
            "to": _day(data.get("date_on_sale_to")),
        }
    if "name" in data:
        found[fields.NAME] = unescape(plain(data["name"], 500))
    if "description" in data:
        found[fields.DESCRIPTION] = fields.bare_text(plain(data["description"]))[:LONGEST_TEXT]
    if "weight" in data:
        found[fields.WEIGHT] = plain(data["weight"], 40).strip()
    if "global_unique_id" in data:
        found[fields.BARCODE] = plain(data["global_unique_id"], 100).strip()
    return {field: found[field] for field in fields.of_kind(kind) if field in found}


def _earlier_link(data: Wire) -> str:
    rows = data.get("meta_data")
    values = [
        plain(row.get("value"), 64)
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping) and row.get("key") == EARLIER
    ]
    return values[-1].strip() if values else ""


def _day(moment: Any) -> str | None:
    """'2026-11-01T00:00:00', the site's own time, → '2026-11-01'."""
    return plain(moment)[:10] or None


def _quantity(data: Wire) -> Decimal | None:
    """A number of pieces as a column can hold it; None where the item keeps none."""
    quantity = quantity_of(data)
    return max(-MOST, min(MOST, quantity)).quantize(FOUR_PLACES) if quantity is not None else None


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
