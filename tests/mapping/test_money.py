"""Any order a shop can make costs the same in MoySklad, to the kopeck; its currency is counted in hundredths there."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from document_money import body_of, holds_to_the_kopeck
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shop_orders import shop_orders

from bridge.domain.errors import Unmappable
from bridge.domain.tax_notes import tax_notes
from bridge.mapping import from_woocommerce
from bridge.mapping.moysklad_money import from_wire, to_wire

PAYLOADS = Path(__file__).parent.parent / "payloads" / "woocommerce"


def _orders_in(value: Any) -> list[dict[str, Any]]:
    """Every whole order in a recorded answer: one, a list, or a batch."""
    if isinstance(value, dict) and "line_items" in value and "billing" in value:
        return [value]
    rows = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [order for row in rows for order in _orders_in(row)]


RECORDED = {
    f"{path.stem}-{order['id']}": order
    for path in sorted(PAYLOADS.glob("*.json"))
    for order in _orders_in(json.loads(path.read_text()).get("body"))
}


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_order_is_the_same_in_the_document(name: str) -> None:
    holds_to_the_kopeck(RECORDED[name])
    assert tax_notes(from_woocommerce.order(RECORDED[name])) == []


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(shop_orders())
def test_any_order_of_a_shop_is_the_same_in_the_document(wire: dict[str, Any]) -> None:
    holds_to_the_kopeck(wire)


@pytest.mark.parametrize(
    ("minor", "currency", "wire"),
    [
        (189170, "RUB", 189170.0),
        (1000, "JPY", 100000.0),
        (1230, "KWD", 123.0),
        (-500, "USD", -500.0),
        (0, "JPY", 0.0),
    ],
)
def test_every_currency_is_counted_in_hundredths(minor: int, currency: str, wire: float) -> None:
    assert to_wire(minor, currency) == wire
    assert from_wire(wire, currency) == minor


def test_thousandths_are_refused_with_their_figure() -> None:
    with pytest.raises(Unmappable) as caught:
        to_wire(1234, "KWD")
    assert caught.value.problem.code == "currency_not_exact"
    assert caught.value.problem.params == {"amount": "1.234", "currency": "KWD"}


@pytest.mark.parametrize(
    ("wire", "currency", "minor"),
    [(63179.999999999, "RUB", 63180), (100050.0, "JPY", 1001), (100049.0, "JPY", 1000), (None, "RUB", 0)],
)
def test_what_a_document_counts_is_read_in_whole_minor_units(
    wire: float | None, currency: str, minor: int
) -> None:
    assert from_wire(wire, currency) == minor


@given(st.integers(-(10**11), 10**11), st.sampled_from(["RUB", "JPY", "KWD"]))
def test_what_was_sent_is_what_is_read(minor: int, currency: str) -> None:
    minor -= minor % 10 if currency == "KWD" else 0
    assert from_wire(to_wire(minor, currency), currency) == minor


def test_a_coupon_shows_as_a_list_price_and_its_percent() -> None:
    order = from_woocommerce.order(RECORDED["order_classic_coupon_shipping_variation-621"])
    rows = body_of(order, "list")["positions"]
    assert [(row["price"], row["discount"]) for row in rows] == [(35100, 10.0), (101100, 10.0), (35000, 0.0)]
    assert all(row["discount"] == 0 for row in body_of(order, "final")["positions"])


def line(**changes: Any) -> dict[str, Any]:
    row = {"id": 1, "product_id": 13, "quantity": 1, "total": "100.00", "total_tax": "0.00", "taxes": []}
    return {**row, **changes}


def taxed(rates: list[dict[str, Any]], *lines: dict[str, Any]) -> Any:
    wire = {**RECORDED["order_admin-626"], "tax_lines": rates, "line_items": list(lines)}
    return from_woocommerce.order(wire).lines[0]


WHOLE = {"rate_id": 1, "rate_percent": 20, "compound": False}
HALF = {"rate_id": 2, "rate_percent": 8.5, "compound": False}
ON_TOP = {"rate_id": 3, "rate_percent": 7, "compound": True}
NOTHING = {"rate_id": 4, "rate_percent": 0, "compound": False}
OLD_SHOP = {"rate_id": 5, "compound": False}


@pytest.mark.parametrize(
    ("taken", "percent", "words"),
    [
        ([], None, ""),
        ([(1, "20.00")], 20, "20%"),
        ([(4, "0.00")], 0, "0%"),
        ([(2, "8.50")], None, "8.5%"),
        ([(3, "7.00")], None, "7%"),
        ([(1, "20.00"), (2, "8.50")], None, "20% + 8.5%"),
        ([(1, "20.00"), (4, "0.00")], 20, "20%"),
        ([(1, "20.00"), (2, "")], 20, "20%"),
        ([(5, "20.00")], None, "?"),
        ([(9, "20.00")], None, "?"),
    ],
)
def test_the_rate_of_a_line_is_the_one_that_took_something(
    taken: list[tuple[int, str]], percent: int | None, words: str
) -> None:
    taxes = [{"id": rate, "total": total} for rate, total in taken]
    found = taxed([WHOLE, HALF, ON_TOP, NOTHING, OLD_SHOP], line(taxes=taxes))
    assert (found.vat_percent, found.tax_rates) == (percent, words)


def test_net_and_tax_of_a_shop_that_counts_finer_are_rounded_together() -> None:
    found = taxed([], line(total="2.4750", total_tax="0.4950", subtotal="4.9500", subtotal_tax="0.9900"))
    assert (found.total_minor, found.tax_minor, found.subtotal_minor) == (297, 50, 594)


def test_a_shop_that_does_not_tell_a_subtotal_has_none() -> None:
    assert taxed([], line()).subtotal_minor is None


def test_a_free_order_in_a_currency_without_decimals_costs_nothing() -> None:
    free = {**RECORDED["order_admin-626"], "currency": "JPY", "total": "0", "line_items": [line(total="0")]}
    assert from_woocommerce.order(free).total_minor == 0


def test_a_total_finer_than_the_currency_keeps_its_figure() -> None:
    order = from_woocommerce.order({**RECORDED["order_admin-626"], "total": "10.1234"})
    assert order.total_text == "10.1234"
    assert from_woocommerce.order({**RECORDED["order_admin-626"], "total": "10.1200"}).total_text == ""


def test_a_quantity_of_half_a_metre_stays_half_a_metre() -> None:
    assert taxed([], line(quantity=0.5)).quantity == Decimal("0.5")
