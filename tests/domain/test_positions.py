"""Positions of a document: whole prices whose sum is the order's total, whatever the quantities."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bridge.domain.errors import Unmappable
from bridge.domain.order import Charge, Line, Order
from bridge.domain.positions import positions

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def order(
    lines: list[Line], charges: list[Charge], total: int | None = None, currency: str = "RUB", text: str = ""
) -> Order:
    if total is None:
        total = sum(x.total_minor for x in [*lines, *charges])
    return Order(
        "1",
        "key",
        "1",
        "processing",
        currency,
        total,
        NOW,
        NOW,
        lines=tuple(lines),
        charges=tuple(charges),
        total_text=text,
    )


def line(total: int, quantity: str = "1", name: str = "Кружка", *, before: int | None = None) -> Line:
    return Line("1", "13", "", "S-1", name, Decimal(quantity), total, subtotal_minor=before)


def test_a_total_that_does_not_divide_becomes_two_positions_of_whole_kopecks() -> None:
    found = positions(order([line(100000, "3")], []))
    assert [(p.quantity, p.price_minor) for p in found] == [(2, 33333), (1, 33334)]


def test_a_free_gift_has_a_position_of_price_zero() -> None:
    assert [p.price_minor for p in positions(order([line(0, "2")], []))] == [0]


def test_free_shipping_needs_no_position() -> None:
    found = positions(order([line(500)], [Charge("2", "shipping", "Самовывоз", 0)]))
    assert len(found) == 1


def test_a_negative_fee_is_spread_over_the_goods() -> None:
    found = positions(order([line(10000), line(20000)], [Charge("9", "fee", "Скидка", -100)]))
    assert [p.sum_minor for p in found] == [9967, 19933]


def test_a_negative_fee_larger_than_the_goods_is_taken_off_shipping_too() -> None:
    found = positions(
        order([line(10000)], [Charge("8", "shipping", "Курьер", 5000), Charge("9", "fee", "Скидка", -12000)])
    )
    assert [p.sum_minor for p in found] == [0, 3000]


def test_a_negative_line_is_spread_like_a_fee_and_has_no_position() -> None:
    found = positions(order([line(10000), line(-2500, "-1", "Зачёт")], []))
    assert [(p.source.name, p.sum_minor) for p in found] == [("Кружка", 7500)]


def test_several_shipping_lines_are_several_positions() -> None:
    courier, porch = Charge("2", "shipping", "Курьер", 30000), Charge("3", "shipping", "Подъём", 15000)
    assert [p.sum_minor for p in positions(order([line(500)], [courier, porch]))] == [500, 30000, 15000]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (line(500, "0"), "line_without_quantity"),
        (line(500, "-2"), "line_without_quantity"),
        (line(500, "0.33333"), "quantity_not_exact"),
    ],
)
def test_money_without_a_quantity_to_hold_it_names_the_line(wrong: Line, code: str) -> None:
    with pytest.raises(Unmappable) as caught:
        positions(order([wrong], []))
    assert caught.value.problem.code == code
    assert caught.value.problem.params["line"] == "Кружка"


def test_yen_are_split_into_whole_yen() -> None:
    assert [p.price_minor for p in positions(order([line(1000, "3")], [], currency="JPY"))] == [333, 334]


def test_thousandths_of_a_dinar_are_shared_in_hundredths() -> None:
    found = positions(order([line(10000, "3")], [Charge("9", "fee", "Скидка", -1000)], currency="KWD"))
    assert [(p.quantity, p.price_minor) for p in found] == [(3, 3000)]
    found = positions(order([line(1000, "3")], [], currency="KWD"))
    assert [p.price_minor for p in found] == [330, 340]


@pytest.mark.parametrize(
    ("finer", "amount"),
    [
        (order([line(1234)], [], currency="KWD"), "1.234"),
        (order([line(1005), line(995)], [], currency="KWD"), "1.005"),
        (order([line(1012)], [], text="10.1234"), "10.1234"),
    ],
)
def test_an_amount_finer_than_a_document_holds_is_refused_with_its_figure(finer: Order, amount: str) -> None:
    with pytest.raises(Unmappable) as caught:
        positions(finer)
    assert caught.value.problem.code == "currency_not_exact"
    assert caught.value.problem.params == {"amount": amount, "currency": finer.currency}


@pytest.mark.parametrize(
    ("goods", "shown"),
    [
        (line(63180, "2", before=70200), [(2, 35100, "10")]),
        (line(0, "2", before=70200), [(2, 35100, "100")]),
        (line(87750, "2.5", before=100000), [(2.5, 40000, "12.25")]),
        (line(70200, "2", before=70200), [(2, 35100, "0")]),
        (line(20000, "3", before=30000), [(1, 6666, "0"), (2, 6667, "0")]),  # the pieces differ in price
        (line(19999, "1", before=30000), [(1, 19999, "0")]),  # 33.33666… percent
        (line(20000, "3", before=20001), [(1, 6666, "0"), (2, 6667, "0")]),
        (line(20000, "2", before=20001), [(2, 10000, "0")]),  # half a kopeck a piece before the discount
        (line(20000, "2", before=10000), [(2, 10000, "0")]),  # dearer than the list: no discount
        (line(20000, "2"), [(2, 10000, "0")]),  # the shop does not tell
    ],
)
def test_a_list_price_stands_with_a_percent_only_where_nothing_is_left_to_round(
    goods: Line, shown: list[tuple[float, int, str]]
) -> None:
    found = positions(order([goods], []), "list")
    assert [(float(p.quantity), p.price_minor, p.discount) for p in found] == [
        (quantity, price, Decimal(discount)) for quantity, price, discount in shown
    ]
    assert sum(p.sum_minor for p in found) == goods.total_minor


def test_without_the_owners_choice_the_price_is_the_one_after_discounts() -> None:
    assert [p.price_minor for p in positions(order([line(63180, "2", before=70200)], []))] == [31590]


def test_a_total_that_the_lines_do_not_make_names_both_sums() -> None:
    with pytest.raises(Unmappable) as caught:
        positions(order([line(10000)], [], total=9000))
    assert caught.value.problem.code == "total_differs"
    assert caught.value.problem.params["lines"] == "100.00"
    assert caught.value.problem.params["total"] == "90.00"


def test_a_decimal_quantity_is_split_by_its_smallest_part() -> None:
    found = positions(order([line(10001, "2.5", "Ткань")], []))
    assert [(p.quantity, p.price_minor) for p in found] == [(Decimal("2"), 4000), (Decimal("0.5"), 4002)]


def test_tax_rounded_only_in_the_sum_moves_at_most_a_kopeck_a_line() -> None:
    found = positions(order([line(3333), line(3333), line(3333)], [], total=10000))
    assert sorted(p.sum_minor for p in found) == [3333, 3333, 3334]


def test_an_order_that_is_free_has_positions_of_price_zero() -> None:
    found = positions(order([line(5000), line(1000)], [Charge("9", "fee", "Подарочная карта", -6000)]))
    assert [p.price_minor for p in found] == [0, 0]


amounts = st.integers(0, 10**8)
quantities = st.one_of(
    st.integers(1, 500).map(Decimal),
    st.decimals("0.001", "99.999", places=3, allow_nan=False, allow_infinity=False),
)
lines = st.builds(
    Line,
    source_id=st.just("1"),
    product_id=st.just("13"),
    variation_id=st.just(""),
    sku=st.just("S"),
    name=st.just("n"),
    quantity=quantities,
    total_minor=amounts,
)
charges = st.builds(
    Charge,
    source_id=st.just("2"),
    kind=st.just("fee"),
    name=st.just("n"),
    total_minor=st.integers(-(10**6), 10**6),
)


@settings(max_examples=300)
@given(st.lists(lines, min_size=1, max_size=8), st.lists(charges, max_size=3))
def test_positions_add_up_to_the_total_without_fractions_or_negative_prices(
    goods: list[Line], extra: list[Charge]
) -> None:
    total = sum(x.total_minor for x in [*goods, *extra])
    assume(total >= 0)
    found = positions(order(goods, extra))
    assert sum(p.quantity * p.price_minor for p in found) == total
    assert all(p.price_minor >= 0 and p.quantity > 0 for p in found)
    by_line = sum((p.quantity for p in found if isinstance(p.source, Line)), Decimal(0))
    assert by_line == sum(line.quantity for line in goods)


@given(st.lists(lines, min_size=1, max_size=8), st.integers(-8, 8))
def test_a_difference_of_rounding_is_absorbed_and_a_larger_one_is_not(goods: list[Line], off: int) -> None:
    total = sum(x.total_minor for x in goods) + off
    assume(total >= 0)
    if abs(off) > len(goods):
        with pytest.raises(Unmappable, match="total_differs"):
            positions(order(goods, [], total=total))
    else:
        assert sum(p.quantity * p.price_minor for p in positions(order(goods, [], total=total))) == total
