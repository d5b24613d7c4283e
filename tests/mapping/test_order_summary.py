"""The few fields of a site's order that a comparison needs, as the site tells them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.domain.errors import BadPayload
from bridge.mapping.order_summary import order_summary

WIRE: dict[str, Any] = {
    "id": 7,
    "number": "A-7",
    "order_key": "wc_order_x",
    "status": "processing",
    "currency": "RUB",
    "total": "1891.70",
    "date_created_gmt": "2026-07-10T11:02:19",
    "date_modified_gmt": "2026-07-10T11:03:00",
}


def test_an_order_is_told_in_few_fields() -> None:
    found = order_summary(WIRE)
    assert (found.source_id, found.number, found.total_minor) == ("7", "A-7", 189170)
    assert found.placed_at == datetime(2026, 7, 10, 11, 2, 19, tzinfo=UTC)


@pytest.mark.parametrize("field", ["date_created_gmt", "date_modified_gmt"])
@pytest.mark.parametrize("date", [None, "", "yesterday", "0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_a_date_that_is_none_is_named(field: str, date: str | None) -> None:
    """The ends of the calendar too: no zone can hold them."""
    with pytest.raises(BadPayload) as caught:
        order_summary({**WIRE, field: date})
    assert (caught.value.problem.code, caught.value.problem.params["field"]) == (
        "payload_field_malformed",
        field,
    )
