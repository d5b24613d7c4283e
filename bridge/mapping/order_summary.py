"""The few fields of a site's order (REST v3) that a comparison needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from bridge.domain.errors import BadPayload
from bridge.domain.money import to_minor
from bridge.mapping.gmt import moment
from bridge.mapping.wire_text import plain

FIELDS = "id,number,order_key,status,currency,total,date_created_gmt,date_modified_gmt"


class OrderSummary(NamedTuple):
    """What the site says of an order. `status` is "trash" for one that was deleted for good too."""

    source_id: str
    order_key: str
    number: str
    status: str
    currency: str
    total_minor: int
    placed_at: datetime
    modified_at: datetime


def order_summary(wire: Mapping[str, Any]) -> OrderSummary:
    """Raises BadPayload for an order without an id, a currency or dates."""
    currency = plain(wire.get("currency"), 3)
    if not wire.get("id") or not currency:
        raise BadPayload("payload_field_missing", field="id" if not wire.get("id") else "currency")
    return OrderSummary(
        plain(wire["id"], 32),
        plain(wire.get("order_key"), 100),
        plain(wire.get("number") or wire["id"], 100),
        plain(wire.get("status"), 60),
        currency,
        to_minor(plain(wire.get("total"), 40), currency),
        moment(wire, "date_created_gmt"),
        moment(wire, "date_modified_gmt"),
    )
