"""What is left of an order after refunds: pieces, money and tax, never less than nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.order import Charge, Line, Order, to_json
from bridge.domain.positions import positions
from bridge.domain.refunds import Refund, RefundedCharge, RefundedLine, from_json, remaining

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
MUG = Line(
    "5", "13", "", "S-1", "Кружка", Decimal(2), 63180, tax_minor=10530, vat_percent=20, subtotal_minor=70200
)
DRESS = Line("6", "313", "314", "V-1", "Платье", Decimal(1), 90990, tax_minor=15165, vat_percent=20)
COURIER = Charge("7", "shipping", "Курьер", 35000)
ORDER = Order("1", "k", "1", "processing", "RUB", 189170, NOW, NOW, lines=(MUG, DRESS), charges=(COURIER,))


def refund(total: int, *parts: RefundedLine | RefundedCharge) -> Refund:
    return Refund(
        "9",
        total,
        NOW,
        lines=tuple(part for part in parts if isinstance(part, RefundedLine)),
        charges=tuple(part for part in parts if isinstance(part, RefundedCharge)),
        reason="брак",
    )


def test_an_order_without_refunds_stands_as_it_was() -> None:
    assert remaining(ORDER, []) == ORDER


def test_a_refunded_piece_is_gone_with_its_money_and_its_tax() -> None:
    left = remaining(ORDER, [refund(31590, RefundedLine("5", Decimal(1), 31590, 5265))])
    mug = left.lines[0]
    assert (mug.quantity, mug.total_minor, mug.tax_minor, mug.subtotal_minor) == (1, 31590, 5265, 35100)
    assert left.total_minor == 157580
    assert left.lines[1:] == (DRESS,)


def test_a_line_without_a_piece_left_is_gone() -> None:
    left = remaining(ORDER, [refund(63180, RefundedLine("5", Decimal(2), 63180))])
    assert left.lines == (DRESS,)


def test_shipping_is_refunded_by_its_own_line() -> None:
    left = remaining(ORDER, [refund(10000, RefundedCharge("7", 10000))])
    assert [charge.total_minor for charge in left.charges] == [25000]
    assert left.lines == ORDER.lines


def test_an_amount_alone_is_taken_off_the_goods_in_proportion() -> None:
    left = remaining(ORDER, [refund(15417)])
    assert [x.total_minor for x in (*left.lines, *left.charges)] == [56862, 81891, 35000]
    assert [line.quantity for line in left.lines] == [2, 1]
    assert left.total_minor == 173753


def test_an_amount_larger_than_the_goods_is_taken_off_shipping_too() -> None:
    left = remaining(ORDER, [refund(159170)])
    assert [x.total_minor for x in (*left.lines, *left.charges)] == [0, 0, 30000]


def test_a_fee_kept_for_returned_goods_stays_as_a_fee() -> None:
    left = remaining(ORDER, [refund(80990, RefundedLine("6", Decimal(1), 80990))])
    assert [(charge.kind, charge.name, charge.total_minor) for charge in left.charges] == [
        ("fee", "Платье", 10000),
        ("shipping", "Курьер", 35000),
    ]


def test_a_refund_of_everything_leaves_nothing_to_pay() -> None:
    left = remaining(ORDER, [refund(31590, RefundedLine("5", Decimal(1), 31590)), refund(157580)])
    assert left.total_minor == 0
    assert sum(position.sum_minor for position in positions(left)) == 0


def test_more_than_the_order_cost_cannot_go_below_zero() -> None:
    left = remaining(ORDER, [refund(10**9, RefundedLine("5", Decimal(9), 10**9))])
    assert left.total_minor == 0
    assert all(x.total_minor >= 0 for x in (*left.lines, *left.charges))


def test_a_negative_fee_that_was_taken_back_is_gone() -> None:
    order = replace(ORDER, total_minor=184170, charges=(COURIER, Charge("8", "fee", "Скидка", -5000)))
    left = remaining(order, [refund(26590, RefundedLine("5", Decimal(1), 31590), RefundedCharge("8", -5000))])
    assert [charge.total_minor for charge in left.charges] == [35000]
    assert left.total_minor == 157580


def test_a_difference_the_order_already_had_is_kept_to_be_shown() -> None:
    left = remaining(replace(ORDER, total_minor=180000), [refund(10000)])
    assert left.total_minor - sum(x.total_minor for x in (*left.lines, *left.charges)) == 180000 - 189170


def test_what_names_no_line_of_the_order_is_money_without_goods() -> None:
    left = remaining(ORDER, [refund(18917, RefundedLine("404", Decimal(1), 18917))])
    assert [line.quantity for line in left.lines] == [2, 1]
    assert left.total_minor == 170253


@pytest.mark.parametrize(("parts", "unnamed"), [((), 5000), ((RefundedCharge("7", 3000),), 2000)])
def test_the_part_that_names_nothing_is_known(parts: tuple[RefundedCharge, ...], unnamed: int) -> None:
    assert refund(5000, *parts).unnamed_minor == unnamed


def test_stored_and_read_back_it_is_the_same() -> None:
    made = refund(100, RefundedLine("5", Decimal("0.5"), 60, 10), RefundedCharge("7", 40))
    assert from_json(json.loads(json.dumps(to_json(made)))) == made


refunded_lines = st.builds(
    RefundedLine,
    line_id=st.sampled_from(["5", "6", "404"]),
    quantity=st.integers(0, 3).map(Decimal),
    total_minor=st.integers(0, 100000),
)
refunds = st.builds(
    Refund,
    source_id=st.just("9"),
    total_minor=st.integers(0, 200000),
    placed_at=st.just(NOW),
    lines=st.lists(refunded_lines, max_size=3).map(tuple),
    charges=st.lists(
        st.builds(RefundedCharge, charge_id=st.sampled_from(["7", "404"]), total_minor=st.integers(0, 40000)),
        max_size=2,
    ).map(tuple),
)


@settings(max_examples=300)
@given(st.lists(refunds, max_size=4))
def test_whatever_was_refunded_the_rest_adds_up_and_never_grows(done: list[Refund]) -> None:
    left = remaining(ORDER, done)
    assert left.total_minor == max(0, ORDER.total_minor - sum(refund.total_minor for refund in done))
    assert sum(position.sum_minor for position in positions(left)) == left.total_minor
    pieces = {line.source_id: line.quantity for line in ORDER.lines}
    assert all(0 < line.quantity <= pieces[line.source_id] for line in left.lines)
    assert all(x.total_minor >= 0 and x.tax_minor >= 0 for x in (*left.lines, *left.charges))
