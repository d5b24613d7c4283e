"""Further fields of orders: what was asked for, as a person reads it, and nothing that changes by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.order import Meta
from bridge.mapping import from_woocommerce, written_dates
from bridge.mapping.woocommerce_meta import Wanted, readable

ORDER: dict[str, Any] = {
    "id": 1,
    "currency": "RUB",
    "status": "processing",
    "total": "0.00",
    "date_created_gmt": "2026-05-14T09:30:00",
}


def fields(**values: object) -> list[dict[str, object]]:
    return [{"id": 1, "key": key, "value": value} for key, value in values.items()]


def test_only_the_wanted_fields_are_kept() -> None:
    wire = {**ORDER, "meta_data": fields(gift="yes", _views="17", empty="")}
    order = from_woocommerce.order(wire, Wanted(order=("gift", "empty")))
    assert order.meta == (Meta("gift", "yes"),)
    assert from_woocommerce.order(wire).meta == ()


def test_the_pickup_point_is_the_first_field_that_has_a_value() -> None:
    wanted = Wanted(pickup=("_office", "point"))
    of_order = {**ORDER, "meta_data": fields(_office="", point={"code": "MSK5", "address": "ул. Мира, 1"})}
    of_shipping = {**ORDER, "shipping_lines": [{"id": 2, "meta_data": fields(_office="MSK9")}]}
    assert from_woocommerce.order(of_order, wanted).pickup_point == "MSK5, ул. Мира, 1"
    assert from_woocommerce.order(of_shipping, wanted).pickup_point == "MSK9"


def test_a_shipping_method_is_named_with_its_instance() -> None:
    lines = [{"id": 1, "method_id": "flat_rate", "instance_id": "3"}, {"id": 2, "method_id": "pickup"}]
    assert from_woocommerce.order({**ORDER, "shipping_lines": lines}).shipping_methods == (
        "flat_rate:3",
        "pickup",
    )


def test_attribution_is_read_without_what_changes_from_visit_to_visit() -> None:
    prefix = "_wc_order_attribution_"
    wire = fields(**{f"{prefix}utm_source": "yandex", f"{prefix}session_count": "5"})
    assert from_woocommerce.order({**ORDER, "meta_data": wire}).attribution == (Meta("utm_source", "yandex"),)


def test_what_people_see_at_a_line_is_kept_and_service_fields_are_not() -> None:
    row = {
        "id": 5,
        "total": "0.00",
        "meta_data": [
            {"key": "pa_size", "value": "xs", "display_key": "Размер", "display_value": "<p>XS</p>\n"},
            {"key": "gravirovka", "value": "Аня &amp; Оля", "display_key": "Гравировка"},
            {"key": "_reduced_stock", "value": "1", "display_key": "_reduced_stock", "display_value": "1"},
        ],
    }
    (line,) = from_woocommerce.order({**ORDER, "line_items": [row]}).lines
    assert line.meta == (Meta("pa_size", "XS", "Размер"), Meta("gravirovka", "Аня & Оля", "Гравировка"))


def test_inn_and_role_come_from_the_order_or_from_the_buyers_own_record() -> None:
    wanted = Wanted(customer=("club_card",), inn=("_billing_inn", "inn"), kpp=("kpp",))
    record = {"id": 7, "role": "wholesale", "meta_data": fields(inn="7707083893", club_card="A-1", other="x")}
    buyer = from_woocommerce.order({**ORDER, "meta_data": fields(kpp="770701001")}, wanted, record).customer
    assert (buyer.inn, buyer.kpp, buyer.role) == ("7707083893", "770701001", "wholesale")
    assert buyer.meta == (Meta("club_card", "A-1"),)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-14", datetime(2026, 7, 13, 21, tzinfo=UTC)),
        ("14.07.2026", datetime(2026, 7, 13, 21, tzinfo=UTC)),
        ("20260714", datetime(2026, 7, 13, 21, tzinfo=UTC)),
        ("14.07.2026 10:30", datetime(2026, 7, 14, 7, 30, tzinfo=UTC)),
        ("2026-07-14T10:30:00", datetime(2026, 7, 14, 7, 30, tzinfo=UTC)),
        ("2026-07-14T10:30:00Z", datetime(2026, 7, 14, 10, 30, tzinfo=UTC)),
        ("1784016000", datetime(2026, 7, 14, 8, tzinfo=UTC)),
        ("завтра после обеда", None),
        ("32.07.2026", None),
        ("9999-12-31", None),
        ("", None),
    ],
)
def test_dates_are_read_as_people_and_plugins_write_them(text: str, moment: datetime | None) -> None:
    assert written_dates.parse(text) == moment


@given(st.text(max_size=30))
def test_no_text_stops_the_reading_of_a_date(text: str) -> None:
    assert (written_dates.parse(text) is None) or written_dates.parse(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)


@given(json_values, json_values)
def test_fields_of_any_shape_are_read(value: object, rows: object) -> None:
    wanted = Wanted(order=("a",), planned="a", pickup=("a",), inn=("a",))
    assert isinstance(readable(value), str)
    from_woocommerce.order({**ORDER, "meta_data": [{"key": "a", "value": value}]}, wanted)
    from_woocommerce.order({**ORDER, "meta_data": rows}, wanted, {"role": value, "meta_data": rows})
