"""Fields of goods as the site is to have them (domain/fields.py) → bodies of REST v3 products and variations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.domain import fields

# Marks a product the bridge has made: the id of its item in MoySklad.
ORIGIN = "_sklad_bridge_product"


def update_body(own_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A batch's item that changes these fields and no other."""
    return {"id": int(own_id), **body(values)}


def body(values: Mapping[str, Any]) -> dict[str, Any]:
    """Dates are days of the site's own calendar: a sale begins with the first and ends with the last of them."""
    found: dict[str, Any] = {}
    for field, value in values.items():
        if field == fields.SALE_PRICE:
            first, last = value["from"], value["to"]
            found["sale_price"] = value["price"]
            # An empty text takes a date away; null would leave it as it is.
            found["date_on_sale_from"] = f"{first}T00:00:00" if first else ""
            found["date_on_sale_to"] = f"{last}T23:59:59" if last else ""
        else:
            found[_NAMES[field]] = value
    return found


def new_product(name: str, sku: str, external_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A draft, sold from stock, of which there is none until the first number comes."""
    return {
        "type": "simple",
        "status": "draft",
        "name": name,
        "sku": sku,
        "manage_stock": True,
        "stock_quantity": 0,
        "meta_data": [{"key": ORIGIN, "value": external_id}],
        **body(values),
    }


_NAMES = {
    fields.PRICE: "regular_price",
    fields.NAME: "name",
    fields.DESCRIPTION: "description",
    fields.WEIGHT: "weight",
    fields.BARCODE: "global_unique_id",
}
