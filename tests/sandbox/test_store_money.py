"""The shop's arithmetic: taxes of every kind, coupons, fees, shipping, currencies; what is shown always adds up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.fixture
def store(box):
    yield box.store
    box.store.configure(tax_percent=0, tax_rates=[], prices_include_tax=True, tax_round_at_subtotal=False)
    box.store.configure(currency="RUB", price_decimals=2)


def one(total, **more):
    return [{"sku": "S-00001", "total": total, "subtotal": total} | more]


def taxes(line):
    return {row["id"]: row["total"] for row in line["taxes"]}


def added(order):
    """What the shown parts of an order come to."""
    lines = order["line_items"] + order["shipping_lines"] + order["fee_lines"]
    return sum((Decimal(line["total"]) + Decimal(line["total_tax"]) for line in lines), Decimal(0))


def test_without_taxes_there_are_no_entries(store):
    order = store.place_order(one("100.00"))
    assert (order["tax_lines"], order["line_items"][0]["taxes"], order["total_tax"]) == ([], [], "0.00")


def test_a_rate_of_zero_is_an_entry_of_zero(store):
    order = store.place_order(one("100.00"), tax_rates=[{"percent": 0, "name": "НДС 0%"}], shipping=None)
    assert taxes(order["line_items"][0]) == {1: "0.00"}
    (line,) = order["tax_lines"]
    assert (line["tax_total"], line["rate_percent"], line["label"]) == ("0.00", 0, "НДС 0%")
    assert order["total"] == "100.00"


def test_the_captured_cart_comes_to_the_captured_amounts(store, payload):
    recorded = payload("woocommerce/order_store_api_tax_coupon_shipping")["body"]
    order = store.place_order(
        [
            {"sku": "S-00001", "quantity": 2, "subtotal": "702.00"},
            {"sku": "V-00001-1", "subtotal": "1011.00"},
        ],
        coupon={"code": "SALE10", "percent": 10},
        tax_rates=[{"percent": 20}],
    )
    for name in ("total", "total_tax", "cart_tax", "shipping_tax", "discount_total", "discount_tax"):
        assert order[name] == recorded[name], name
    for seen, known in zip(order["line_items"], recorded["line_items"], strict=True):
        for name in ("subtotal", "subtotal_tax", "total", "total_tax", "taxes", "price"):
            assert seen[name] == known[name], name
    for kind in ("coupon_lines", "tax_lines"):
        for name in set(recorded[kind][0]) - {"id", "meta_data"}:
            assert order[kind][0][name] == recorded[kind][0][name], name


def test_a_fixed_coupon_goes_by_pieces_and_what_a_cheap_line_cannot_bear_to_the_others(store, payload):
    recorded = payload("woocommerce/order_rest_pending")["body"]
    order = store.place_order(
        [
            {"sku": "S-00003", "quantity": 2, "subtotal": "205.98"},
            {"sku": "V-00001-2", "subtotal": "920.00"},
        ],
        coupon={"code": "FIX500", "amount": "500"},
    )
    assert [line["total"] for line in order["line_items"]] == ["0.00", "625.98"]
    assert order["total"] == recorded["total"]
    seen, known = order["coupon_lines"][0], recorded["coupon_lines"][0]
    for name in ("code", "discount", "discount_tax", "discount_type", "nominal_amount"):
        assert seen[name] == known[name], name
    assert seen["meta_data"][0]["value"].endswith(',"fix500",null,500]')


def test_rates_by_class_fractional_and_compound_are_taken_together(store):
    rates = [
        {"percent": 12.5, "name": "A"},
        {"percent": 10, "name": "B", "compound": True},
        {"percent": 5, "name": "C", "class": "reduced-rate", "shipping": False},
    ]
    order = store.place_order(
        [
            {"sku": "S-00001", "total": "100.00", "subtotal": "100.00"},
            {"sku": "S-00002", "total": "100.00", "subtotal": "100.00", "tax_class": "reduced-rate"},
            {"sku": "S-00003", "total": "100.00", "subtotal": "100.00", "tax_class": "zero-rate"},
            {"sku": "S-00004", "total": "100.00", "subtotal": "100.00", "tax_status": "none"},
        ],
        tax_rates=rates,
        prices_include_tax=False,
        shipping=None,
    )
    assert [taxes(line) for line in order["line_items"]] == [{1: "12.50", 2: "11.25"}, {3: "5.00"}, {}, {}]
    assert [line["tax_class"] for line in order["line_items"]] == ["", "reduced-rate", "zero-rate", ""]
    assert [(line["rate_percent"], line["compound"]) for line in order["tax_lines"]] == [
        (12.5, False),
        (10, True),
        (5, False),
    ]
    assert (order["total"], order["prices_include_tax"]) == ("428.75", False)


def test_compound_taxes_are_found_inside_a_gross_price_too(store):
    rates = [{"percent": 12.5, "name": "A"}, {"percent": 10, "name": "B", "compound": True}]
    line = store.place_order(one("123.75"), tax_rates=rates)["line_items"][0]
    assert (line["total"], taxes(line)) == ("100.00", {1: "12.50", 2: "11.25"})


def test_taxes_rounded_in_the_sums_leave_lines_that_do_not_add_up(store):
    lines = [{"sku": f"S-0000{n}", "total": "0.83", "subtotal": "0.83"} for n in (1, 2, 3)]
    rates = [{"percent": 20}]
    per_line = store.place_order(lines, tax_rates=rates, prices_include_tax=False, shipping=None)
    assert (per_line["total_tax"], per_line["total"], added(per_line)) == ("0.51", "3.00", Decimal("3.00"))
    in_sums = store.place_order(
        lines, tax_rates=rates, prices_include_tax=False, round_at_subtotal=True, shipping=None
    )
    assert (in_sums["total_tax"], in_sums["total"], added(in_sums)) == ("0.50", "2.99", Decimal("3.00"))


def test_negative_fees_carry_negative_taxes(store):
    order = store.place_order(
        one("120.00"),
        fees=[{"name": "Скидка", "total": "-10.00"}, {"name": "Упаковка", "total": "5"}],
        tax_rates=[{"percent": 20}],
        shipping=None,
    )
    assert [(fee["total"], fee["total_tax"]) for fee in order["fee_lines"]] == [
        ("-10.00", "-2.00"),
        ("5.00", "1.00"),
    ]
    assert order["total"] == "114.00"


def test_a_percent_is_exact_over_the_whole_cart(store):
    lines = [{"sku": f"S-0000{n}", "subtotal": "33.33"} for n in (1, 2, 3)]
    order = store.place_order(lines, coupon={"code": "ten", "percent": 10}, shipping=None)
    assert [line["total"] for line in order["line_items"]] == ["30.00", "30.00", "29.99"]
    assert (order["discount_total"], order["total"]) == ("10.00", "89.99")


def test_several_coupons_and_a_free_gift(store):
    order = store.place_order(
        [
            {"sku": "S-00001", "quantity": 2, "subtotal": "1000.00"},
            {"sku": "S-00002", "subtotal": "500", "total": "0"},
        ],
        coupons=[
            {"code": "ten", "percent": 10},
            {"code": "fix", "amount": "100", "free_shipping": True},
            {"code": "piece", "amount": "25", "type": "fixed_product"},
        ],
        shipping=None,
    )
    bought, gift = order["line_items"]
    assert (bought["total"], gift["subtotal"], gift["total"]) == ("750.00", "500.00", "0.00")
    assert [(line["code"], line["discount"], line["free_shipping"]) for line in order["coupon_lines"]] == [
        ("ten", "100", False),
        ("fix", "100", True),
        ("piece", "50", False),
    ]
    assert (order["total"], order["discount_total"]) == ("750.00", "750.00")


def test_an_order_can_come_to_nothing(store):
    order = store.place_order({"S-00001": 2}, coupon={"code": "all", "percent": 100}, shipping=None)
    assert (order["total"], order["line_items"][0]["total"]) == ("0.00", "0.00")
    assert store.refund(order["id"], {"S-00001": 1})["amount"] == "0.00"


def test_several_shipping_lines_free_ones_and_untaxed_ones(store):
    order = store.place_order(
        one("120.00"),
        shipping=[
            ("Курьер", "100.00"),
            {"title": "Самовывоз", "total": "0", "method_id": "local_pickup", "meta": {"pickup": "ПВЗ 7"}},
            {"title": "Почта", "total": "50.00", "tax_status": "none"},
        ],
        tax_rates=[{"percent": 20}],
    )
    courier, pickup, mail = order["shipping_lines"]
    assert (courier["total_tax"], mail["total_tax"], mail["taxes"]) == ("20.00", "0.00", [])
    assert (pickup["method_id"], pickup["meta_data"][1]["value"]) == ("local_pickup", "ПВЗ 7")
    assert (order["shipping_total"], order["shipping_tax"], order["total"]) == ("150.00", "20.00", "290.00")


def test_a_currency_without_decimals_is_shown_without_them(shop_api, store):
    store.configure(currency="JPY", price_decimals=0)
    order = store.place_order(
        [{"sku": "S-00001", "quantity": 3, "total": "1000", "subtotal": "1000"}],
        shipping=("Курьер", "350"),
        tax_rates=[{"percent": 10}],
    )
    line = order["line_items"][0]
    assert (order["currency"], order["currency_symbol"], order["total"]) == ("JPY", "¥", "1385")
    assert (line["total"], line["total_tax"], line["taxes"][0]["total"]) == ("909", "91", "91")
    assert store.refund(order["id"], amount="385")["amount"] == "385"
    assert shop_api.get("/system_status")["settings"]["number_of_decimals"] == 0


def test_decimal_quantities_are_numbers_and_move_stock_by_as_much(store):
    store.configure(decimal_stock=True)
    store.set_stock("S-00006", 10)
    order = store.place_order({"S-00006": 1.5}, shipping=None)
    line = order["line_items"][0]
    assert line["quantity"] == 1.5
    assert Decimal(line["total"]) == Decimal(store.product("S-00006")["price"]) * Decimal("1.5")
    assert store.product("S-00006")["stock_quantity"] == 8.5
    store.refund(order["id"], {"S-00006": 0.5})
    assert store.product("S-00006")["stock_quantity"] == 9
    store.configure(decimal_stock=False)
    assert store.refunds(order["id"])[0]["line_items"][0]["quantity"] == -0.5


def test_an_order_carries_all_that_plugins_and_gateways_put_there(store):
    order = store.place_order(
        [
            {
                "sku": "S-00001",
                "meta": [
                    {
                        "key": "engraving",
                        "value": "Анна",
                        "display_key": "Гравировка",
                        "display_value": "Анна",
                    }
                ],
            }
        ],
        meta={"_delivery_date": "2026-12-01"},
        attribution={"source_type": "utm", "utm_source": "yandex"},
        customer_id=7,
        company="ООО «Ромашка»",
        transaction_id="tx-1",
        payment_method="bacs",
        paid="2026-11-20T10:00:00",
    )
    metas = {meta["key"]: meta["value"] for meta in order["meta_data"]}
    assert metas["_delivery_date"] == "2026-12-01"
    assert metas["_wc_order_attribution_utm_source"] == "yandex"
    assert (order["customer_id"], order["billing"]["company"], order["transaction_id"]) == (
        7,
        "ООО «Ромашка»",
        "tx-1",
    )
    assert order["date_paid_gmt"] == "2026-11-20T10:00:00"
    assert order["line_items"][0]["meta_data"][0]["display_key"] == "Гравировка"


def test_the_tax_table_and_the_settings_say_what_the_orders_use(shop_api, store):
    store.configure(tax_rates=[{"percent": 20}, {"percent": 12.5, "class": "reduced-rate", "name": "B"}])
    rows = shop_api.get("/taxes")
    assert [(row["id"], row["rate"], row["class"]) for row in rows] == [
        (1, "20.0000", "standard"),
        (2, "12.5000", "reduced-rate"),
    ]
    settings_ = {row["id"]: row["value"] for row in shop_api.get("/settings/general")}
    assert settings_["woocommerce_calc_taxes"] == "yes"


money = st.decimals(min_value=0, max_value=5000, places=2)
lines_ = st.lists(
    st.tuples(st.integers(1, 7), money, st.sampled_from(["", "reduced-rate", "zero-rate"])),
    min_size=1,
    max_size=5,
)
coupons_ = st.lists(
    st.one_of(
        st.builds(lambda p: {"code": f"p{p}", "percent": p}, st.integers(1, 100)),
        st.builds(lambda a: {"code": f"a{a}", "amount": str(a)}, money),
        st.builds(lambda a: {"code": f"f{a}", "amount": str(a), "type": "fixed_product"}, money),
    ),
    max_size=3,
)
rates_ = st.lists(
    st.builds(
        lambda percent, compound, kind: {"percent": str(percent), "compound": compound, "class": kind},
        st.sampled_from([0, 5, 10, Decimal("12.5"), 20, Decimal("7.75")]),
        st.booleans(),
        st.sampled_from(["", "reduced-rate"]),
    ),
    max_size=3,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lines=lines_, coupons=coupons_, rates=rates_, included=st.booleans(), decimals=st.sampled_from([0, 2]))
def test_whatever_is_bought_the_lines_come_to_the_total_and_refund_whole(
    store, lines, coupons, rates, included, decimals
):
    order = store.place_order(
        [
            {"sku": "S-00001", "quantity": count, "subtotal": str(round(price, decimals)), "tax_class": kind}
            for count, price, kind in lines
        ],
        coupons=coupons,
        tax_rates=rates,
        prices_include_tax=included,
        decimals=decimals,
    )
    assert added(order) == Decimal(order["total"])
    assert all(Decimal(line["total"]) >= 0 for line in order["line_items"])
    goods = sum(Decimal(line["subtotal"]) - Decimal(line["total"]) for line in order["line_items"])
    assert goods == Decimal(order["discount_total"])
    by_rate = sum(
        Decimal(line["tax_total"]) + Decimal(line["shipping_tax_total"]) for line in order["tax_lines"]
    )
    assert by_rate == Decimal(order["total_tax"])
    refund = store.refund(order["id"])
    assert Decimal(refund["amount"]) == Decimal(order["total"])
    assert -added(refund) == Decimal(order["total"])
    store.delete_order(order["id"])
