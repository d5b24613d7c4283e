"""Orders edited by REST and in wp-admin: lines, amounts, coupons that stay, money received, statuses of plugins."""

from __future__ import annotations

import pytest


@pytest.fixture
def store(box):
    yield box.store
    box.store.configure(custom_statuses={})


@pytest.fixture
def put(shop_api):
    def call(order, **body):
        answer = shop_api.call("PUT", f"/orders/{order['id']}", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return call


@pytest.fixture
def order(store):
    """The captured one: a fixed coupon larger than the first line."""
    return store.place_order(
        [
            {"sku": "S-00003", "quantity": 2, "subtotal": "205.98"},
            {"sku": "V-00001-2", "subtotal": "920.00"},
        ],
        coupon={"code": "fix500", "amount": "500"},
    )


def stock(store, sku):
    return store.product(sku)["stock_quantity"]


def test_a_quantity_alone_leaves_the_amounts_like_the_capture(store, put, order, payload):
    recorded = payload("woocommerce/order_rest_edit_line")["body"]
    before = stock(store, "S-00003")
    seen = put(order, line_items=[{"id": order["line_items"][0]["id"], "quantity": 1}])
    assert seen["line_items"][0]["quantity"] == 1
    for name in ("total", "discount_total"):
        assert seen[name] == recorded[name], name
    assert stock(store, "S-00003") == before + 1


def test_a_removed_line_leaves_the_coupon_at_its_old_amount_like_the_capture(put, order, payload):
    recorded = payload("woocommerce/order_rest_remove_line")["body"]
    seen = put(order, line_items=[{"id": order["line_items"][1]["id"], "quantity": 0}])
    assert seen["coupon_lines"][0]["discount"] == recorded["coupon_lines"][0]["discount"]
    for name in ("total", "discount_total"):
        assert seen[name] == recorded[name], name


def test_amounts_are_net_and_get_their_taxes_on_top(store, put):
    order = store.place_order(
        [{"sku": "S-00001", "quantity": 2, "total": "240.00", "subtotal": "240.00"}],
        tax_rates=[{"percent": 20}],
        shipping=None,
    )
    line = order["line_items"][0]["id"]
    seen = put(order, line_items=[{"id": line, "quantity": 3, "subtotal": "300.00", "total": "250.00"}])
    assert (seen["line_items"][0]["subtotal_tax"], seen["line_items"][0]["total_tax"]) == ("60.00", "50.00")
    assert (seen["total"], seen["discount_total"], seen["discount_tax"]) == ("300.00", "50.00", "10.00")


def test_lines_are_added_by_product_and_by_variation(store, put, order):
    simple, variation = store.product("S-00001"), store.product("V-00001-1")
    added = [
        {"product_id": simple["id"], "quantity": 2},
        {"product_id": variation["parent_id"], "variation_id": variation["id"], "total": "10.00"},
    ]
    lines = put(order, line_items=added)["line_items"]
    assert [line["sku"] for line in lines] == ["S-00003", "V-00001-2", "S-00001", "V-00001-1"]
    assert (float(lines[2]["total"]), lines[3]["total"]) == (float(simple["price"]) * 2, "10.00")


def test_fees_and_shipping_are_added_changed_and_removed(put, order):
    seen = put(
        order,
        fee_lines=[{"name": "Упаковка", "total": "100.00"}],
        shipping_lines=[{"method_id": "flat_rate", "method_title": "Почта", "total": "50.00"}],
    )
    fee, (courier, mail) = seen["fee_lines"][0], seen["shipping_lines"]
    assert (mail["method_title"], mail["instance_id"], seen["shipping_total"]) == ("Почта", "", "400.00")
    seen = put(
        order,
        fee_lines=[{"id": fee["id"], "total": "-30.00"}],
        shipping_lines=[{"id": courier["id"], "method_id": None}],
    )
    assert (seen["fee_lines"][0]["total"], seen["fee_lines"][0]["name"]) == ("-30.00", "Упаковка")
    assert (seen["shipping_total"], seen["total"]) == ("50.00", "645.98")
    assert put(order, fee_lines=[{"id": fee["id"], "name": None}])["fee_lines"] == []


def test_meta_of_lines_is_kept_by_key(put, order):
    line = order["line_items"][0]["id"]
    for value in ("1", "2"):
        seen = put(order, line_items=[{"id": line, "meta_data": [{"key": "_position", "value": value}]}])
    metas = [meta["value"] for meta in seen["line_items"][0]["meta_data"] if meta["key"] == "_position"]
    assert metas == ["2"]
    assert seen["total"] == order["total"]


def test_a_line_of_another_order_is_refused(shop_api, order):
    known = {"id": order["line_items"][0]["id"], "quantity": 1, "total": "1.00"}
    body = {"line_items": [known, {"id": 99999999, "quantity": 1}]}
    refusal = shop_api.call("PUT", f"/orders/{order['id']}", body)
    assert (refusal.status_code, refusal.json()["code"]) == (400, "woocommerce_rest_invalid_item_id")
    assert shop_api.get(f"/orders/{order['id']}")["line_items"] == order["line_items"]


def test_set_paid_dates_an_order_that_waits_for_money_and_lets_it_go_on(store, put):
    waiting = store.place_order({"S-00001": 1}, status="pending", payment_method="bacs")
    seen = put(waiting, set_paid=True, transaction_id="tx-9")
    assert (seen["status"], seen["transaction_id"]) == ("processing", "tx-9")
    assert seen["date_paid"]


@pytest.mark.parametrize("status", ["on-hold", "processing", "cancelled", "refunded"])
def test_set_paid_does_nothing_to_an_order_that_does_not_wait_for_money(store, put, status):
    order = store.place_order({"S-00001": 1}, status=status, payment_method="cod")
    mails = store.mails(order["id"])
    seen = put(order, set_paid=True)
    assert (seen["status"], seen["date_paid"], store.mails(order["id"])) == (status, None, mails)


def test_the_date_of_a_payment_is_written_as_a_field_and_leaves_none(store, put):
    order = store.place_order({"S-00001": 1})
    assert put(order, date_paid="2026-01-01T00:00:00")["date_paid"] is None
    seen = put(order, meta_data=[{"key": "_date_paid", "value": "1762000000"}], transaction_id="MS-0001")
    assert (seen["date_paid_gmt"], seen["transaction_id"]) == ("2025-11-01T12:26:40", "MS-0001")
    assert (seen["status"], seen["meta_data"]) == ("processing", order["meta_data"])


def test_taking_up_an_order_on_hold_dates_its_payment(store, put):
    order = store.place_order({"S-00001": 1}, status="on-hold", payment_method="bacs")
    seen = put(order, status="processing", set_paid=True)
    assert (seen["status"], bool(seen["date_paid"])) == ("processing", True)
    assert store.mails(order["id"])[-1]["mail"] == "Processing order"


def test_an_order_made_by_rest_needs_no_processing_any_more_once_it_is_paid(shop_api, store, put):
    body = {"line_items": [{"product_id": store.product("S-00001")["id"]}], "payment_method": "bacs"}
    paid, taken = (shop_api.call("POST", "/orders", body).json() for _ in range(2))
    seen = put(paid, set_paid=True)
    assert (seen["status"], bool(seen["date_paid"])) == ("completed", True)
    seen = put(taken, set_paid=True, status="processing")
    assert (seen["status"], seen["date_paid"]) == ("processing", None)


def test_the_trash_is_no_status_to_choose_but_a_status_leaves_it(shop_api, store, put):
    order = store.place_order({"S-00001": 1})
    path, before = f"/orders/{order['id']}", stock(store, "S-00001")
    refused = shop_api.call("PUT", path, {"status": "trash"}).json()
    assert (refused["code"], refused["data"]["status"]) == ("rest_invalid_param", 400)
    shop_api.call("DELETE", path)
    second = shop_api.call("DELETE", path)
    assert (second.status_code, second.json()["message"]) == (
        410,
        "The shop_order has already been deleted.",
    )
    mails = store.mails(order["id"])
    assert put(order, meta_data=[{"key": "_x", "value": "1"}])["status"] == "trash"
    assert put(order, status="processing")["status"] == "processing"
    assert (stock(store, "S-00001"), store.mails(order["id"])) == (before, mails)
    assert "Order status changed from trash to Processing." in [n["note"] for n in store.notes(order["id"])]
    shop_api.call("DELETE", path)
    assert put(order, status="cancelled")["status"] == "cancelled"
    assert stock(store, "S-00001") == before + 1


def test_a_gateway_confirms_the_money_of_an_order_on_hold(store):
    order = store.place_order({"S-00001": 1}, status="on-hold", payment_method="bacs")
    paid = store.pay(order["id"], "tx-1")
    assert (paid["status"], paid["transaction_id"], bool(paid["date_paid"])) == ("processing", "tx-1", True)


def test_the_form_of_wp_admin_takes_the_amounts_along_like_the_capture(store):
    """The captured edit: 2 pieces for 1499.00, then 1 for 749.50."""
    lines = [{"sku": "S-00005", "quantity": 2, "total": "1499.00", "subtotal": "1499.00"}]
    order = store.place_order([*lines, {"sku": "V-00001-2", "subtotal": "1031.00"}], shipping=None)
    before = stock(store, "S-00005")
    edited = store.set_line(order["id"], "S-00005", quantity=1)
    assert (edited["line_items"][0]["total"], edited["total"]) == ("749.50", "1780.50")
    assert stock(store, "S-00005") == before + 1
    assert store.set_line(order["id"], "S-00005", total="700.00")["total"] == "1731.00"
    left = store.remove_line(order["id"], "S-00005")
    assert (left["total"], len(left["line_items"])) == ("1031.00", 1)


def test_a_line_added_in_wp_admin_counts_from_the_next_save_on(store, put):
    order = store.place_order({"S-00001": 1}, shipping=None)
    before = stock(store, "S-00007")
    waiting = store.add_line(order["id"], "S-00007", 2, "500.00", recalculate=False)
    assert (waiting["total"], len(waiting["line_items"]), stock(store, "S-00007")) == (
        order["total"],
        2,
        before,
    )
    assert put(order, meta_data=[{"key": "_x", "value": "1"}])["total"] == order["total"]
    saved = store.recalculate(order["id"])
    assert float(saved["total"]) == float(order["total"]) + 500
    assert stock(store, "S-00007") == before - 2
    assert store.add_line(order["id"], "S-00008")["line_items"][2]["quantity"] == 1


def test_statuses_of_plugins_are_known_everywhere(shop_api, store, put, order):
    store.configure(custom_statuses={"packed": "Собран"})
    assert {"slug": "packed", "name": "Собран"} in shop_api.get("/orders/statuses")
    assert put(order, status="packed")["status"] == "packed"
    assert shop_api.get("/orders", status="packed")[0]["id"] == order["id"]
    notes = [note["note"] for note in store.notes(order["id"])]
    assert "Order status changed from Processing to Собран." in notes


def test_history_is_found_by_dates_customer_and_statuses_page_by_page(shop_api, store):
    days = ["2020-01-01T10:00:00", "2020-02-01T10:00:00", "2020-03-01T10:00:00"]
    ids = [store.place_order({"S-00001": 1}, created=day, customer_id=42)["id"] for day in days]
    store.set_status(ids[1], "completed")
    query = {"customer": 42, "orderby": "date", "order": "asc", "dates_are_gmt": "true"}

    def found(**more):
        return [row["id"] for row in shop_api.get("/orders", **query, **more)]

    assert found() == ids
    assert found(after="2020-01-01T10:00:00", before="2020-03-01T10:00:00") == [ids[1]]
    assert found(status="processing") == [ids[0], ids[2]]
    assert found(status="processing,completed", per_page=2, page=2) == [ids[2]]
    assert found(include=f"{ids[0]},{ids[2]}") == [ids[0], ids[2]]
    newest = shop_api.get("/orders", customer=42, orderby="id", order="desc")
    assert [row["id"] for row in newest] == ids[::-1]


def test_mails_follow_the_statuses_and_an_edit_sends_none(store, put):
    order = store.place_order({"S-00001": 1})
    first = [mail["mail"] for mail in store.mails(order["id"])]
    assert first == ["New order", "Processing order"]
    put(order, customer_note="x")
    store.edit_order(order["id"], {"meta_data": [{"key": "k", "value": "v"}]})
    assert len(store.mails(order["id"])) == 2
    store.set_status(order["id"], "completed")
    assert store.mails(order["id"])[-1] == {"order_id": order["id"], "mail": "Completed order"}
