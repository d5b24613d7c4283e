"""Bodies that write products: what the schema of a single call refuses, and values as WordPress understands them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from connectors.sandbox.store.errors import RestError, invalid_param, not_in_enum
from connectors.sandbox.store.order_schema import is_integer
from connectors.sandbox.store.shop import Obj, Shop

TYPES = ("simple", "grouped", "external", "variable")
STATUSES = ("draft", "pending", "private", "publish", "future", "auto-draft", "trash")
STOCK_STATUSES = ("instock", "outofstock", "onbackorder")
VISIBILITIES = ("visible", "catalog", "search", "hidden")
ENUMS = {
    "type": TYPES,
    "status": STATUSES,
    "catalog_visibility": VISIBILITIES,
    "stock_status": STOCK_STATUSES,
    "backorders": ("no", "notify", "yes"),
}
TEXTS = ("name", "description", "short_description", "sku", "global_unique_id")
STRINGS = (*TEXTS, "regular_price", "sale_price", "weight")
BOOLEANS = (True, False, 0, 1, "0", "1", "true", "false")
YES = (True, 1, "1", "yes", "true")


def given(body: Obj) -> Obj:
    """Null is as good as not sent (source)."""
    return {name: value for name, value in body.items() if value is not None}


def check_types(body: Obj) -> None:
    """What single calls check and batches do not."""
    sent = given(body)
    for name in STRINGS:
        if name in sent and not isinstance(sent[name], str):
            raise wrong_type(name, "string")
    if "stock_quantity" in sent and not is_integer(sent["stock_quantity"]):
        raise wrong_type("stock_quantity", "integer")
    if "manage_stock" in sent and sent["manage_stock"] not in BOOLEANS:
        raise wrong_type("manage_stock", "boolean")
    for name, allowed in ENUMS.items():
        if name in sent and sent[name] not in allowed:
            raise not_in_enum(name, name, allowed)


def wrong_type(name: str, type_: str) -> RestError:
    return invalid_param(name, "rest_invalid_type", f"{name} is not of type {type_}.", {"param": name})


def check_unique(shop: Shop, body: Obj, own_id: int) -> None:
    """A SKU or a barcode another product has; those in the trash do not count (source)."""
    sku, code = str(body.get("sku") or ""), barcode(body.get("global_unique_id"))
    other = shop.products.holder("sku", sku, but=own_id)
    if other is not None:
        free = {"resource_id": other["id"], "unique_sku": f"{other['sku']}-1"}
        raise RestError(400, "product_invalid_sku", "Invalid or duplicated SKU.", **free)
    other = shop.products.holder("global_unique_id", code, but=own_id)
    if other is not None:
        message = "Invalid or duplicated GTIN, UPC, EAN or ISBN."
        raise RestError(400, "product_invalid_global_unique_id", message, resource_id=other["id"])


def check_visibility(body: Obj) -> None:
    """The one property a batch checks as well."""
    if body.get("catalog_visibility", "visible") not in VISIBILITIES:
        raise RestError(400, "product_invalid_catalog_visibility", "Invalid catalog visibility option.")


def barcode(value: Any) -> str:
    """Only digits, hyphens and the X of an ISBN stay."""
    return re.sub(r"[^0-9Xx-]", "", str(value or ""))


def switch(value: Any) -> bool:
    """`wc_string_to_bool`: anything that does not mean yes is no, "parent" too."""
    return value in YES


def number_sent(value: Any) -> Decimal:
    """`intval` and `floatval` of what was sent: the number a text begins with, else 0."""
    found = re.match(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", str(value))
    return Decimal(found.group()) if found else Decimal(0)
