"""The companion plugin's journal: every movement of stock by an order has a number, and everyone is told of it."""

from __future__ import annotations

import time

import pytest

SECRET = "s3cret"


@pytest.fixture
def store(box, receiver):
    box.store.configure(event_backoff_ms=20, plugin_stock=True, events=True)
    box.store.pair(receiver.url, SECRET)
    yield box.store
    box.store.configure(plugin_stock=True, events=True, decimal_stock=False)
    box.store.pair("", "")
    box.store.settle()


def moves(store, order_id):
    return [(row["item"], row["quantity"]) for row in store.sales(order_id)]


def ids(store, *skus):
    return [store.product(sku)["id"] for sku in skus]


def test_a_sale_is_on_the_order_in_every_way_it_is_shown(shop_api, store, receiver):
    before = int(time.time())
    first, second = ids(store, "S-00001", "V-00001-1")
    order = store.place_order({"S-00001": 2, "V-00001-1": 1})
    store.settle()
    rows = store.sales(order["id"])
    assert moves(store, order["id"]) == [(first, "2"), (second, "1")]
    assert rows[0]["number"] < rows[1]["number"]
    assert all(before <= row["at"] <= time.time() for row in rows)
    assert order["sklad_bridge_sales"] == rows
    assert shop_api.get(f"/orders/{order['id']}")["sklad_bridge_sales"] == rows
    assert shop_api.get("/orders", include=order["id"])[0]["sklad_bridge_sales"] == rows
    event = receiver.arrived[-1].json
    assert (event["sales"], event["order"]["sklad_bridge_sales"]) == (rows, rows)


def test_cores_own_webhooks_carry_the_sales_too(store, receiver):
    (webhook,) = store.core_webhooks(receiver.url, SECRET, ["order.created"])
    order = store.place_order({"S-00001": 1})
    store.settle()
    store.remove_core_webhook(webhook)
    told = [a.json for a in receiver.arrived if a.headers.get("x-wc-webhook-topic") == "order.created"]
    assert [row["sklad_bridge_sales"] for row in told] == [store.sales(order["id"])]


def test_cancelling_and_returning_to_processing_are_rows_of_their_own(store):
    (item,) = ids(store, "S-00001")
    order = store.place_order({"S-00001": 2})["id"]
    store.set_status(order, "cancelled")
    store.set_status(order, "processing")
    assert moves(store, order) == [(item, "2"), (item, "-2"), (item, "2")]


def test_edits_and_refunds_with_restock_are_rows_and_others_are_not(shop_api, store):
    first, second = ids(store, "S-00001", "S-00002")
    order = store.place_order({"S-00001": 3})["id"]
    store.set_line(order, "S-00001", quantity=5)
    store.add_line(order, "S-00002", 2)
    store.remove_line(order, "S-00002")
    store.refund(order, {"S-00001": 1}, restock=False)
    refund = store.refund(order, {"S-00001": 1})
    store.delete_refund(order, refund["id"])
    assert moves(store, order) == [(first, "3"), (first, "2"), (second, "2"), (second, "-2"), (first, "-1")]


def test_movements_without_an_order_are_not_in_the_journal(shop_api, store):
    (item,) = ids(store, "S-00003")
    before = store.product("S-00003")["sklad_bridge_sale"]
    store.set_stock("S-00003", 40)
    shop_api.call("PUT", f"/products/{item}", {"stock_quantity": 41})
    assert store.product("S-00003")["sklad_bridge_sale"] == before


def test_products_and_variations_name_the_last_sale_of_their_stock_item(shop_api, store):
    parent, variation = ids(store, "V-00001", "V-00001-2")
    order = store.place_order({"V-00001-2": 1, "S-00004": 1})
    of_variation, of_simple = (row["number"] for row in order["sklad_bridge_sales"])
    assert shop_api.get("/products", sku="S-00004")[0]["sklad_bridge_sale"] == of_simple
    one = shop_api.get(f"/products/{parent}/variations/{variation}", _fields="id,sklad_bridge_sale")
    assert one["sklad_bridge_sale"] == of_variation
    assert shop_api.get(f"/products/{parent}")["sklad_bridge_sale"] == 0
    store.set_stock("V-00001", 50)
    store.set_stock("V-00001-2", None)
    by_parent = store.place_order({"V-00001-2": 1})["sklad_bridge_sales"]
    shown = store.product("V-00001-2")["sklad_bridge_sale"]
    store.set_stock("V-00001", None)
    store.set_stock("V-00001-2", 5)
    assert [(row["item"], row["number"]) for row in by_parent] == [(parent, shown)]


def test_an_order_that_moves_no_stock_has_an_empty_list(store):
    assert store.place_order({"S-00001": 1}, status="pending")["sklad_bridge_sales"] == []


def test_a_deleted_order_still_tells_its_sales(store, receiver):
    order = store.place_order({"S-00001": 2})
    store.delete_order(order["id"])
    store.settle()
    event = receiver.arrived[-1].json
    assert (event["event"], event["order"]) == ("order.deleted", None)
    assert event["sales"] == order["sklad_bridge_sales"]


def test_an_order_too_large_for_an_event_still_tells_its_sales(store, receiver):
    store.configure(max_event_bytes=1000)
    order = store.place_order({"S-00001": 2})
    store.settle()
    store.configure(max_event_bytes=524288)
    assert receiver.arrived[-1].json["order"] is None
    assert receiver.arrived[-1].json["sales"] == order["sklad_bridge_sales"]


@pytest.mark.parametrize("switches", [{"plugin_stock": False}, {"events": False}])
def test_an_old_plugin_and_none_at_all_know_of_no_sales(shop_api, store, receiver, switches):
    store.configure(**switches)
    order = store.place_order({"S-00001": 1})
    store.settle()
    assert "sklad_bridge_sales" not in shop_api.get(f"/orders/{order['id']}")
    assert "sklad_bridge_sale" not in store.product("S-00001")
    if switches == {"plugin_stock": False}:
        assert "sales" not in receiver.arrived[-1].json
        assert receiver.arrived[-1].json["plugin_version"] == "1.1.0"
    store.configure(plugin_stock=True, events=True)
    assert store.sales(order["id"]) == []


def test_the_new_plugin_says_its_version_and_the_index_names_its_address(shop_api, store, receiver):
    store.ping()
    store.settle()
    assert receiver.arrived[-1].json["plugin_version"] == "1.3.0"
    index = f"{store.url}/wp-json/"
    assert "sklad-bridge/v1" in shop_api.session.get(index, timeout=5).json()["namespaces"]
    store.configure(plugin_stock=False)
    assert "sklad-bridge/v1" not in shop_api.session.get(index, timeout=5).json()["namespaces"]


def test_numbers_may_have_gaps_and_never_come_again(store):
    first = store.place_order({"S-00001": 1})["sklad_bridge_sales"][0]["number"]
    store.skip_sales(3)
    assert store.place_order({"S-00001": 1})["sklad_bridge_sales"][0]["number"] == first + 4
    store.age_sales(31 * 24 * 3600)
    assert store.last_sale() == first + 4
    assert store.place_order({"S-00001": 1})["sklad_bridge_sales"][0]["number"] == first + 5


def test_rows_are_purged_after_thirty_days_but_for_the_last_number(store):
    order = store.place_order({"S-00008": 1})["id"]
    last = store.place_order({"S-00001": 1})["id"]
    store.age_sales(29 * 24 * 3600)
    assert len(store.sales(order)) == 1
    store.age_sales(2 * 24 * 3600)
    assert (store.sales(order), store.product("S-00008")["sklad_bridge_sale"]) == ([], 0)
    assert store.sales(last)[0]["number"] == store.last_sale() == store.last_sale("S-00001")


def test_stock_is_whole_unless_a_plugin_lets_it_be_decimal(store):
    store.set_stock("S-00006", 10)
    cut = store.place_order({"S-00006": 1.5})
    assert (store.product("S-00006")["stock_quantity"], cut["sklad_bridge_sales"][0]["quantity"]) == (9, "1")
    store.configure(decimal_stock=True)
    exact = store.place_order({"S-00006": 1.5})
    assert (store.product("S-00006")["stock_quantity"], exact["sklad_bridge_sales"][0]["quantity"]) == (
        7.5,
        "1.5",
    )


def test_a_checkout_stopped_half_way_has_its_row_and_not_yet_its_stock(store):
    store.set_stock("S-00007", 10)
    order = store.start_sale({"S-00007": 2})
    (row,) = order["sklad_bridge_sales"]
    assert (row["quantity"], store.product("S-00007")["stock_quantity"]) == ("2", 10)
    done = store.finish_sale(order["id"])
    assert (done["status"], done["sklad_bridge_sales"]) == ("processing", [row])
    assert store.product("S-00007")["stock_quantity"] == 8
    store.set_status(order["id"], "cancelled")
    assert store.product("S-00007")["stock_quantity"] == 10
