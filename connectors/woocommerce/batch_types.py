"""Checks an item of a batch before it is sent, because WooCommerce does not: it would store nonsense as 0."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

_MONEY = re.compile(r"^\d+(\.\d+)?$")


def wrong_type(update: Mapping[str, Any]) -> str:
    """What is wrong with the item, "" when nothing is. Fields not listed here go as they are."""
    if not _is_id(update.get("id")):
        return f"id must be a positive whole number, not {update.get('id')!r}"
    for field, (test, wanted) in _RULES.items():
        if field in update and not test(update[field]):
            return f"{field} must be {wanted}, not {update[field]!r}"
    return ""


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_number_or_null(value: Any) -> bool:
    """Shops with decimal quantities take floats."""
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_money(value: Any) -> bool:
    """A decimal string in the shop's currency, "" to clear it."""
    return isinstance(value, str) and (value == "" or bool(_MONEY.match(value)))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "stock_quantity": (_is_number_or_null, "a number or null"),
    "manage_stock": (lambda value: isinstance(value, bool) or value == "parent", 'true, false or "parent"'),
    "stock_status": (
        lambda value: value in ("instock", "outofstock", "onbackorder"),
        "instock, outofstock or onbackorder",
    ),
    "backorders": (lambda value: value in ("no", "notify", "yes"), "no, notify or yes"),
    "regular_price": (_is_money, 'a decimal string such as "10.50", or ""'),
    "sale_price": (_is_money, 'a decimal string such as "10.50", or ""'),
    "sku": (_is_text, "text"),
    "global_unique_id": (_is_text, "text"),
    "name": (_is_text, "text"),
    "weight": (_is_text, "text"),
    "meta_data": (lambda value: isinstance(value, list), "a list"),
}
