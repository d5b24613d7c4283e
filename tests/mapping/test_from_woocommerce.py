"""Recorded WooCommerce orders become canonical orders whose positions add up to the recorded total."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.errors import BadPayload
from bridge.domain.money import to_minor
from bridge.domain.positions import positions
from bridge.mapping import from_woocommerce

PAYLOADS = Path(__file__).parent.parent / "payloads" / "woocommerce"
RECORDED = sorted(path.stem for path in PAYLOADS.glob("order_*.json") if '"line_items"' in path.read_text())


def recorded(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())["body"]
    return body


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_order_adds_up_to_the_kopeck(name: str) -> None:
    wire = recorded(name)
    order = from_woocommerce.order(wire)
    assert sum(p.sum_minor for p in positions(order)) == to_minor(wire["total"], "RUB") == order.total_minor


def test_the_classic_checkout_with_coupon_shipping_and_a_variation() -> None:
    order = from_woocommerce.order(recorded("order_classic_coupon_shipping_variation"))
    mug, dress = order.lines
    assert (mug.product_id, mug.variation_id, mug.sku, mug.quantity, mug.total_minor) == (
        "13",
        "",
        "S-00001",
        2,
        63180,
    )
    assert (dress.product_id, dress.variation_id, dress.sku) == ("313", "314", "V-00001-1")
    assert [(c.kind, c.name, c.total_minor) for c in order.charges] == [("shipping", "Курьер", 35000)]
    assert order.coupons == ("sale10",)
    assert order.customer.full_name == "Сидоров Пётр"
    assert order.shipping.one_line() == "101000, Москва, ул. Ленина, 10, кв. 5"
    assert order.placed_at == datetime(2026, 11, 21, 18, 28, 16, tzinfo=UTC)
    assert order.paid_at is None


def test_amounts_on_the_wire_are_net_and_the_rate_is_kept() -> None:
    order = from_woocommerce.order(recorded("order_store_api_tax_coupon_shipping"))
    assert all(line.vat_percent == 20 and line.tax_minor > 0 for line in order.lines)
    assert sum(x.total_minor for x in [*order.lines, *order.charges]) == order.total_minor


def test_a_line_of_an_unknown_product_keeps_no_product_id() -> None:
    order = from_woocommerce.order(recorded("order_create_unknown_product_201"))
    assert [line.product_id for line in order.lines] == [""]


@pytest.mark.parametrize("field", ["id", "currency", "status", "total", "date_created_gmt"])
def test_a_missing_field_is_named(field: str) -> None:
    wire = recorded("order_admin")
    del wire[field]
    with pytest.raises(BadPayload) as caught:
        from_woocommerce.order(wire)
    assert caught.value.problem.params["field"] == field


@pytest.mark.parametrize("rows", ["x", [1], {"a": 1}])
def test_lines_that_are_no_list_of_objects_are_refused(rows: object) -> None:
    with pytest.raises(BadPayload, match="line_items"):
        from_woocommerce.order({**recorded("order_admin"), "line_items": rows})
