"""Orders recalculated as a real shop recalculated them: rates of today, coupons that stay, amounts to the kopeck.

The figures are those a WooCommerce 11.0.1 shop answered to the same calls.
"""

from __future__ import annotations

import pytest


@pytest.fixture
def store(box):
    box.store.configure(tax_rates=[{"percent": 20}])
    yield box.store
    box.store.configure(tax_rates=[], decimal_quantities=True)


@pytest.fixture
def put(shop_api):
    def call(order, **body):
        answer = shop_api.call("PUT", f"/orders/{order['id']}", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return call


LINES = [
    {"sku": "S-00001", "quantity": 3, "subtotal": "1053.00"},
    {"sku": "V-00001-1", "subtotal": "1011.00"},
]


@pytest.fixture
def order(store):
    """Two items, 10 % off, a courier, a discount as a negative fee."""
    coupon = {"code": "sale10", "percent": 10}
    placed = store.place_order(LINES, coupon=coupon, fees=[{"name": "Скидка", "total": "-100.00"}])
    assert (placed["total"], placed["total_tax"]) == ("2157.60", "359.60")
    return placed


def two(order, **more):
    """The first line with two pieces instead of three, at the same price."""
    line = {"id": order["line_items"][0]["id"], "quantity": 2, "subtotal": "585.00", "total": "526.50"}
    return {"line_items": [line | more]}


def sums(shown):
    return [shown[name] for name in ("total", "total_tax", "discount_total", "discount_tax")]


def test_taxes_are_computed_whatever_the_body_says_of_them(put, order):
    said = {"total_tax": "2.22", "subtotal_tax": "1.11", "taxes": [{"id": 1, "total": "3.33"}]}
    seen = put(order, **two(order, **said))
    assert sums(seen) == ["1841.70", "306.95", "142.75", "28.55"]
    assert seen["line_items"][0]["taxes"] == [{"id": 1, "total": "105.30", "subtotal": "117.00"}]
    assert (seen["coupon_lines"][0]["discount"], seen["coupon_lines"][0]["discount_tax"]) == ("172", "34.4")
    assert seen["tax_lines"][0]["id"] == order["tax_lines"][0]["id"]


def test_one_line_taxes_the_whole_order_by_the_rates_of_today(store, put, order):
    store.configure(tax_rates=[{"percent": 22}])
    seen = put(order, **two(order))
    assert sums(seen) == ["1872.39", "337.64", "142.75", "31.40"]
    other = seen["line_items"][1]
    assert (other["total_tax"], other["taxes"][0]["total"]) == ("166.81", "166.82")
    assert (seen["shipping_tax"], seen["fee_lines"][0]["total_tax"]) == ("77.00", "-22.00")
    assert (seen["tax_lines"][0]["rate_percent"], seen["tax_lines"][0]["tax_total"]) == (22, "260.64")


def test_taxes_switched_off_since_are_gone_after_the_next_edit(store, put, order):
    store.configure(tax_rates=[])
    assert sums(put(order, **two(order))) == ["1534.75", "0.00", "142.75", "0.00"]


def test_an_address_is_enough_to_recalculate_and_a_status_is_not(store, put):
    order = store.place_order(LINES, coupon={"code": "sale10", "percent": 10})
    store.configure(tax_rates=[{"percent": 22}])
    left_alone = put(order, status="completed", customer_note="x", meta_data=[{"key": "_x", "value": "1"}])
    assert sums(left_alone) == sums(order)
    seen = put(order, billing={"city": "Тверь"})
    assert sums(seen) == ["2315.55", "417.55", "172.00", "37.84"]


def test_amounts_finer_than_a_kopeck_are_kept_and_shown_rounded(put, order):
    line = order["line_items"][0]["id"]
    seen = put(order, line_items=[{"id": line, "subtotal": "877.50", "total": "0.025"}])
    first = seen["line_items"][0]
    assert (first["total"], first["total_tax"], first["taxes"][0]["total"]) == ("0.03", "0.00", "0.01")
    assert first["price"] == 0.008333333333333333
    assert sums(seen) == ["1209.93", "201.65", "961.72", "192.34"]


def test_half_a_kopeck_of_tax_goes_down_in_the_line_and_up_in_its_entry(store):
    order = store.place_order(LINES, coupon={"code": "fifteen", "percent": 15})
    first = order["line_items"][0]
    assert (first["total"], first["total_tax"], first["taxes"][0]["total"]) == ("745.88", "149.17", "149.18")
    assert first["price"] == 248.625
    assert (order["discount_total"], order["coupon_lines"][0]["discount"]) == ("257.99", "258")
    assert sums(order) == ["2174.40", "362.39", "257.99", "51.60"]


def test_a_discount_as_a_fee_is_taxed_like_the_goods_and_shipping_too(put, order):
    goods = [{"id": line["id"], "quantity": 0} for line in order["line_items"]]
    fee, ship = order["fee_lines"][0], order["shipping_lines"][0]
    plain = put(
        order,
        shipping_lines=[{"id": ship["id"], "total": "250.00"}],
        fee_lines=[{"id": fee["id"], "name": None}, {"name": "-", "total": "-41.67", "tax_status": "none"}],
    )
    assert (plain["fee_lines"][0]["total_tax"], plain["shipping_tax"]) == ("-8.33", "50.00")
    assert (plain["total"], plain["total_tax"]) == ("2107.60", "351.27")
    assert sums(put(order, line_items=goods)) == ["208.33", "0.00", "0.00", "0.00"]


def test_an_added_line_costs_what_it_says_and_no_coupon_touches_it(store, put, order):
    product = store.product("S-00002")["id"]
    said = {"product_id": product, "quantity": 2, "subtotal": "2000.00", "total": "2000.00"}
    seen = put(order, line_items=[said])
    assert sums(seen)[:3] == ["4557.60", "759.60", "172.00"]
    listed = put(order, line_items=[{"product_id": product, "quantity": 1}])["line_items"][-1]
    assert listed["total"] == listed["subtotal"]


def test_coupons_sent_again_are_applied_again_over_the_amounts_that_were_sent(put, order):
    seen = put(order, **two(order, total="1.00"), coupon_lines=[{"code": "SALE10"}])
    assert (seen["line_items"][0]["total"], sums(seen)) == (
        "526.50",
        ["1841.70", "306.95", "142.75", "28.55"],
    )
    (coupon,) = seen["coupon_lines"]
    assert (coupon["discount"], coupon["id"] == order["coupon_lines"][0]["id"]) == ("142.75", False)


def test_a_fixed_coupon_sent_again_is_spread_anew(store, put):
    order = store.place_order(LINES, coupon={"code": "fix500", "amount": "500"})
    assert sums(order) == ["1984.00", "330.67", "416.67", "83.33"]
    kept = put(order, **two(order, total="400.00"))
    assert (kept["total"], kept["coupon_lines"][0]["discount"]) == ("1786.00", "416.67")
    seen = put(order, coupon_lines=[{"code": "fix500"}])
    assert [line["total"] for line in seen["line_items"]] == ["307.23", "703.61"]
    assert (sums(seen)[0], sums(seen)[2], seen["coupon_lines"][0]["discount"]) == (
        "1633.00",
        "416.66",
        "416.67",
    )


def test_an_expired_coupon_sent_again_is_refused_and_lost_all_the_same(shop_api, store, put, order):
    order = store.place_order(LINES, coupon={"code": "once", "percent": 15})
    store.expire_coupon("once")
    one = {"id": order["line_items"][0]["id"], "quantity": 1, "subtotal": "292.50", "total": "248.63"}
    kept = put(order, line_items=[one])
    assert (kept["coupon_lines"][0]["code"], kept["line_items"][0]["total"]) == ("once", "248.63")
    body = {"line_items": [one], "coupon_lines": [{"code": "once"}]}
    refusal = shop_api.call("PUT", f"/orders/{order['id']}", body)
    assert (refusal.status_code, refusal.json()) == (
        400,
        {
            "code": "woocommerce_rest_invalid_coupon",
            "message": "Coupon &quot;once&quot; has expired.",
            "data": {"status": 400},
        },
    )
    after = store.order(order["id"])
    assert (after["coupon_lines"], sums(after)) == ([], ["1782.00", "297.00", "0.00", "0.00"])
    store.delete_coupon("once")
    refusal = shop_api.call("PUT", f"/orders/{order['id']}", body)
    assert refusal.json()["message"] == "Coupon &quot;once&quot; cannot be applied because it does not exist."
    assert sums(store.order(order["id"])) == sums(after)


def test_the_button_of_wp_admin_takes_the_rates_of_today_and_its_form_does_not(store, order):
    store.configure(tax_rates=[{"percent": 22}])
    edited = store.set_line(order["id"], "S-00001", quantity=2)
    assert sums(edited)[:2] == ["1841.70", "306.95"]
    seen = store.recalculate(order["id"])
    assert sums(seen)[:2] == ["1872.39", "337.64"]
    assert seen["tax_lines"][0]["id"] != order["tax_lines"][0]["id"]


@pytest.mark.parametrize("quantity", [2.5, "2.5"])
def test_a_decimal_quantity_is_refused_by_a_single_call_and_taken_by_a_batch(
    shop_api, store, put, order, quantity
):
    line = {"id": order["line_items"][0]["id"], "quantity": quantity, "subtotal": "731.25", "total": "731.25"}
    path = "line_items[0][quantity]"
    for method, address in (("PUT", f"/orders/{order['id']}"), ("POST", "/orders")):
        refusal = shop_api.call(method, address, {"line_items": [line]})
        assert (refusal.status_code, refusal.json()["data"]) == (
            400,
            {
                "status": 400,
                "params": {"line_items": f"{path} is not of type integer."},
                "details": {
                    "line_items": {
                        "code": "rest_invalid_type",
                        "message": f"{path} is not of type integer.",
                        "data": {"param": path},
                    }
                },
            },
        )
    body = {"update": [{"id": order["id"], "line_items": [line]}]}
    (seen,) = shop_api.call("POST", "/orders/batch", body).json()["update"]
    assert (seen["line_items"][0]["quantity"], seen["line_items"][0]["price"]) == (2.5, 292.5)
    assert put(order, line_items=[{"id": line["id"], "total": "700.00"}])["line_items"][0]["quantity"] == 2.5
    store.configure(decimal_quantities=False)
    cut = store.order(order["id"])["line_items"][0]
    assert (cut["quantity"], cut["total"], cut["price"]) == (2, "700.00", 350)
