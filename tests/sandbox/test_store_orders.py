"""Orders of the shop: lists and their pages, statuses and what they do to stock, edits, batches, refunds, notes."""

from __future__ import annotations

import time

import pytest


@pytest.fixture
def store(box):
    return box.store


@pytest.fixture
def order(store):
    return store.place_order({"S-00001": 2, "V-00001-1": 1})


def stock(store, sku):
    return store.product(sku)["stock_quantity"]


def test_a_checkout_leaves_an_order_with_lines_shipping_and_buyer(store):
    order = store.place_order(
        {"S-00001": 2},
        shipping=("Курьер", "350.00"),
        email="a@example.test",
        first_name="Анна",
        customer_note="Звоните",
    )
    price = float(store.product("S-00001")["price"])
    assert float(order["total"]) == price * 2 + 350
    assert order["shipping_lines"][0]["method_title"] == "Курьер"
    assert (order["billing"]["email"], order["billing"]["first_name"]) == ("a@example.test", "Анна")
    assert (order["customer_note"], order["created_via"], order["date_paid"]) == (
        "Звоните",
        "store-api",
        None,
    )


def test_a_coupon_is_inside_the_lines_to_the_last_kopeck(store):
    order = store.place_order(
        [{"sku": "S-00001", "quantity": 3, "subtotal": "1000.00"}, {"sku": "S-00002", "subtotal": "333.33"}],
        coupon={"code": "SALE10", "percent": 10},
        shipping=None,
    )
    totals = [line["total"] for line in order["line_items"]]
    assert sum(float(total) for total in totals) == pytest.approx(1200.00)
    assert (order["discount_total"], order["total"]) == ("133.33", "1200.00")
    assert order["coupon_lines"][0]["code"] == "sale10"
    assert order["coupon_lines"][0]["discount"] == "133.33"


def test_explicit_totals_need_not_divide_by_the_quantity(store):
    order = store.place_order([{"sku": "S-00001", "quantity": 3, "total": "1000.00"}], shipping=None)
    line = order["line_items"][0]
    assert (line["total"], line["quantity"], order["total"]) == ("1000.00", 3, "1000.00")
    assert line["price"] == pytest.approx(333.33333333)


def test_taxes_make_line_amounts_net(store, payload):
    """The captured taxed order: 585.00 + 117.00 = 702.00; shipping gets its tax on top."""
    store.configure(tax_percent=20)
    order = store.place_order([{"sku": "S-00001", "quantity": 2, "total": "702.00", "subtotal": "702.00"}])
    store.configure(tax_percent=0)
    line = order["line_items"][0]
    assert (line["subtotal"], line["subtotal_tax"]) == ("585.00", "117.00")
    assert (order["shipping_total"], order["shipping_tax"], order["total"]) == ("350.00", "70.00", "1122.00")
    assert order["tax_lines"][0]["tax_total"] == "117.00"


def test_pages_count_in_headers_and_past_the_last_both_are_zero(shop_api, store, payload):
    for _ in range(3):
        store.place_order({"S-00002": 1})
    page = shop_api.call("GET", "/orders", per_page=2, page=1, orderby="id", order="asc")
    total = int(page.headers["X-WP-Total"])
    assert len(page.json()) == 2
    assert int(page.headers["X-WP-TotalPages"]) == -(-total // 2)
    assert 'rel="next"' in page.headers["Link"]
    assert "status%5B0%5D=any" in page.headers["Link"]
    assert "oauth_signature" in page.headers["Link"]
    beyond = payload("woocommerce/orders_list_beyond_last")
    answer = shop_api.call("GET", "/orders", per_page=5, page=99)
    assert (answer.status_code, answer.json()) == (beyond["status"], beyond["body"])
    for name in ("X-WP-Total", "X-WP-TotalPages"):
        assert answer.headers[name] == beyond["headers"][name]


def test_modified_after_finds_what_changed_in_either_time_zone(shop_api, store, order):
    time.sleep(1.1)
    mark = order["date_modified_gmt"]
    changed = store.set_status(order["id"], "completed")
    query = {"orderby": "modified", "order": "asc", "per_page": 100}
    found = shop_api.get("/orders", modified_after=mark, dates_are_gmt="true", **query)
    assert [row["id"] for row in found] == [order["id"]]
    local = shop_api.get("/orders", modified_after=order["date_modified"], **query)
    assert [row["id"] for row in local] == [order["id"]]
    later = shop_api.get(
        "/orders", modified_after=changed["date_modified_gmt"], dates_are_gmt="true", **query
    )
    assert later == []


def test_any_leaves_out_the_trash_and_drafts_of_the_checkout(shop_api, store, order):
    draft = store.place_order({"S-00002": 1}, status="checkout-draft")
    store.trash_order(order["id"])
    listed = {row["id"] for row in shop_api.get("/orders", per_page=100)}
    assert not listed & {draft["id"], order["id"]}
    assert order["id"] in {row["id"] for row in shop_api.get("/orders", status="trash")}
    assert shop_api.get(f"/orders/{order['id']}")["status"] == "trash"
    both = shop_api.get("/orders", status="trash,checkout-draft", include=f"{draft['id']},{order['id']}")
    assert {row["id"] for row in both} == {draft["id"], order["id"]}


def test_fields_cut_the_body(shop_api, order):
    row = shop_api.get("/orders", include=order["id"], _fields="id,status,total")[0]
    assert list(row) == ["id", "status", "total"]


def test_stock_goes_down_once_and_comes_back_when_cancelled(store):
    before = stock(store, "S-00003")
    order = store.place_order({"S-00003": 2}, status="pending")
    assert stock(store, "S-00003") == before
    for status, expected in (
        ("processing", before - 2),
        ("completed", before - 2),
        ("cancelled", before),
        ("on-hold", before - 2),
        ("failed", before),
        ("processing", before - 2),
        ("refunded", before - 2),
    ):
        store.set_status(order["id"], status)
        assert stock(store, "S-00003") == expected, status


def test_trash_and_force_delete_keep_the_stock_taken(store):
    before = stock(store, "S-00004")
    first, second = (store.place_order({"S-00004": 1})["id"] for _ in "12")
    store.trash_order(first)
    store.delete_order(second)
    assert stock(store, "S-00004") == before - 2
    store.untrash_order(first)
    assert store.order(first)["status"] == "processing"
    assert store.order(second) is None


def test_stock_may_go_below_zero(store):
    store.set_stock("S-00005", 1)
    store.place_order({"S-00005": 2})
    product = store.product("S-00005")
    assert (product["stock_quantity"], product["stock_status"]) == (-1, "outofstock")


def test_a_status_by_rest_is_dated_noted_and_checked(shop_api, store, order, payload):
    answer = shop_api.call("PUT", f"/orders/{order['id']}", {"status": "completed"})
    shown = answer.json()
    assert (answer.status_code, shown["status"]) == (200, "completed")
    assert shown["date_completed"]
    assert shown["date_paid"]
    notes = shop_api.get(f"/orders/{order['id']}/notes")
    assert "Order status changed from Processing to Completed." in [note["note"] for note in notes]
    wrong = shop_api.call("PUT", f"/orders/{order['id']}", {"status": "nonsense"})
    assert wrong.json() == payload("woocommerce/error_400_bad_body")["body"]


def test_money_counts_as_received_by_date_paid_not_by_status(store):
    cash = store.place_order({"S-00001": 1}, payment_method="cod")
    transfer = store.place_order({"S-00001": 1}, payment_method="bacs", status="on-hold")
    assert cash["date_paid"] is None
    assert transfer["date_paid"] is None
    assert store.set_status(transfer["id"], "processing")["date_paid"]
    assert store.set_status(cash["id"], "completed")["date_paid"]


def test_quantity_zero_removes_a_line_and_amounts_do_not_follow_a_quantity(shop_api, order):
    first, second = order["line_items"]
    body = {"line_items": [{"id": first["id"], "quantity": 1}, {"id": second["id"], "quantity": 0}]}
    changed = shop_api.call("PUT", f"/orders/{order['id']}", body).json()
    (line,) = changed["line_items"]
    assert (line["quantity"], line["total"]) == (1, first["total"])


def test_meta_data_is_added_and_changed_by_key(shop_api, order):
    path = f"/orders/{order['id']}"
    for value in ("1", "2"):
        shown = shop_api.call("PUT", path, {"meta_data": [{"key": "_bridge", "value": value}]}).json()
    assert [meta["value"] for meta in shown["meta_data"] if meta["key"] == "_bridge"] == ["2"]


def test_delete_shows_the_old_status_and_force_is_for_good(shop_api, order, payload):
    path = f"/orders/{order['id']}"
    assert shop_api.call("DELETE", path).json()["status"] == "processing"
    assert shop_api.get(path)["status"] == "trash"
    assert shop_api.call("DELETE", path).status_code == 410
    assert shop_api.call("DELETE", path, force="true").json()["status"] == "trash"
    gone = payload("woocommerce/order_deleted_404")
    answer = shop_api.call("GET", path)
    assert (answer.status_code, answer.json()) == (gone["status"], gone["body"])


def test_a_batch_checks_no_status_and_reports_unknown_ids_in_place(shop_api, store, order):
    before = stock(store, "S-00001")
    body = {
        "update": [
            {"id": order["id"], "status": "completed"},
            {"id": 77777777, "status": "completed"},
            {"id": order["id"], "status": "nonsense"},
        ]
    }
    answer = shop_api.call("POST", "/orders/batch", body)
    done, unknown, odd = answer.json()["update"]
    assert (answer.status_code, done["status"], odd["status"]) == (200, "completed", "pending")
    assert unknown == {
        "id": 77777777,
        "error": {
            "code": "woocommerce_rest_shop_order_invalid_id",
            "message": "ID is invalid.",
            "data": {"status": 400},
        },
    }
    assert stock(store, "S-00001") == before + 2


def test_rest_makes_orders_unknown_products_included(shop_api, store):
    product = store.product("S-00001")
    body = {
        "line_items": [{"product_id": product["id"], "quantity": 2}, {"product_id": 99999999}],
        "status": "processing",
    }
    answer = shop_api.call("POST", "/orders", body)
    order = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/orders/{order['id']}")
    known, unknown = order["line_items"]
    assert known["sku"] == "S-00001"
    assert (unknown["product_id"], unknown["name"], unknown["sku"], unknown["total"]) == (0, "", None, "0.00")


def test_an_unknown_coupon_is_refused_but_leaves_a_draft(shop_api, store, payload):
    body = {
        "line_items": [{"product_id": store.product("S-00001")["id"]}],
        "coupon_lines": [{"code": "NOPE"}],
    }
    refusal = shop_api.call("POST", "/orders", body).json()
    expected = payload("woocommerce/error_400_bad_coupon_in_order")["body"]
    draft = refusal["data"].pop("new_draft_order_id")
    expected["data"].pop("new_draft_order_id")
    assert refusal == expected
    assert store.order(draft)["status"] == "checkout-draft"


def test_refunds_by_line_restock_and_by_amount_do_not(shop_api, store, order):
    before = stock(store, "S-00001")
    line = order["line_items"][0]
    body = {
        "line_items": [{"id": line["id"], "quantity": 1, "refund_total": 100.5}],
        "reason": "брак",
        "api_refund": False,
    }
    answer = shop_api.call("POST", f"/orders/{order['id']}/refunds", body)
    refund = answer.json()
    assert answer.status_code == 201
    assert "(?P<order_id>" in answer.headers["Location"]
    assert (refund["amount"], refund["line_items"][0]["quantity"], refund["line_items"][0]["total"]) == (
        "100.50",
        -1,
        "-100.50",
    )
    assert stock(store, "S-00001") == before + 1
    shop_api.call("POST", f"/orders/{order['id']}/refunds", {"amount": "50.00", "api_refund": False})
    assert stock(store, "S-00001") == before + 1
    shown = shop_api.get(f"/orders/{order['id']}")
    assert [item["total"] for item in shown["refunds"]] == ["-50.00", "-100.50"]
    assert shown["total"] == order["total"]
    assert shop_api.get("/refunds")[0]["parent_id"] == order["id"]
    store.set_status(order["id"], "cancelled")
    assert stock(store, "S-00001") == before + 2


def test_a_refund_over_the_total_is_500_with_a_bare_number(shop_api, order, payload):
    recorded = payload("woocommerce/error_500_refund_too_much")
    answer = shop_api.call("POST", f"/orders/{order['id']}/refunds", {"amount": "999999.00"})
    assert (answer.status_code, answer.json()) == (recorded["status"], recorded["body"])


def test_a_full_refund_and_the_status_refunded(shop_api, store, order):
    body = {"amount": order["total"], "api_refund": False}
    shop_api.call("POST", f"/orders/{order['id']}/refunds", body)
    assert store.order(order["id"])["status"] == "refunded"
    other = store.place_order({"S-00001": 1})
    by_status = store.set_status(other["id"], "refunded")
    assert by_status["refunds"][0]["total"] == f"-{other['total']}"


def test_notes_are_written_listed_and_removed(shop_api, order):
    path = f"/orders/{order['id']}/notes"
    note = shop_api.call("POST", path, {"note": "заметка"}).json()
    assert note["note"] in [row["note"] for row in shop_api.get(path)]
    assert shop_api.call("DELETE", f"{path}/{note['id']}", force="true").status_code == 200
    assert note["id"] not in [row["id"] for row in shop_api.get(path)]
