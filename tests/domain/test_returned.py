"""Goods that came back in MoySklad as a refund of the shop's order: lines, pieces, money, never more than is left."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.errors import Unmappable
from bridge.domain.order import Charge, Line, Order
from bridge.domain.refunds import Refund, RefundedCharge, RefundedLine
from bridge.domain.returned import Returned, refund_of

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
MUGS = Line("5", "13", "", "S-1", "Кружка", Decimal(3), 100000, tax_minor=16667, vat_percent=20)
DRESS = Line("6", "14", "15", "S-2", "Платье", Decimal(1), 90990, tax_minor=15165, vat_percent=20)
COURIER = Charge("7", "shipping", "Курьер", 35000, tax_minor=5833)
ORDER = Order("1", "k", "1", "processing", "RUB", 225990, NOW, NOW, lines=(MUGS, DRESS), charges=(COURIER,))
ITEMS = {"5": "mug", "6": "dress"}


def back(item: str, quantity: str, total: int) -> Returned:
    return Returned(item, item, Decimal(quantity), total)


def refund(*returned: Returned, order: Order = ORDER, made: tuple[Refund, ...] = (), **items: str) -> Refund:
    return refund_of(order, made, returned, items or ITEMS, service="service", moment=NOW)


def test_a_piece_goes_back_with_its_part_of_the_money_and_tax() -> None:
    found = refund(back("mug", "1", 33333))
    assert found.lines == (RefundedLine("5", Decimal(1), 33333, 5556),)
    assert found.total_minor == 33333


def test_piece_by_piece_a_line_is_given_back_to_the_last_kopeck() -> None:
    made: list[Refund] = []
    for n in range(3):
        made.append(replace(refund(back("mug", "1", 33333), made=tuple(made)), source_id=str(n)))
    assert sum(one.total_minor for one in made) == 100000
    assert sum(one.lines[0].tax_minor for one in made) == 16667


def test_several_lines_of_the_same_goods_are_filled_the_nearest_price_first() -> None:
    cheap = replace(DRESS, source_id="8", total_minor=50000, tax_minor=0)
    order = replace(ORDER, lines=(MUGS, DRESS, cheap), total_minor=275990)
    items = {"5": "mug", "6": "dress", "8": "dress"}
    one = refund_of(order, [], [back("dress", "1", 50000)], items, moment=NOW)
    assert [line.line_id for line in one.lines] == ["8"]
    two = refund_of(order, [], [back("dress", "2", 140990)], items, moment=NOW)
    assert [(line.line_id, line.total_minor) for line in two.lines] == [("6", 90990), ("8", 50000)]


def test_shipping_comes_back_when_its_price_does() -> None:
    found = refund(back("service", "1", 35000))
    assert found.charges == (RefundedCharge("7", 35000, 5833),)
    with pytest.raises(Unmappable) as caught:
        refund(back("service", "1", 20000))
    assert caught.value.problem.code == "return_line_unknown"


def test_a_negative_fee_goes_back_with_its_goods() -> None:
    fee = Charge("9", "fee", "Скидка", -19099)
    order = replace(ORDER, charges=(fee,), total_minor=190990 - 19099)
    dress = refund(back("dress", "1", 81891), order=order)
    assert dress.charges[0].total_minor == -9099
    assert dress.total_minor == 81891
    mugs = refund(back("mug", "3", 90000), order=order, made=(replace(dress, source_id="1"),))
    assert dress.total_minor + mugs.total_minor == order.total_minor


def test_never_more_comes_back_than_the_order_has_left() -> None:
    made = Refund("1", 66667, NOW, lines=(RefundedLine("5", Decimal(2), 66667, 11111),))
    for returned in (back("mug", "2", 66667), back("dress", "2", 181980)):
        with pytest.raises(Unmappable) as caught:
            refund(returned, made=(made,))
        assert caught.value.problem.code == "return_exceeds_order"
    with pytest.raises(Unmappable) as caught:
        refund(back("dress", "1", 90990), made=(replace(made, total_minor=200000),))
    assert caught.value.problem.code == "return_exceeds_order"


def test_goods_the_order_does_not_have_are_named() -> None:
    with pytest.raises(Unmappable) as caught:
        refund(back("lamp", "1", 100))
    assert caught.value.problem.params["lines"] == "lamp"


def test_a_total_a_kopeck_below_its_lines_is_given_back_as_it_is() -> None:
    order = replace(ORDER, total_minor=225989)
    found = refund(
        back("mug", "3", 100000), back("dress", "1", 90990), back("service", "1", 35000), order=order
    )
    assert found.total_minor == 225989


@given(st.data())
def test_returns_in_any_portions_give_back_the_whole_order_and_no_more(data: st.DataObject) -> None:
    lines = tuple(
        Line(
            str(n),
            str(n),
            "",
            "",
            str(n),
            Decimal(data.draw(st.integers(1, 6))),
            data.draw(st.integers(0, 9999)),
        )
        for n in range(data.draw(st.integers(1, 4)))
    )
    order = Order("1", "k", "1", "x", "RUB", sum(x.total_minor for x in lines), NOW, NOW, lines=lines)
    items = {line.source_id: line.source_id for line in lines}
    pieces = data.draw(st.permutations([line for line in lines for _ in range(int(line.quantity))]))
    made: list[Refund] = []
    for n, line in enumerate(pieces):
        one = back(line.source_id, "1", round(line.total_minor / int(line.quantity)))
        made.append(replace(refund_of(order, made, [one], items, moment=NOW), source_id=str(n)))
        assert made[-1].total_minor >= 0
        assert sum(x.total_minor for x in made) <= order.total_minor
    assert sum(x.total_minor for x in made) == order.total_minor
    with pytest.raises(Unmappable):
        refund_of(order, made, [back(lines[0].source_id, "1", 1)], items, moment=NOW)
