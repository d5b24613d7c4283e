"""WooCommerce's clock: the text of its `*_gmt` fields, without a zone, means UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bridge.domain.errors import BadPayload
from bridge.mapping.wire_text import plain

# Far enough from the ends of the calendar for every zone.
YEARS = range(1970, 2200)


def moment(wire: Mapping[str, Any], field: str) -> datetime:
    """'2026-07-10T11:02:19' → aware UTC. Raises BadPayload for what is no date of a living shop."""
    try:
        found = datetime.fromisoformat(plain(wire.get(field))).replace(tzinfo=UTC)
    except ValueError:
        raise BadPayload("payload_field_malformed", field=field) from None
    if found.year not in YEARS:
        raise BadPayload("payload_field_malformed", field=field)
    return found
