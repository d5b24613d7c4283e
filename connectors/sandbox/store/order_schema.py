"""What the schema of a single REST call refuses before anything is read; batches are not checked."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store.errors import invalid_param, not_in_enum
from connectors.sandbox.store.shop import Obj, Shop
from connectors.sandbox.store.statuses import known_statuses


def check(shop: Shop, body: Obj) -> None:
    """An unknown status (the trash is none), and quantities that are not whole, whatever plugins the shop has."""
    known = known_statuses(shop)
    if "status" in body and body["status"] not in known:
        raise not_in_enum("status", "status", known)
    for place, line in enumerate(body.get("line_items") or ()):
        if not is_integer(line.get("quantity", 1)):
            name = f"line_items[{place}][quantity]"
            message = f"{name} is not of type integer."
            raise invalid_param("line_items", "rest_invalid_type", message, {"param": name})


def is_integer(value: Any) -> bool:
    """As WordPress sees it: 2, 2.0 and "2" are integers."""
    try:
        return not isinstance(value, bool) and float(value).is_integer()
    except (TypeError, ValueError):
        return False
