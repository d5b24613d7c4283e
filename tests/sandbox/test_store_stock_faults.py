"""What goes wrong with stock on demand, and the log by which tests count who wrote what."""

from __future__ import annotations

import threading
import time

import pytest

from connectors.sandbox.control_base import SandboxError


@pytest.fixture
def store(box):
    box.store.clear_stock_writes()
    yield box.store
    box.store.faults.clear()
    box.store.sell_no_more()
    box.store.accept_products()
    box.store.configure(write_ms=0.0)


def batch(shop_api, store, stocks):
    body = {"update": [{"id": store.product(sku)["id"], "stock_quantity": n} for sku, n in stocks.items()]}
    return shop_api.call("POST", "/products/batch", body)


def test_a_page_comes_with_200_on_the_chosen_path_only(shop_api, store):
    store.faults.add("html", status=200, path="/products/batch", count=None)
    answer = batch(shop_api, store, {"S-00001": 5})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert store.stock_writes() == []
    assert shop_api.call("GET", "/products").headers["Content-Type"].startswith("application/json")


def test_some_items_of_a_batch_fail_and_the_others_are_written(shop_api, store):
    store.refuse_product("S-00002", code="custom_check", message="Нет категории", status=422, count=1)
    first, second, third = batch(shop_api, store, {"S-00001": 11, "S-00002": 12, "S-00003": 13}).json()[
        "update"
    ]
    assert (first["stock_quantity"], third["stock_quantity"]) == (11, 13)
    data = {"status": 422}
    assert second["error"] == {"code": "custom_check", "message": "Нет категории", "data": data}
    assert batch(shop_api, store, {"S-00002": 12}).json()["update"][0]["stock_quantity"] == 12


def test_an_item_can_be_refused_for_ever_and_by_a_single_call_too(shop_api, store):
    store.refuse_product("S-00002")
    product = store.product("S-00002")["id"]
    codes = [batch(shop_api, store, {"S-00002": n}).json()["update"][0]["error"]["code"] for n in range(5)]
    assert codes == ["woocommerce_rest_product_not_created"] * 5
    single = shop_api.call("PUT", f"/products/{product}", {"stock_quantity": 3})
    assert (single.status_code, single.json()["code"]) == (400, codes[0])
    store.edit_product("S-00002", stock_quantity=4)
    assert store.product("S-00002")["stock_quantity"] == 4
    store.accept_products()
    assert batch(shop_api, store, {"S-00002": 6}).json()["update"][0]["stock_quantity"] == 6


def test_writes_can_be_slow_by_the_item_and_buyers_do_not_wait_for_them(shop_api, store):
    store.configure(write_ms=250.0)
    started = time.monotonic()
    slow = threading.Thread(target=batch, args=(shop_api, store, {"S-00001": 5, "S-00002": 5, "S-00003": 5}))
    slow.start()
    while not store.stock_writes() and time.monotonic() < started + 5:
        time.sleep(0.005)
    store.place_order({"S-00001": 1})
    assert slow.is_alive()
    slow.join()
    assert time.monotonic() - started >= 0.75


def test_a_sale_just_before_a_write_is_overwritten_by_core_rest(shop_api, store):
    store.set_stock("S-00001", 10)
    store.sell_during({"S-00001": 2}, method="POST", path="/products/batch")
    assert batch(shop_api, store, {"S-00001": 20}).json()["update"][0]["stock_quantity"] == 20
    assert [row["who"] for row in store.stock_writes("S-00001")] == ["person", "order", "rest"]
    assert batch(shop_api, store, {"S-00001": 20}).json()["update"][0]["stock_quantity"] == 20
    assert len(store.stock_writes(who="order")) == 1


def test_a_sale_between_the_write_and_its_answer_is_not_in_the_answer(shop_api, store):
    store.sell_during({"S-00001": 2}, path="/products/batch", when="after", skip=1)
    assert batch(shop_api, store, {"S-00001": 20}).json()["update"][0]["stock_quantity"] == 20
    assert store.product("S-00001")["stock_quantity"] == 20
    assert batch(shop_api, store, {"S-00001": 20}).json()["update"][0]["stock_quantity"] == 20
    assert store.product("S-00001")["stock_quantity"] == 18


def test_a_moment_that_does_not_exist_is_refused(store):
    with pytest.raises(SandboxError, match="before, after"):
        store.sell_during({"S-00001": 1}, when="never")


def test_the_log_says_who_wrote_which_number(shop_api, store):
    store.set_stock("S-00001", 10)
    order = store.place_order({"S-00001": 3})["id"]
    batch(shop_api, store, {"S-00001": 30})
    batch(shop_api, store, {"S-00001": 30})
    store.edit_product("S-00001", stock_quantity=5)
    seen = [
        (row["who"], row["old"], row["new"], row["order_id"]) for row in store.stock_writes("S-00001")[1:]
    ]
    assert seen == [
        ("order", 10, 7, order),
        ("rest", 7, 30, 0),
        ("rest", 30, 30, 0),
        ("person", 30, 5, 0),
    ]
    assert store.stock_writes("S-00001")[0]["item"] == store.product("S-00001")["id"]
    assert [row["new"] for row in store.stock_writes(who="rest")] == [30, 30]


def test_all_stock_is_read_in_one_call(store):
    store.set_stock("S-00001", 17)
    store.set_stock("S-00002", None)
    stocks, by_id = store.stocks(), store.stocks_by_id()
    store.set_stock("S-00002", 5)
    assert stocks["S-00001"] == by_id[store.product("S-00001")["id"]] == 17
    assert "S-00002" not in stocks
    assert "V-00001" not in stocks
    assert "V-00001-1" in stocks


def test_an_article_can_be_renamed_by_hand(shop_api, store):
    store.set_sku("S-00004", "RENAMED")
    found = [row["sku"] for row in shop_api.get("/products", sku="S-00004,RENAMED")]
    store.set_sku("RENAMED", "S-00004")
    assert found == ["RENAMED"]
