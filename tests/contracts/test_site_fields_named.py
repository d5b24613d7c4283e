"""Whatever field of an order or a refund cannot be read, a person is told it in words, not as the API writes it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from bridge.domain.errors import BadPayload, Problem
from bridge.mapping import from_woocommerce
from bridge.mapping.order_summary import order_summary
from bridge.problems import sentence

PAYLOADS = Path(__file__).parents[1] / "payloads" / "woocommerce"
ORDER = json.loads((PAYLOADS / "order_rest_tax_coupon_shipping_fee.json").read_text("utf-8"))
REFUND = {
    "id": 7,
    "amount": "10.00",
    "date_created_gmt": "2026-07-10T11:02:19",
    "line_items": [{"id": 1, "quantity": -1, "total": "-10.00", "total_tax": "0", "meta_data": []}],
    "shipping_lines": [],
    "fee_lines": [],
}
BROKEN = (None, "", "x" * 500, {"a": 1}, ["x"], 0)
READERS: dict[str, tuple[dict[str, Any], Callable[[Any], object]]] = {
    "order": (ORDER.get("body", ORDER), from_woocommerce.order),
    "refund": (REFUND, lambda wire: from_woocommerce.refund(wire, "RUB")),
    "summary": (ORDER.get("body", ORDER), order_summary),
}


def spoilt(wire: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """With one value broken, at the top or in the first row of a list."""
    for key, value in wire.items():
        for broken in BROKEN:
            yield {**wire, key: broken}
            if isinstance(value, list) and value and isinstance(value[0], dict):
                for inner in value[0]:
                    other = copy.deepcopy(wire)
                    other[key][0][inner] = broken
                    yield other


def problems_of(reader: str) -> dict[str, Problem]:
    wire, read = READERS[reader]
    read(wire)  # as it is, it is read
    found: dict[str, Problem] = {}
    for one in spoilt(wire):
        try:
            read(one)
        except BadPayload as error:
            if "field" in error.problem.params:
                found[error.problem.params["field"]] = error.problem
    return found


@pytest.mark.parametrize(("reader", "least"), [("order", 8), ("refund", 4), ("summary", 4)])
def test_every_field_that_cannot_be_read_is_called_in_words(reader: str, least: int) -> None:
    found = problems_of(reader)
    assert len(found) >= least
    for field, problem in found.items():
        with override("ru"):
            said = sentence(problem.code, problem.params)
        called, _, rest = said.partition(f" ({field})")
        assert rest, f"the name of the API stands in brackets, for support: {said}"
        assert called.rpartition("«")[2].isascii() is False, said


def test_a_field_nobody_named_is_shown_as_it_is() -> None:
    with override("en"):
        assert "“new_field”" in sentence("payload_field_missing", {"field": "new_field"})
