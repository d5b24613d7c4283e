"""A site's own stock movements by an order: numbered by its plugin, or read from what its lines remember."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

Wire = Mapping[str, Any]


class Movement(NamedTuple):
    """`item`: the id that keeps the stock; `quantity` pieces taken, negative where some came back."""

    number: int
    item: str
    quantity: Decimal
    at: datetime


def movements(rows: Any) -> list[Movement] | None:
    """The plugin's journal of one order; None when there is none (no plugin, an older one). Bad rows are left out."""
    if not isinstance(rows, list):
        return None
    found = []
    for row in rows:
        if (
            isinstance(row, Mapping)
            and isinstance(row.get("number"), int)
            and isinstance(row.get("item"), int)
        ):
            quantity = _pieces(row.get("quantity"))
            at = row.get("at")
            if quantity is not None and isinstance(at, int) and 0 < at < 2**33:
                found.append(
                    Movement(row["number"], str(row["item"]), quantity, datetime.fromtimestamp(at, UTC))
                )
    return found


def taken(order: Wire) -> dict[tuple[str, str], Decimal]:
    """Pieces the site took for each (product, variation) of an order, as its lines remember (`_reduced_stock`)."""
    found: dict[tuple[str, str], Decimal] = {}
    for line in order.get("line_items") or []:
        if not isinstance(line, Mapping):
            continue
        key = str(line.get("product_id") or ""), str(line.get("variation_id") or "")
        for meta in line.get("meta_data") or []:
            if isinstance(meta, Mapping) and meta.get("key") == "_reduced_stock":
                found[key] = found.get(key, Decimal(0)) + (_pieces(meta.get("value")) or Decimal(0))
    return found


def _pieces(value: Any) -> Decimal | None:
    try:
        quantity = Decimal(str(value))
    except InvalidOperation:
        return None
    return quantity if quantity.is_finite() and abs(quantity) < 10**9 else None
