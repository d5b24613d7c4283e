"""Refunds of the shop: by lines, by amount, by status; what they show, what they restock, what their removal leaves."""

from __future__ import annotations

import pytest


@pytest.fixture
def store(box):
    return box.store


@pytest.fixture
def order(store):
    return store.place_order({"S-00001": 3, "V-00001-1": 1}, fees=[{"name": "Упаковка", "total": "100.00"}])


@pytest.fixture
def taxed(store):
    """The captured cart: 585.00 + 117.00 for two pieces, 350.00 + 70.00 for the courier."""
    store.configure(tax_percent=20)
    order = store.place_order([{"sku": "S-00001", "quantity": 2, "total": "702.00", "subtotal": "702.00"}])
    yield order
    store.configure(tax_percent=0)


def stock(store, sku):
    return store.product(sku)["stock_quantity"]


def test_a_taxed_refund_has_the_amounts_of_the_capture(shop_api, store, taxed, payload):
    recorded = payload("woocommerce/refund_create_line_tax")
    line = taxed["line_items"][0]["id"]
    asked = recorded["request"]["body"]["line_items"][0] | {"id": line}
    body = recorded["request"]["body"] | {"line_items": [asked]}
    refund = shop_api.call("POST", f"/orders/{taxed['id']}/refunds", body).json()
    expected = recorded["body"]
    assert list(refund) == list(expected)
    for name in ("amount", "reason", "refunded_payment", "shipping_lines", "fee_lines"):
        assert refund[name] == expected[name], name
    seen, known = refund["line_items"][0], expected["line_items"][0]
    assert list(seen) == list(known)
    for name in ("quantity", "subtotal", "subtotal_tax", "total", "total_tax", "taxes", "price"):
        assert seen[name] == known[name], name
    assert {meta["key"]: meta["value"] for meta in seen["meta_data"]} == {"_refunded_item_id": str(line)}
    assert [{**row, "id": 0} for row in refund["tax_lines"]] == [
        {**row, "id": 0} for row in expected["tax_lines"]
    ]
    summary = shop_api.get(f"/orders/{taxed['id']}")["refunds"][0]
    assert (summary["total"], summary["total_tax"]) == ("-315.90", "-52.65")


def test_shipping_and_fees_are_refunded_as_lines_of_their_own(store, order):
    refund = store.refund(order["id"], shipping=True, fees=True)
    assert refund["line_items"] == []
    assert [line["total"] for line in refund["shipping_lines"]] == ["-350.00"]
    assert [line["total"] for line in refund["fee_lines"]] == ["-100.00"]
    assert refund["amount"] == "450.00"
    source = refund["shipping_lines"][0]["meta_data"][0]
    assert (source["key"], source["value"]) == ("_refunded_item_id", str(order["shipping_lines"][0]["id"]))
    assert store.order(order["id"])["shipping_total"] == "350.00"


def test_pieces_refunded_one_by_one_are_the_line_to_the_last_kopeck(store):
    order = store.place_order([{"sku": "S-00001", "quantity": 3, "total": "100.00"}], shipping=None)
    amounts = [store.refund(order["id"], {"S-00001": 1})["amount"] for _ in range(3)]
    assert sorted(amounts) == ["33.33", "33.33", "33.34"]
    assert store.order(order["id"])["status"] == "refunded"


def test_everything_left_is_a_full_refund_and_makes_the_order_refunded(store, order):
    store.refund(order["id"], {"S-00001": 1})
    assert store.order(order["id"])["status"] == "processing"
    rest = store.refund(order["id"])
    shown = store.order(order["id"])
    assert shown["status"] == "refunded"
    assert rest["meta_data"][0]["value"] == "full"
    assert sum(float(refund["amount"]) for refund in store.refunds(order["id"])) == float(order["total"])
    assert store.refunds(order["id"])[0]["id"] == rest["id"]


def test_restock_is_the_shopkeepers_choice_and_is_remembered_on_the_line(store, order):
    before = stock(store, "S-00001")
    store.refund(order["id"], {"S-00001": 1}, restock=False)
    assert stock(store, "S-00001") == before
    store.refund(order["id"], {"S-00001": 2})
    assert stock(store, "S-00001") == before + 2
    metas = {meta["key"]: meta["value"] for meta in store.order(order["id"])["line_items"][0]["meta_data"]}
    assert (metas["_reduced_stock"], metas["_restock_refunded_items"]) == ("1", "2")
    store.set_status(order["id"], "cancelled")
    assert stock(store, "S-00001") == before + 3


def test_a_line_restocked_whole_keeps_a_zero_like_the_capture(store, payload):
    order = store.place_order({"S-00002": 3}, shipping=None)
    store.refund(order["id"])
    seen = store.order(order["id"])["line_items"][0]["meta_data"]
    recorded = payload("woocommerce/order_full_refund")["body"]["line_items"][0]["meta_data"]
    assert {meta["key"]: meta["value"] for meta in seen} == {meta["key"]: meta["value"] for meta in recorded}


def test_amount_only_has_no_lines_and_restocks_nothing(store, order):
    before = stock(store, "S-00001")
    refund = store.refund(order["id"], amount="50.00", reason="скидка")
    assert (refund["amount"], refund["reason"], refund["line_items"]) == ("50.00", "скидка", [])
    assert stock(store, "S-00001") == before


def test_more_than_is_left_is_refused_and_leaves_nothing(shop_api, store, order, payload):
    store.refund(order["id"], amount="100.00")
    recorded = payload("woocommerce/error_500_refund_too_much")
    answer = shop_api.call("POST", f"/orders/{order['id']}/refunds", {"amount": order["total"]})
    assert (answer.status_code, answer.json()) == (recorded["status"], recorded["body"])
    assert len(store.refunds(order["id"])) == 1


def test_the_gateway_is_asked_to_pay_unless_told_otherwise(shop_api, order):
    path = f"/orders/{order['id']}/refunds"
    assert shop_api.call("POST", path, {"amount": "1.00"}).json()["refunded_payment"] is True
    only_recorded = shop_api.call("POST", path, {"amount": "1.00", "api_refund": False}).json()
    assert only_recorded["refunded_payment"] is False


def test_a_deleted_refund_leaves_stock_and_the_modified_date_and_needs_force(shop_api, store, order):
    refund = store.refund(order["id"], {"S-00001": 1})
    before, modified = stock(store, "S-00001"), store.order(order["id"])["date_modified_gmt"]
    path = f"/orders/{order['id']}/refunds/{refund['id']}"
    assert shop_api.call("DELETE", path).status_code == 501
    assert shop_api.call("DELETE", path, force="true").json() == refund
    assert shop_api.get(f"/orders/{order['id']}/refunds") == []
    assert shop_api.call("GET", path).status_code == 404
    after = store.order(order["id"])
    assert (after["refunds"], after["date_modified_gmt"]) == ([], modified)
    assert stock(store, "S-00001") == before


def test_meta_of_a_refund_is_kept_beside_its_type(shop_api, order):
    body = {"amount": "1.00", "api_refund": False, "meta_data": [{"key": "_from", "value": "7"}]}
    refund = shop_api.call("POST", f"/orders/{order['id']}/refunds", body).json()
    assert {meta["key"]: meta["value"] for meta in refund["meta_data"]} == {
        "_refund_type": "partial",
        "_from": "7",
    }


def test_refunds_of_all_orders_are_listed_with_their_order(shop_api, store, order):
    refund = store.refund(order["id"], amount="1.00")
    first = shop_api.get("/refunds")[0]
    assert first == {"id": refund["id"], "parent_id": order["id"]} | refund


def test_mails_of_refunds_are_counted(store, order):
    store.refund(order["id"], amount="1.00")
    assert [mail["mail"] for mail in store.mails(order["id"])][-1] == "Refunded order"
