"""A value of a site's goods as a short text: pieces, prices, a sale with its days, the words of a description."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bridge.domain.decimals import digits
from bridge.domain.fields import DESCRIPTION, SALE_PRICE, bare_text

STOCK, BACKORDERS, PUBLISH, HIDE = "stock", "backorders", "publish", "hide"
LONGEST = 500


def text_of(field: str, value: Any) -> str:
    """'7', '0.5', '351.00', '299.00 (2026-11-01 – …)'; '' for none. Never longer than a column holds."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return digits(value)
    if field == SALE_PRICE and isinstance(value, Mapping):
        return _sale(value)
    if field == DESCRIPTION:
        value = bare_text(str(value))
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _sale(value: Mapping[str, Any]) -> str:
    price, first, last = str(value.get("price") or ""), value.get("from"), value.get("to")
    if not price or not (first or last):
        return price
    return f"{price} ({first or '…'} – {last or '…'})"
