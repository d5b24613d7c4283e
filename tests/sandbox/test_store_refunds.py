"""Refunds of the shop: by lines, by amount, by status; what they show, what they restock, what their removal leaves."""

from __future__ import annotations

import pytest


@pytest.fixture
def store(box):
    yield box.store
    box.store.configure(legacy_storage=False)


@pytest.fixture
def refund(shop_api):
    """Recorded only, nothing goes back to the shelf."""

    def make(order, **body):
        body |= {"api_refund": False, "api_restock": False}
        answer = shop_api.call("POST", f"/orders/{order['id']}/refunds", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return make


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


def test_the_gateway_is_asked_to_pay_unless_told_otherwise_and_cash_cannot(shop_api, store, order):
    cash, card = order["id"], store.place_order({"S-00001": 1}, payment_method="yookassa")["id"]
    paid_back = shop_api.call("POST", f"/orders/{card}/refunds", {"amount": "1.00"}).json()
    assert paid_back["refunded_payment"] is True
    recorded = shop_api.call("POST", f"/orders/{cash}/refunds", {"amount": "1.00", "api_refund": False})
    assert recorded.json()["refunded_payment"] is False
    refused = shop_api.call("POST", f"/orders/{cash}/refunds", {"amount": "1.00"})
    assert (refused.status_code, refused.json()) == (
        500,
        {
            "code": "woocommerce_rest_cannot_create_order_refund",
            "message": "The payment gateway for this order does not support automatic refunds.",
            "data": 500,
        },
    )
    assert len(store.refunds(cash)) == 1


def test_pieces_without_money_have_neither_an_amount_nor_a_total(refund, store, order):
    """Recorded: amount "", in the order's list a bare minus; a zero that was sent is "0.00" and "-0.00"."""
    line = order["line_items"][0]["id"]
    bare = refund(order, line_items=[{"id": line, "quantity": 1}])
    zero = refund(order, amount="0", line_items=[{"id": line, "quantity": 1}])
    empty = refund(order)
    assert [row["amount"] for row in (bare, zero, empty)] == ["", "0.00", ""]
    shown = store.order(order["id"])
    assert [row["total"] for row in shown["refunds"]] == ["-", "-0.00", "-"]
    assert (shown["status"], bare["line_items"][0]["quantity"], bare["line_items"][0]["total"]) == (
        "processing",
        -1,
        "0.00",
    )
    assert [mail["mail"] for mail in store.mails(order["id"])].count("Refunded order") == 3


def test_pieces_without_money_look_like_the_capture(refund, order, payload):
    recorded = payload("woocommerce/refund_create_quantity_only")
    line = {"id": order["line_items"][0]["id"], "quantity": 1}
    seen = refund(order, **recorded["request"]["body"] | {"line_items": [line]})
    expected = recorded["body"]
    assert list(seen) == list(expected)
    for name in ("amount", "reason", "tax_lines", "shipping_lines", "fee_lines", "refunded_payment"):
        assert seen[name] == expected[name], name
    for name in ("quantity", "subtotal", "subtotal_tax", "total", "total_tax", "taxes", "price"):
        assert seen["line_items"][0][name] == expected["line_items"][0][name], name
    assert [meta["key"] for meta in seen["meta_data"]] == [meta["key"] for meta in expected["meta_data"]]


def test_pieces_and_amount_are_compared_with_nothing(refund, order):
    line = {"id": order["line_items"][0]["id"], "quantity": 4, "refund_total": "10.00"}
    other = refund(order, amount="3.00", line_items=[line, {"id": 99999999, "quantity": 1}])
    assert (other["amount"], [row["quantity"] for row in other["line_items"]]) == ("3.00", [-4])
    assert other["line_items"][0]["total"] == "-10.00"


def test_lines_keyed_by_their_id_lose_the_quantity_and_keep_the_money(refund, taxed):
    row = {"quantity": 1, "refund_total": "263.25", "refund_tax": {"1": "52.65"}}
    keyed = refund(taxed, line_items={str(taxed["line_items"][0]["id"]): row})
    (line,) = keyed["line_items"]
    assert (keyed["amount"], line["quantity"], line["total"], line["price"]) == ("315.90", 0, "-263.25", 0)


def test_taxes_of_a_refund_are_not_computed(refund, store, taxed):
    line = taxed["line_items"][0]["id"]
    refund(taxed, line_items=[{"id": line, "quantity": 1, "refund_total": "315.90"}])
    summary = store.order(taxed["id"])["refunds"][0]
    assert (summary["total"], summary["total_tax"]) == ("-315.90", "0.00")


def test_a_deleted_refund_does_not_take_the_order_back(shop_api, store, order):
    whole = store.refund(order["id"])
    shop_api.call("DELETE", f"/orders/{order['id']}/refunds/{whole['id']}", force="true")
    shown = store.order(order["id"])
    assert (shown["status"], shown["refunds"]) == ("refunded", [])


def test_legacy_storage_takes_refunds_to_the_trash_and_only_wp_admin_brings_them_back(shop_api, store, order):
    def seen():
        shown = shop_api.get(f"/orders/{order['id']}")
        return len(shown["refunds"]), len(shop_api.get(f"/orders/{order['id']}/refunds"))

    store.refund(order["id"], shipping=True)
    store.trash_order(order["id"])
    assert seen() == (1, 1)
    store.untrash_order(order["id"])
    store.configure(legacy_storage=True)
    store.trash_order(order["id"])
    assert seen() == (0, 0)
    store.untrash_order(order["id"])
    assert seen() == (1, 1)
    store.trash_order(order["id"])
    shop_api.call("PUT", f"/orders/{order['id']}", {"status": "processing"})
    assert seen() == (0, 0)
    rest = store.set_status(order["id"], "refunded")["refunds"]
    assert [row["total"] for row in rest] == [f"-{float(order['total']) - 350:.2f}"]


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
