"""A refund of an order with a document: what leaves the document, what comes back of which shipment, for how much."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import event, example, given, reject, settings
from hypothesis import strategies as st

from bridge.domain.errors import Unmappable
from bridge.domain.order import Charge, Line, Order
from bridge.domain.pick import Shelf, Shipped
from bridge.domain.positions import positions
from bridge.domain.refund_plan import Plan, plan
from bridge.domain.refunds import Refund, RefundedCharge, RefundedLine, remaining

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
MUGS = Line("5", "13", "", "S-1", "Кружка", Decimal(3), 100000, tax_minor=16667, vat_percent=20)
DRESS = Line("6", "14", "", "S-2", "Платье", Decimal(1), 90990, tax_minor=15165, vat_percent=20)
COURIER = Charge("7", "shipping", "Курьер", 35000)
ORDER = Order("1", "k", "1", "processing", "RUB", 225990, NOW, NOW, lines=(MUGS, DRESS), charges=(COURIER,))
ITEMS = {"5": "mug", "6": "dress"}
MUGS_SENT = (
    Shipped("d1/1", "mug", Decimal(2), Decimal(2), Fraction(33333)),
    Shipped("d1/2", "mug", Decimal(1), Decimal(1), Fraction(33334)),
)
ALL_SENT = (
    *MUGS_SENT,
    Shipped("d1/3", "dress", Decimal(1), Decimal(1), Fraction(90990)),
    Shipped("d1/4", "service", Decimal(1), Decimal(1), Fraction(35000)),
)


def refund(total: int, *parts: RefundedLine | RefundedCharge) -> Refund:
    return Refund(
        "9",
        total,
        NOW,
        lines=tuple(part for part in parts if isinstance(part, RefundedLine)),
        charges=tuple(part for part in parts if isinstance(part, RefundedCharge)),
    )


def decide(what: Refund, shipped: tuple[Shipped, ...] = ALL_SENT, order: Order = ORDER) -> Plan:
    return plan(what, order, ITEMS, shipped, "service")


def mugs(quantity: int, total: int) -> RefundedLine:
    return RefundedLine("5", Decimal(quantity), total, total // 6)


def taken(found: Plan) -> list[tuple[str, Decimal]]:
    return [(one.key, one.quantity) for one in found.taken]


def problem(what: Refund, shipped: tuple[Shipped, ...] = ALL_SENT, order: Order = ORDER) -> str:
    with pytest.raises(Unmappable) as raised:
        decide(what, shipped, order)
    return raised.value.problem.code


def test_nothing_is_shipped_so_all_of_it_leaves_the_document() -> None:
    what = refund(33333, mugs(1, 33333))
    assert decide(what, ()) == Plan(what)


def test_an_amount_alone_is_taken_off_the_document_while_nothing_is_shipped() -> None:
    assert decide(refund(5000), ()) == Plan(refund(5000))


def test_an_amount_that_is_the_whole_order_names_every_line() -> None:
    left = remaining(ORDER, [decide(refund(225990), ()).positions or refund(0)])
    assert (left.lines, left.charges, left.total_minor) == ((), (), 0)


@pytest.mark.parametrize(
    ("quantity", "total", "expected"),
    [
        (1, 33333, [("d1/1", 1)]),
        (1, 33334, [("d1/2", 1)]),
        (2, 66666, [("d1/1", 2)]),
        (2, 66667, [("d1/1", 1), ("d1/2", 1)]),
        (3, 100000, [("d1/1", 2), ("d1/2", 1)]),
    ],
)
def test_prices_a_kopeck_apart_are_chosen_so_that_the_sum_is_the_refunds(
    quantity: int, total: int, expected: list[tuple[str, int]]
) -> None:
    found = decide(refund(total, mugs(quantity, total)))
    assert taken(found) == expected
    assert (found.positions, found.off_minor) == (None, 0)
    assert sum(one.sum_minor for one in found.taken) == total


def test_what_is_not_shipped_goes_first_and_the_rest_comes_back() -> None:
    sent = (Shipped("d1/1", "mug", Decimal(1), Decimal(1), Fraction(33334)),)
    found = decide(refund(100000, mugs(3, 100000)), sent)
    assert taken(found) == [("d1/1", 1)]
    assert found.positions is not None
    assert (found.positions.total_minor, found.positions.lines[0].quantity) == (66666, 2)
    left = remaining(ORDER, [found.positions])
    assert next((p.quantity, p.price_minor) for p in positions(left)) == (1, 33334)


def test_several_shipments_give_back_the_oldest_first() -> None:
    sent = tuple(Shipped(f"d{n}", "mug", Decimal(1), Decimal(1), Fraction(33333)) for n in (1, 2, 3))
    assert taken(decide(refund(66666, mugs(2, 66666)), sent)) == [("d1", 1), ("d2", 1)]


def test_what_came_back_before_does_not_come_back_again() -> None:
    sent = (
        Shipped("d1", "mug", Decimal(2), Decimal(0), Fraction(33333)),
        Shipped("d2", "mug", Decimal(1), Decimal(1), Fraction(33333)),
    )
    assert taken(decide(refund(33333, mugs(1, 33333)), sent)) == [("d2", 1)]
    assert problem(refund(66666, mugs(2, 66666)), sent) == "refund_more_than_ordered"


def test_a_price_off_by_a_kopeck_a_piece_goes_with_a_note() -> None:
    found = decide(refund(66668, mugs(2, 66668)))
    assert taken(found) == [("d1/1", 1), ("d1/2", 1)]
    assert found.off_minor == 1


def test_a_price_further_off_waits_for_a_person() -> None:
    assert problem(refund(50000, mugs(2, 50000))) == "refund_price_differs"


def test_money_for_shipped_goods_that_stay_with_the_buyer_waits_for_a_person() -> None:
    assert problem(refund(5000, mugs(0, 5000))) == "refund_price_differs"
    assert problem(refund(5000)) == "refund_amount_only"
    assert problem(refund(38333, mugs(1, 33333))) == "refund_price_differs"


def test_shipping_comes_back_with_its_whole_price_only() -> None:
    assert taken(decide(refund(35000, RefundedCharge("7", 35000)))) == [("d1/4", 1)]
    assert problem(refund(10000, RefundedCharge("7", 10000))) == "refund_price_differs"


def test_shipping_that_no_shipment_has_leaves_the_document() -> None:
    found = decide(refund(10000, RefundedCharge("7", 10000)), MUGS_SENT)
    assert found.positions == refund(10000, RefundedCharge("7", 10000))
    assert found.taken == ()


def test_more_than_was_ordered_waits_for_a_person() -> None:
    assert problem(refund(133333, mugs(4, 133333)), ()) == "refund_more_than_ordered"
    assert problem(refund(225991), ()) == "refund_more_than_ordered"
    assert problem(refund(100, RefundedLine("99", Decimal(1), 100)), ()) == "refund_line_unknown"


def test_a_negative_fee_in_the_prices_comes_back_with_them() -> None:
    discount = Charge("8", "fee", "Скидка", -10000)
    order = replace(ORDER, charges=(discount,), total_minor=180990)
    prices = {p.source.source_id: p.price_minor for p in positions(order)}
    sent = tuple(
        Shipped(f"d1/{n}", ITEMS[p.source.source_id], p.quantity, p.quantity, Fraction(p.price_minor))
        for n, p in enumerate(positions(order))
    )
    everything = refund(
        180990, mugs(3, 100000), RefundedLine("6", Decimal(1), 90990), RefundedCharge("8", -10000)
    )
    found = decide(everything, sent, order)
    assert found.positions is None
    assert sum(one.sum_minor for one in found.taken) == 180990
    dress = refund(90990, RefundedLine("6", Decimal(1), 90990))
    assert prices["6"] < 90990
    assert problem(dress, sent, order) == "refund_price_differs"


@st.composite
def cases(draw: st.DrawFn) -> tuple[Order, tuple[Shipped, ...], Refund]:
    """An order of two goods, some of it shipped in up to three shipments at its document's prices, and a refund of
    pieces at the order's own price."""
    lines = tuple(
        Line(
            str(n), str(n), "", "", f"item {n}", Decimal(draw(st.integers(1, 9))), draw(st.integers(0, 99999))
        )
        for n in (1, 2)
    )
    order = Order("1", "k", "1", "x", "RUB", sum(x.total_minor for x in lines), NOW, NOW, lines=lines)
    sent = []
    for position in positions(order):
        left = int(position.quantity)
        for demand in range(draw(st.integers(0, 3))):
            pieces = draw(st.integers(0, left))
            left -= pieces
            if pieces:
                key, back = f"{demand}/{len(sent)}", draw(st.integers(0, pieces))
                item = position.source.source_id
                price = Fraction(position.price_minor)
                sent.append(Shipped(key, item, Decimal(pieces), Decimal(pieces - back), price))
    parts = []
    for line in lines:
        pieces = draw(st.integers(0, int(line.quantity)))
        if pieces:
            share = round(Fraction(line.total_minor) * pieces / Fraction(line.quantity))
            parts.append(RefundedLine(line.source_id, Decimal(pieces), share))
    return order, tuple(sent), refund(sum(part.total_minor for part in parts), *parts)


def all_its_money_for_three_of_four_pieces() -> tuple[Order, tuple[Shipped, ...], Refund]:
    """Before anything was shipped; the other line is a gift."""
    lines = (Line("1", "1", "", "", "x", Decimal(4), 1), Line("2", "2", "", "", "y", Decimal(1), 0))
    order = Order("1", "k", "1", "x", "RUB", 1, NOW, NOW, lines=lines)
    return order, (), refund(1, RefundedLine("1", Decimal(3), 1))


@settings(max_examples=400)
@given(cases())
@example(all_its_money_for_three_of_four_pieces())
def test_a_plan_never_takes_more_than_was_shipped_and_adds_up(
    case: tuple[Order, tuple[Shipped, ...], Refund],
) -> None:
    order, sent, what = case
    items = {line.source_id: line.source_id for line in order.lines}
    try:
        found = plan(what, order, items, sent)
    except Unmappable as error:
        event(error.problem.code)
        reject()
    by_key = {one.key: one for one in sent}
    pieces = {line.line_id: line.quantity for line in what.lines}
    for one in found.taken:
        assert 0 < one.quantity <= by_key[one.key].left
        pieces[by_key[one.key].item] -= one.quantity
    for line in found.positions.lines if found.positions else ():
        shipped = sum(one.quantity for one in sent if one.item == line.line_id)
        assert line.quantity <= next(x.quantity for x in order.lines if x.source_id == line.line_id) - shipped
        pieces[line.line_id] = pieces.get(line.line_id, Decimal(0)) - line.quantity
    if not sent and what.total_minor == order.total_minor > 0:
        # All its money is back and nothing was sent: the whole order leaves, also what the refund did not name.
        assert found.positions is not None
        everything = {line.source_id: line.quantity for line in order.lines}
        assert {line.line_id: line.quantity for line in found.positions.lines} == everything
    else:
        assert not any(pieces.values())
    here = found.positions.total_minor if found.positions else 0
    assert sum(one.sum_minor for one in found.taken) + here + found.off_minor == what.total_minor
    assert abs(found.off_minor) <= sum(one.quantity for one in found.taken)


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 10**7)), min_size=1, max_size=6),
    st.data(),
)
def test_any_mix_of_prices_can_be_taken_back_exactly_as_it_was_sold(
    rows: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Two prices a kopeck apart always make the sum that pieces of them cost."""
    low = rows[0][1]
    shipped = [
        Shipped(str(n), "x", Decimal(count), Decimal(count), Fraction(low + n % 2))
        for n, (count, _price) in enumerate(rows)
    ]
    chosen = [data.draw(st.integers(0, count)) for count, _price in rows]
    money = sum(count * int(one.price_minor) for count, one in zip(chosen, shipped, strict=True))
    shelf = Shelf(shipped)
    shelf.take("x", Decimal(sum(chosen)), money)
    assert sum(one.sum_minor for one in shelf.taken()) == money
    assert sum(one.quantity for one in shelf.taken()) == sum(chosen)
