"""Whatever a buyer pays, and however the shop arrived at it, the document in MoySklad says the same to the kopeck."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bridge.orders.flags import Flag

Json = dict[str, Any]
VAT = [{"percent": 20}]


def goods(total: str, sku: str = "S-00001", quantity: float = 1, **more: Any) -> Json:
    """A line that costs `total` as the shop enters prices, and did so before discounts."""
    return {"sku": sku, "quantity": quantity, "total": total, "subtotal": total, **more}


def kopecks(amount: str) -> int:
    return int(Decimal(amount) * 100)


def placed(world: Any, lines: Any, **order: Any) -> tuple[Json, Json]:
    """An order without shipping unless it is said, and its document: equal sums, whole prices, VAT within a kopeck a
    line."""
    bought = world.box.store.place_order(lines, **{"shipping": None, **order})
    document = world.document(bought["id"])
    rows = document["positions"]["rows"]
    assert document["sum"] == kopecks(bought["total"])
    assert all(row["price"] >= 0 and row["price"] == int(row["price"]) for row in rows)
    return bought, document


def rows_of(document: Json) -> list[tuple[str, float, float]]:
    """(article or name, quantity, price in kopecks) of the positions, in their order."""
    rows = document["positions"]["rows"]
    return [(named(row), row["quantity"], row["price"]) for row in rows]


def vat_of(document: Json) -> list[tuple[str, bool, int]]:
    return [(named(row), row["vatEnabled"], row["vat"]) for row in document["positions"]["rows"]]


def named(row: Json) -> str:
    return str(row["assortment"].get("article") or row["assortment"]["name"])


def flags(world: Any, order: Json) -> set[str]:
    world.quiet()
    return set(Flag.objects.filter(order__source_id=str(order["id"])).values_list("code", flat=True))


# --- discounts and coupons ---------------------------------------------------------------------------


def test_line_discounts(world: Any) -> None:
    lines = [goods("850.00") | {"subtotal": "1000.00"}, goods("333.33", "S-00002", 2) | {"subtotal": "400"}]
    _order, document = placed(world, lines)
    assert rows_of(document) == [("S-00001", 1, 85000), ("S-00002", 1, 16666), ("S-00002", 1, 16667)]


@pytest.mark.parametrize(
    ("coupon", "paid"),
    [
        ({"code": "ten", "percent": 10}, ["299.70", "900.90"]),
        ({"code": "third", "percent": 33.33}, ["222.02", "667.36"]),
        ({"code": "cart", "amount": "500"}, ["208.00", "626.00"]),
        ({"code": "piece", "amount": "12.34", "type": "fixed_product"}, ["320.66", "963.98"]),
    ],
    ids=["percent", "broken percent", "fixed for the cart", "fixed for a piece"],
)
def test_percent_and_fixed_coupons(world: Any, coupon: Json, paid: list[str]) -> None:
    lines = [goods("333.00"), goods("1001.00", "S-00002", 3)]
    order, document = placed(world, lines, coupon=coupon)
    assert [line["total"] for line in order["line_items"]] == paid
    assert by_article(document) == {"S-00001": kopecks(paid[0]), "S-00002": kopecks(paid[1])}


def by_article(document: Json) -> dict[str, float]:
    found: dict[str, float] = {}
    for article, quantity, price in rows_of(document):
        found[article] = found.get(article, 0) + quantity * price
    return found


def test_several_coupons(world: Any) -> None:
    coupons = [
        {"code": "ten", "percent": 10},
        {"code": "cart", "amount": "100"},
        {"code": "piece", "amount": "7.77", "type": "fixed_product"},
    ]
    lines = [goods("999.99", quantity=3), goods("100.01", "S-00002", 7)]
    order, document = placed(world, lines, coupons=coupons, tax_rates=VAT, shipping=("Курьер", "350.00"))
    assert len(order["coupon_lines"]) == 3
    assert document["vatSum"] == pytest.approx(kopecks(order["total_tax"]), abs=3)
    assert flags(world, order) == set()


# --- fees and shipping -------------------------------------------------------------------------------


def test_positive_fees_are_positions_of_the_service(world: Any) -> None:
    fees = [{"name": "Упаковка", "total": "49.99"}, {"name": "Страховка", "total": "10.01"}]
    _order, document = placed(world, [goods("500.00")], fees=fees)
    assert rows_of(document) == [("S-00001", 1, 50000), ("Доставка", 1, 4999), ("Доставка", 1, 1001)]


def test_negative_fees_are_spread_over_the_lines_by_the_largest_remainder(world: Any) -> None:
    lines = [goods("100.00"), goods("100.00", "S-00002"), goods("100.00", "S-00003")]
    _order, document = placed(world, lines, fees=[{"name": "Скидка", "total": "-100.00"}])
    assert rows_of(document) == [("S-00001", 1, 6666), ("S-00002", 1, 6667), ("S-00003", 1, 6667)]


def test_negative_fees_beyond_the_goods_are_taken_off_shipping(world: Any) -> None:
    fees = [{"name": "Бонусы", "total": "-120.00"}]
    _order, document = placed(world, [goods("100.00")], fees=fees, shipping=("Курьер", "50.00"))
    assert rows_of(document) == [("S-00001", 1, 0), ("Доставка", 1, 3000)]


def test_a_negative_fee_with_tax_lowers_the_vat_with_the_price(world: Any) -> None:
    fees = [{"name": "Скидка", "total": "-100.00"}]
    lines = [goods("600.00"), goods("600.00", "S-00002")]
    order, document = placed(world, lines, fees=fees, tax_rates=VAT)
    assert (order["total"], order["total_tax"]) == ("1080.00", "180.00")
    assert (document["sum"], document["vatSum"]) == (108000, 18000)
    assert flags(world, order) == set()


def test_a_negative_fee_without_tax_leaves_a_vat_that_staff_are_told_of(world: Any) -> None:
    fees = [{"name": "Бонусы", "total": "-120.00", "tax_status": "none"}]
    order, document = placed(world, [goods("1200.00")], fees=fees, tax_rates=VAT)
    assert (order["total"], order["total_tax"]) == ("1080.00", "200.00")
    assert document["vatSum"] == 18000
    assert world.flag(order["id"], "tax_differs") == {
        "local": "200.00",
        "remote": "180.00",
        "currency": "RUB",
    }


def test_shipping_several_free_taxed_and_untaxed(world: Any) -> None:
    shipping = [
        ("Курьер", "100.00"),
        {"title": "Самовывоз", "total": "0", "method_id": "local_pickup"},
        {"title": "Почта", "total": "50.00", "tax_status": "none"},
    ]
    order, document = placed(world, [goods("120.00")], shipping=shipping, tax_rates=VAT)
    assert rows_of(document) == [("S-00001", 1, 12000), ("Доставка", 1, 12000), ("Доставка", 1, 5000)]
    assert vat_of(document) == [("S-00001", True, 20), ("Доставка", True, 20), ("Доставка", False, 0)]
    assert document["vatSum"] == kopecks(order["total_tax"]) == 4000


def test_free_shipping_alone_needs_no_position(world: Any) -> None:
    _order, document = placed(world, [goods("10.00")], shipping=("Самовывоз", "0"))
    assert rows_of(document) == [("S-00001", 1, 1000)]


# --- taxes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("included", [True, False], ids=["with tax", "without tax"])
def test_prices_with_and_without_tax(world: Any, included: bool) -> None:
    lines = [goods("99.99", quantity=3), goods("0.83", "S-00002")]
    order, document = placed(
        world, lines, tax_rates=VAT, prices_include_tax=included, shipping=("Курьер", "350.00")
    )
    assert order["total"] == ("520.82" if included else "540.99")
    assert (document["vatEnabled"], document["vatIncluded"]) == (True, True)
    assert {vat for _name, enabled, vat in vat_of(document) if enabled} == {20}
    assert document["vatSum"] == pytest.approx(kopecks(order["total_tax"]), abs=3)
    assert flags(world, order) == set()


def test_a_shop_that_rounds_tax_only_in_the_sum(world: Any) -> None:
    lines = [goods("0.83", sku) for sku in ("S-00001", "S-00002", "S-00003")]
    order, document = placed(world, lines, tax_rates=VAT, prices_include_tax=False, round_at_subtotal=True)
    assert (order["total"], document["sum"]) == ("2.99", 299)
    assert sorted(price for _name, _quantity, price in rows_of(document)) == [99, 100, 100]


def test_mixed_tax_rates_stand_with_their_lines(world: Any) -> None:
    rates = [
        {"percent": 20},
        {"percent": 10, "class": "reduced-rate", "shipping": False},
        {"percent": 0, "class": "zero-rate", "shipping": False},
    ]
    lines = [
        goods("120.00"),
        goods("110.00", "S-00002", tax_class="reduced-rate"),
        goods("100.00", "S-00003", tax_class="zero-rate"),
        goods("50.00", "S-00004", tax_status="none"),
    ]
    order, document = placed(world, lines, tax_rates=rates)
    assert vat_of(document) == [
        ("S-00001", True, 20),
        ("S-00002", True, 10),
        ("S-00003", True, 0),
        ("S-00004", False, 0),
    ]
    assert document["vatSum"] == kopecks(order["total_tax"]) == 3000
    assert flags(world, order) == set()


def test_no_vat_and_zero_percent_are_not_the_same(world: Any) -> None:
    untaxed, without = placed(world, [goods("100.00")])
    zero, with_zero = placed(world, [goods("100.00")], tax_rates=[{"percent": 0}])
    assert (without["vatEnabled"], vat_of(without)) == (False, [("S-00001", False, 0)])
    assert (with_zero["vatEnabled"], vat_of(with_zero)) == (True, [("S-00001", True, 0)])
    assert without.get("vatSum", 0) == with_zero["vatSum"] == 0
    assert flags(world, untaxed) == flags(world, zero) == set()


@pytest.mark.parametrize(
    ("rates", "tax", "shown"),
    [
        ([{"percent": 12.5}], "12.50", "12.5%"),
        ([{"percent": 5}, {"percent": 9.975}], "14.98", "5% + 9.975%"),
        ([{"percent": 5}, {"percent": 7, "compound": True}], "12.35", "5% + 7%"),
    ],
    ids=["fractional", "two rates", "compound"],
)
def test_a_rate_that_is_no_whole_percent_goes_as_a_gross_price_without_vat(
    world: Any, rates: list[Json], tax: str, shown: str
) -> None:
    order, document = placed(world, [goods("100.00")], tax_rates=rates, prices_include_tax=False)
    assert order["total_tax"] == tax
    assert rows_of(document) == [("S-00001", 1, 10000 + kopecks(tax))]
    assert (document["vatEnabled"], vat_of(document)) == (False, [("S-00001", False, 0)])
    flag = world.flag(order["id"], "tax_not_expressed")
    assert (flag["amount"], flag["currency"]) == (tax, "RUB")
    assert f"({tax}: {shown})" in flag["lines"]


def test_only_the_lines_of_a_broken_rate_lose_their_vat(world: Any) -> None:
    rates = [{"percent": 20}, {"percent": 12.5, "class": "reduced-rate", "shipping": False}]
    lines = [goods("120.00"), goods("112.50", "S-00002", tax_class="reduced-rate")]
    order, document = placed(world, lines, tax_rates=rates, shipping=("Курьер", "100.00"))
    assert vat_of(document) == [("S-00001", True, 20), ("S-00002", False, 0), ("Доставка", True, 20)]
    assert document["vatSum"] == 4000
    flag = world.flag(order["id"], "tax_not_expressed")
    assert flag["amount"] == "12.50"
    assert "Курьер" not in flag["lines"]


# --- quantities --------------------------------------------------------------------------------------


def test_a_quantity_that_does_not_divide_the_total_makes_two_positions_of_the_item(world: Any) -> None:
    _order, document = placed(world, [goods("100.00", quantity=7)], tax_rates=VAT)
    assert rows_of(document) == [("S-00001", 3, 1428), ("S-00001", 4, 1429)]
    assert len({row["assortment"]["id"] for row in document["positions"]["rows"]}) == 1
    assert [row["reserve"] for row in document["positions"]["rows"]] == [3, 4]


def test_decimal_quantities(world: Any) -> None:
    lines = [goods("100.01", quantity=2.5), goods("333.33", "S-00002", 0.125), goods("1.00", "S-00003", 0.3)]
    _order, document = placed(world, lines)
    found: dict[str, Decimal] = {}
    for article, quantity, _price in rows_of(document):
        found[article] = found.get(article, Decimal(0)) + Decimal(str(quantity))
    assert found == {"S-00001": Decimal("2.5"), "S-00002": Decimal("0.125"), "S-00003": Decimal("0.3")}
    assert by_article(document) == pytest.approx({"S-00001": 10001, "S-00002": 33333, "S-00003": 100})


def test_a_quantity_finer_than_moysklad_keeps_waits_with_the_reason(world: Any) -> None:
    order = world.box.store.place_order([goods("100.00", quantity=0.33333)], shipping=None)
    message = world.message(order["id"], state="parked")
    assert (message.problem, message.problem_params["quantity"]) == ("quantity_not_exact", "0.33333")
    assert world.documents(order["id"]) == []


# --- nothing to pay ----------------------------------------------------------------------------------


def test_an_order_of_nothing_to_pay(world: Any) -> None:
    coupon = {"code": "all", "percent": 100}
    order, document = placed(world, [goods("700.00", quantity=2)], coupon=coupon, tax_rates=VAT)
    assert (order["total"], document["sum"], document["vatSum"]) == ("0.00", 0, 0)
    assert rows_of(document) == [("S-00001", 2, 0)]
    assert document["positions"]["rows"][0]["reserve"] == 2
    assert flags(world, order) == set()


def test_an_order_paid_with_bonuses_wholly(world: Any) -> None:
    fees = [{"name": "Бонусы", "total": "-450.00"}]
    order, document = placed(world, [goods("100.00")], fees=fees, shipping=("Курьер", "350.00"))
    assert (order["total"], document["sum"]) == ("0.00", 0)


def test_free_gifts_are_in_the_document(world: Any) -> None:
    gift = {"sku": "S-00002", "quantity": 1, "subtotal": "500.00", "total": "0"}
    order, document = placed(world, [goods("120.00"), gift], tax_rates=VAT)
    assert rows_of(document) == [("S-00001", 1, 12000), ("S-00002", 1, 0)]
    assert document["positions"]["rows"][1]["reserve"] == 1
    assert document["vatSum"] == 2000
    assert flags(world, order) == set()


# --- the owner's choice ------------------------------------------------------------------------------


@pytest.fixture
def list_prices(world: Any) -> Any:
    world.configure(documents={"prices": "list"})
    yield
    world.configure(documents={"prices": "final"})


def test_list_prices_with_a_percent_where_that_is_exact(world: Any, list_prices: Any) -> None:
    lines = [goods("702.00", quantity=2), goods("500.00", "S-00002"), goods("1000.00", "S-00003", 2.5)]
    coupon = {"code": "ten", "percent": 10}
    order, document = placed(world, lines, coupon=coupon, tax_rates=VAT, shipping=("Курьер", "100.00"))
    assert rows_of(document) == [
        ("S-00001", 2, 35100),
        ("S-00002", 1, 50000),
        ("S-00003", 2.5, 40000),
        ("Доставка", 1, 12000),
    ]
    assert [row["discount"] for row in document["positions"]["rows"]] == [10, 10, 10, 0]
    assert document["vatSum"] == pytest.approx(kopecks(order["total_tax"]), abs=4)
    assert flags(world, order) == set()


def test_the_final_price_where_no_percent_is_exact(world: Any, list_prices: Any) -> None:
    lines = [
        goods("199.99") | {"subtotal": "300.00"},  # 33.33666… percent
        goods("200.00", "S-00002", 3) | {"subtotal": "300.00"},  # the pieces differ in price
        goods("63.18", "S-00003") | {"subtotal": "70.20"},
    ]
    _order, document = placed(world, lines)
    shown = [
        (*row, pos["discount"])
        for row, pos in zip(rows_of(document), document["positions"]["rows"], strict=True)
    ]
    assert shown == [
        ("S-00001", 1, 19999, 0),
        ("S-00002", 1, 6666, 0),
        ("S-00002", 2, 6667, 0),
        ("S-00003", 1, 7020, 10),
    ]


def test_the_net_price_unless_the_owner_chose_otherwise(world: Any) -> None:
    _order, document = placed(world, [goods("702.00", quantity=2)], coupon={"code": "ten", "percent": 10})
    assert rows_of(document) == [("S-00001", 2, 31590)]
    assert document["positions"]["rows"][0]["discount"] == 0


# --- everything at once ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("included", "total", "tax", "stated"),
    [(True, "2381.61", "387.22", "387.56"), (False, "2746.10", "447.37", "447.67")],
    ids=["with tax", "without tax"],
)
def test_everything_at_once(world: Any, included: bool, total: str, tax: str, stated: str) -> None:
    order, document = placed(
        world,
        [
            goods("1234.56", quantity=7),
            goods("99.99", "S-00002", 1.5, tax_class="reduced-rate"),
            goods("33.33", "S-00003", tax_status="none"),
            goods("0", "S-00004"),
            goods("777.77", "V-00001-1", 3),
        ],
        coupons=[{"code": "seven", "percent": 7}, {"code": "cart", "amount": "111.11"}],
        fees=[{"name": "Упаковка", "total": "19.99"}, {"name": "Бонусы", "total": "-55.55"}],
        shipping=[("Курьер", "350.00"), ("Подъём", "99.95")],
        tax_rates=[{"percent": 20}, {"percent": 10, "class": "reduced-rate", "shipping": False}],
        prices_include_tax=included,
    )
    assert (order["total"], order["total_tax"]) == (total, tax)
    assert document["vatSum"] == kopecks(stated)
    # The fee takes its 20 % back, and was spread over goods of 10 % and of none too.
    assert world.flag(order["id"], "tax_differs") == {"local": tax, "remote": stated, "currency": "RUB"}
