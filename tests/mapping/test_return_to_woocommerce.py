"""The body of a refund as a real WooCommerce 11 took it: net amounts, taxes by rate, goods, shipping and fees alike."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bridge.domain.refunds import Refund, RefundedCharge, RefundedLine
from bridge.mapping.return_to_woocommerce import refund_body

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
ORDER: dict[str, Any] = {
    "line_items": [
        {"id": 118, "taxes": [{"id": 1, "total": "157.95", "subtotal": "175.5"}]},
        {
            "id": 119,
            "taxes": [{"id": 2, "total": "5.00"}, {"id": 3, "total": "9.98"}, {"id": 4, "total": ""}],
        },
        {"id": 120, "taxes": []},
    ],
    "shipping_lines": [{"id": 121, "taxes": [{"id": 1, "total": "70.00", "subtotal": ""}]}],
    "fee_lines": [{"id": 122, "taxes": [{"id": 1, "total": "-20.00"}]}],
}


def body(*parts: RefundedLine | RefundedCharge, total: int = 0, currency: str = "RUB") -> dict[str, Any]:
    refund = Refund(
        "",
        total,
        NOW,
        lines=tuple(part for part in parts if isinstance(part, RefundedLine)),
        charges=tuple(part for part in parts if isinstance(part, RefundedCharge)),
    )
    return refund_body(refund, ORDER, currency, mark="abc-123", reason="Возврат 1 шт")


def test_it_is_what_the_shop_took_word_for_word() -> None:
    assert body(RefundedLine("118", Decimal(1), 31590, 5265), total=31590) == {
        "api_refund": False,
        "api_restock": False,
        "amount": "315.90",
        "reason": "Возврат 1 шт",
        "meta_data": [{"key": "_sklad_bridge_return", "value": "abc-123"}],
        "line_items": [
            {
                "id": 118,
                "quantity": 1,
                "refund_total": "263.25",
                "refund_tax": [{"id": 1, "refund_total": "52.65"}],
            }
        ],
    }


def test_several_rates_share_the_tax_to_the_last_kopeck() -> None:
    [line] = body(RefundedLine("119", Decimal("0.5"), 5750, 749))["line_items"]
    assert line["quantity"] == 0.5
    assert line["refund_tax"] == [{"id": 2, "refund_total": "2.50"}, {"id": 3, "refund_total": "4.99"}]


def test_shipping_and_a_negative_fee_stand_in_the_same_list_without_a_quantity() -> None:
    rows = body(RefundedCharge("121", 42000, 7000), RefundedCharge("122", -4000, -667))["line_items"]
    assert rows == [
        {"id": 121, "refund_total": "350.00", "refund_tax": [{"id": 1, "refund_total": "70.00"}]},
        {"id": 122, "refund_total": "-33.33", "refund_tax": [{"id": 1, "refund_total": "-6.67"}]},
    ]


def test_without_taxes_the_amount_is_all_there_is() -> None:
    [line] = body(RefundedLine("120", Decimal(2), 1500), currency="JPY", total=1500)["line_items"]
    assert line == {"id": 120, "quantity": 2, "refund_total": "1500"}
