"""VAT of a document: whole percents are stated, what is none is inside the price and noted with its amount."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bridge.domain.order import Charge, Line, Order
from bridge.domain.positions import positions
from bridge.domain.tax_notes import document_vat, tax_notes

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def goods(total: int, tax: int, percent: int | None, rates: str = "", quantity: str = "1") -> Line:
    return Line(
        "1", "13", "", "S-1", "Кружка", Decimal(quantity), total, tax, vat_percent=percent, tax_rates=rates
    )


def order(*sources: Line | Charge, currency: str = "RUB") -> Order:
    return Order(
        "1",
        "key",
        "1",
        "processing",
        currency,
        sum(source.total_minor for source in sources),
        NOW,
        NOW,
        lines=tuple(source for source in sources if isinstance(source, Line)),
        charges=tuple(source for source in sources if isinstance(source, Charge)),
    )


def stated(*sources: Line | Charge) -> list[int | None]:
    return [position.vat_percent for position in positions(order(*sources))]


def test_a_whole_percent_is_stated_and_needs_no_note() -> None:
    mug = goods(12000, 2000, 20)
    assert stated(mug) == [20]
    assert tax_notes(order(mug)) == []


def test_no_tax_is_no_vat_and_zero_percent_is_a_rate() -> None:
    assert stated(goods(12000, 0, None), goods(12000, 0, 0)) == [None, 0]
    assert tax_notes(order(goods(12000, 0, None), goods(12000, 0, 0))) == []


def test_goods_with_tax_and_shipping_without_stand_in_one_document() -> None:
    courier = Charge("2", "shipping", "Курьер", 35000)
    assert stated(goods(12000, 2000, 20), goods(11000, 1000, 10), courier) == [20, 10, None]
    assert tax_notes(order(goods(12000, 2000, 20), goods(11000, 1000, 10), courier)) == []


def test_tax_that_is_no_whole_percent_is_noted_with_its_lines_and_their_sum() -> None:
    quebec, compound = goods(11498, 1498, None, "5% + 9.975%"), goods(10250, 250, None, "2.5%")
    assert stated(quebec, compound) == [None, None]
    [note] = tax_notes(order(quebec, compound, goods(12000, 2000, 20)))
    assert note.code == "tax_not_expressed"
    assert note.params == {
        "lines": "Кружка (14.98: 5% + 9.975%); Кружка (2.50: 2.5%)",
        "amount": "17.48",
        "currency": "RUB",
    }


@pytest.mark.parametrize("tax", [1998, 2002, 5000])
def test_tax_entered_by_hand_that_the_percent_does_not_make_is_noted(tax: int) -> None:
    mug = goods(12000, tax, 20, "20%")
    assert stated(mug) == [None]
    assert [note.code for note in tax_notes(order(mug))] == ["tax_not_expressed"]


@pytest.mark.parametrize("tax", [1999, 2001])
def test_a_kopeck_of_rounding_is_no_difference(tax: int) -> None:
    assert stated(goods(12000, tax, 20)) == [20]
    assert tax_notes(order(goods(12000, tax, 20))) == []


def test_a_buyer_free_of_tax_has_prices_without_vat_and_nothing_to_note() -> None:
    mug = goods(10000, 0, 20, "20%")
    assert stated(mug) == [None]
    assert tax_notes(order(mug)) == []


def test_a_percent_over_a_hundred_is_noted() -> None:
    mug = goods(20100, 10100, 101)
    assert stated(mug) == [None]
    assert [note.code for note in tax_notes(order(mug))] == ["tax_not_expressed"]


def test_a_fee_that_takes_back_tax_that_is_no_whole_percent_lowers_what_is_noted() -> None:
    quebec, fee = goods(11498, 1498, None, "5% + 9.975%"), Charge("9", "fee", "Скидка", -5749, -749)
    [note] = tax_notes(order(quebec, fee))
    assert (note.code, note.params["amount"]) == ("tax_not_expressed", "7.49")


def test_a_fee_without_tax_that_lowers_taxed_prices_is_noted_with_both_sums() -> None:
    [note] = tax_notes(order(goods(12000, 2000, 20), Charge("9", "fee", "Подарочная карта", -6000)))
    assert note.code == "tax_differs"
    assert note.params == {"local": "20.00", "remote": "10.00", "currency": "RUB"}


def test_a_fee_that_lowers_the_tax_too_needs_no_note() -> None:
    fee = Charge("9", "fee", "Скидка", -6000, -1000, 20)
    assert tax_notes(order(goods(12000, 2000, 20), fee)) == []


def test_an_order_that_waits_for_another_reason_has_no_note() -> None:
    waiting = replace(order(goods(12000, 3000, 20)), total_minor=1)
    assert tax_notes(waiting) == []


def test_vat_of_pieces_of_different_prices_is_counted_by_position() -> None:
    rows = positions(order(goods(10000, 1667, 20, quantity="3")))
    assert [row.sum_minor for row in rows] == [6666, 3334]
    assert document_vat(rows) == 1111 + 556


def test_thousandths_of_a_dinar_are_rounding_when_vat_is_counted_in_hundredths() -> None:
    mug = replace(goods(10500, 504, 5), name="Mug")
    assert tax_notes(order(mug, currency="KWD")) == []
