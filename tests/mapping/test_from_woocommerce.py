"""Recorded WooCommerce orders become canonical orders whose positions add up to the recorded total."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.errors import BadPayload
from bridge.domain.money import to_minor
from bridge.domain.positions import positions
from bridge.domain.refunds import RefundedCharge, RefundedLine, remaining
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


LONG = "9" * 400


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": LONG}, "id"),
        ({"id": "9" * 33}, "id"),
        ({"order_key": LONG}, "order_key"),
        ({"status": LONG}, "status"),
        ({"currency": "RUBLE"}, "currency"),
        ({"currency": "R1"}, "currency"),
        ({"date_created_gmt": "9999-12-31T23:59:59"}, "date_created_gmt"),
        ({"date_created_gmt": "0001-01-01T00:00:00"}, "date_created_gmt"),
        ({"line_items": [{"id": 1, "product_id": "9" * 33}]}, "product_id"),
    ],
)
def test_what_tells_orders_apart_is_refused_rather_than_cut(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadPayload) as caught:
        from_woocommerce.order({**recorded("order_admin"), **changes})
    assert (caught.value.problem.code, caught.value.problem.params["field"]) == (
        "payload_field_malformed",
        field,
    )


def test_what_people_read_is_cut_to_its_place() -> None:
    wire = recorded("order_admin")
    order = from_woocommerce.order(
        {**wire, "number": "N" * 120, "billing": {"email": "e" * 300, "phone": "1" * 90}}
    )
    assert (len(order.number), len(order.customer.email), len(order.customer.phone)) == (100, 255, 60)


@pytest.mark.parametrize("value", ["NaN", "1e999999999", "Infinity", "9" * 40, [1], {"a": 1}])
@pytest.mark.parametrize("where", ["total", "quantity", "rate_percent"])
def test_an_amount_of_no_world_is_refused(value: object, where: str) -> None:
    wire = recorded("order_admin")
    changes: dict[str, Any] = {
        "total": {"total": value},
        "quantity": {"line_items": [{"id": 1, "quantity": value, "total": "1"}]},
        "rate_percent": {"tax_lines": [{"rate_id": 1, "rate_percent": value}]},
    }[where]
    with pytest.raises(BadPayload):
        from_woocommerce.order({**wire, **changes})


def test_characters_no_database_keeps_are_left_out() -> None:
    order = from_woocommerce.order({**recorded("order_admin"), "customer_note": "до\x00по\ud800сле"})
    assert order.note == "допосле"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("9" * 40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted(recorded("order_classic_coupon_shipping_variation"))
LINE_FIELDS = sorted(recorded("order_classic_coupon_shipping_variation")["line_items"][0])


@settings(max_examples=400, deadline=None)
@given(
    st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=3),
    st.dictionaries(st.sampled_from(LINE_FIELDS), json_values, max_size=3),
)
def test_an_order_of_any_shape_is_read_or_refused_with_a_reason(
    fields: dict[str, Any], line: dict[str, Any]
) -> None:
    wire = recorded("order_classic_coupon_shipping_variation")
    wire["line_items"][0].update(line)
    try:
        order = from_woocommerce.order({**wire, **fields})
    except BadPayload:
        return
    assert (len(order.source_id) <= 32, len(order.number) <= 100, len(order.currency)) == (True, True, 3)
    assert abs(order.total_minor) < 2**63


def test_a_refunded_line_is_positive_gross_and_names_the_orders_line() -> None:
    refund = from_woocommerce.refund(recorded("refund_create_line_tax"), "RUB")
    assert (refund.source_id, refund.total_minor, refund.reason) == ("640", 31590, "tax")
    assert refund.placed_at == datetime(2026, 11, 21, 18, 29, 27, tzinfo=UTC)
    assert refund.lines == (RefundedLine("36", Decimal(1), 31590, 5265),)
    assert refund.unnamed_minor == 0


def test_a_refund_of_an_amount_names_no_goods() -> None:
    refund = from_woocommerce.refund(recorded("refund_create_amount_only"), "RUB")
    assert (refund.lines, refund.charges, refund.unnamed_minor) == ((), (), 5000)


def test_refunded_shipping_and_fees_name_the_orders_charges() -> None:
    wire = {
        **recorded("refund_create_amount_only"),
        "shipping_lines": [{"total": "-35.00", "total_tax": "-7.00", "meta_data": [META]}],
        "fee_lines": [{"total": "8.00", "total_tax": "0.00", "meta_data": []}],
    }
    refund = from_woocommerce.refund(wire, "RUB")
    assert refund.charges == (RefundedCharge("38", 4200, 700), RefundedCharge("", -800))


def test_pieces_refunded_without_money_are_read_and_take_nothing() -> None:
    """The shop's answer to quantities without an amount: amount "", and "-" in the order's own list."""
    refund = from_woocommerce.refund(recorded("refund_create_quantity_only"), "RUB")
    assert (refund.total_minor, refund.unnamed_minor) == (0, 0)
    assert refund.lines == (RefundedLine("132", Decimal(1), 0, 0),)
    listed = {"id": 646, "reason": "Возврат 1 шт", "total": "-", "total_tax": "0.00"}
    order = from_woocommerce.order({**recorded("order_with_two_refunds"), "refunds": [listed]})
    assert order.refund_ids == ("646",)


def test_a_refund_made_from_a_return_names_it() -> None:
    refund = from_woocommerce.refund(recorded("refund_create_own"), "RUB")
    assert (refund.origin, refund.total_minor) == ("abc-123", 31590)


META = {"id": 1, "key": "_refunded_item_id", "value": "38"}
REFUNDS = ["refunds_list_full", "refunds_list_partial", "refunds_list_two", "refunds_global_list"]


@pytest.mark.parametrize("name", REFUNDS)
def test_every_recorded_refund_is_read_whole(name: str) -> None:
    rows: Any = recorded(name)
    for wire in rows:
        refund = from_woocommerce.refund(wire, "RUB")
        assert refund.total_minor == to_minor(wire["amount"], "RUB") > 0
        assert refund.unnamed_minor in (0, refund.total_minor)


def test_after_the_recorded_refunds_the_recorded_order_is_what_is_left() -> None:
    order = from_woocommerce.order(recorded("order_with_two_refunds"))
    rows: Any = recorded("refunds_list_two")
    left = remaining(order, [from_woocommerce.refund(row, "RUB") for row in rows])
    told = sum(to_minor(row["total"], "RUB") for row in recorded("order_with_two_refunds")["refunds"])
    assert left.total_minor == order.total_minor + told
    assert [line.quantity for line in left.lines] == [1, 1]
    assert sum(p.sum_minor for p in positions(left)) == left.total_minor


@pytest.mark.parametrize("field", ["id", "amount", "date_created_gmt"])
def test_a_refund_without_what_it_needs_is_refused(field: str) -> None:
    wire = recorded("refund_create_line")
    del wire[field]
    with pytest.raises(BadPayload) as caught:
        from_woocommerce.refund(wire, "RUB")
    assert caught.value.problem.params["field"] == field
