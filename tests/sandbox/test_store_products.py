"""Products of the shop: SKUs, variations, prices, stock, and batches with errors in their places."""

from __future__ import annotations

import pytest


@pytest.fixture
def store(box):
    return box.store


def ids(store, *skus):
    return [store.product(sku)["id"] for sku in skus]


def test_a_list_of_skus_finds_products_and_variations(shop_api):
    found = shop_api.get("/products", sku="S-00001,V-00001,V-00001-1")
    assert {(row["sku"], row["type"]) for row in found} == {
        ("S-00001", "simple"),
        ("V-00001", "variable"),
        ("V-00001-1", "variation"),
    }
    assert shop_api.get("/products", sku="NOPE") == []


def test_lists_show_no_variations_unless_their_sku_names_them(shop_api, store):
    listed = shop_api.get("/products", per_page=100)
    assert "variation" not in {row["type"] for row in listed}
    simple, variation = ids(store, "S-00001", "V-00001-1")
    assert [row["id"] for row in shop_api.get("/products", include=f"{simple},{variation}")] == [simple]
    assert shop_api.call("GET", "/products", type="variation").json()["code"] == "rest_invalid_param"
    assert [row["sku"] for row in shop_api.get("/products", type="variable")] == ["V-00001"]


def test_products_are_paged_in_order_with_chosen_fields(shop_api):
    answer = shop_api.call(
        "GET", "/products", per_page=3, orderby="id", order="asc", _fields="id,sku,stock_quantity"
    )
    assert list(answer.json()[0]) == ["id", "sku", "stock_quantity"]
    assert [row["sku"] for row in answer.json()] == ["S-00001", "S-00002", "S-00003"]
    assert answer.headers["X-WP-TotalPages"] == str(-(-int(answer.headers["X-WP-Total"]) // 3))


def test_stock_and_price_are_written_as_absolute_values(shop_api, store):
    (product,) = ids(store, "S-00002")
    shown = shop_api.call(
        "PUT", f"/products/{product}", {"stock_quantity": 0, "regular_price": "100.00"}
    ).json()
    assert (shown["stock_quantity"], shown["stock_status"], shown["price"]) == (0, "outofstock", "100.00")
    wrong = shop_api.call("PUT", f"/products/{product}", {"stock_quantity": "abc"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "rest_invalid_param")


def test_a_taken_sku_is_refused_as_captured(shop_api, store, payload):
    recorded = payload("woocommerce/product_create_duplicate_sku_400")
    answer = shop_api.call("POST", "/products", recorded["request"]["body"])
    expected = recorded["body"] | {
        "data": recorded["body"]["data"] | {"resource_id": ids(store, "S-00001")[0]}
    }
    assert (answer.status_code, answer.json()) == (recorded["status"], expected)


def test_a_batch_goes_on_after_errors_like_the_captured_one(shop_api, store, payload):
    recorded = payload("woocommerce/products_batch_with_error")["body"]
    first, second, parent, taken = ids(store, "S-00001", "S-00002", "V-00001", "S-00003")
    body = {
        "update": [
            {"id": first, "stock_quantity": 43},
            {"id": 99999999, "stock_quantity": 1},
            {"id": second, "sku": "S-00001"},
            {"id": second, "stock_quantity": "abc"},
            {"id": parent, "stock_quantity": 5},
        ],
        "create": [
            {"name": "Новый", "sku": "S-00003"},
            {
                "name": "Создан пакетом",
                "sku": "BATCH-1",
                "regular_price": "10",
                "manage_stock": True,
                "stock_quantity": 3,
            },
        ],
        "delete": [88888888],
    }
    answer = shop_api.call("POST", "/products/batch", body)
    assert answer.status_code == 200
    seen = answer.json()
    assert seen.keys() == recorded.keys()
    assert seen["delete"] == recorded["delete"]
    assert seen["update"][1] == recorded["update"][1]
    assert seen["create"][0]["error"]["data"] == {
        "status": 400,
        "resource_id": taken,
        "unique_sku": "S-00003-1",
    }
    assert seen["update"][2]["error"]["code"] == recorded["update"][2]["error"]["code"]
    for place in (0, 3, 4):
        for name in ("stock_quantity", "manage_stock", "stock_status"):
            assert seen["update"][place][name] == recorded["update"][place][name], (place, name)
    assert seen["create"][1]["stock_quantity"] == 3
    assert store.product("BATCH-1")["price"] == "10"


def test_a_variation_in_the_products_batch_is_sent_elsewhere(shop_api, store, payload):
    recorded = payload("woocommerce/product_batch_variation_id_via_products")["body"]["update"][0]
    (variation,) = ids(store, "V-00001-1")
    body = {"update": [{"id": variation, "stock_quantity": 66}]}
    answer = shop_api.call("POST", "/products/batch", body).json()["update"][0]
    assert answer == recorded | {"id": variation}


def test_variations_have_a_batch_of_their_own(shop_api, store, payload):
    recorded = payload("woocommerce/variations_batch_with_error")["body"]["update"]
    parent, variation = ids(store, "V-00001", "V-00001-1")
    body = {"update": [{"id": variation, "stock_quantity": 77}, {"id": 1, "stock_quantity": 1}]}
    done, unknown = shop_api.call("POST", f"/products/{parent}/variations/batch", body).json()["update"]
    assert (done["id"], done["stock_quantity"]) == (variation, 77)
    assert unknown == recorded[1]


def test_more_than_a_hundred_items_are_413_as_captured(shop_api, payload):
    recorded = payload("woocommerce/products_batch_over_limit_413")
    answer = shop_api.call("POST", "/products/batch", {"update": [{"id": 1}] * 101})
    assert (answer.status_code, answer.json()) == (recorded["status"], recorded["body"])


def test_variations_of_a_parent_are_listed_newest_first(shop_api, store):
    parent, first, second = ids(store, "V-00001", "V-00001-1", "V-00001-2")
    assert [row["id"] for row in shop_api.get(f"/products/{parent}/variations")] == [second, first]
    one = shop_api.get(f"/products/{parent}/variations/{first}")
    assert one["parent_id"] == parent


def test_a_variation_under_its_parents_stock_reports_the_parents(shop_api, store):
    store.set_stock("V-00001", 50)
    store.set_stock("V-00001-2", None)
    (shown,) = shop_api.get("/products", sku="V-00001-2")
    before = shown["manage_stock"], shown["stock_quantity"]
    store.place_order({"V-00001-2": 3})
    (after,) = shop_api.get("/products", sku="V-00001-2")
    store.set_stock("V-00001", None)
    store.set_stock("V-00001-2", 5)
    assert before == ("parent", 50)
    assert after["stock_quantity"] == 47


def test_special_goods_are_odd_in_the_promised_ways():
    from connectors.sandbox.control import running_sandbox

    every = ["duplicate_article", "missing_on_site", "missing_in_moysklad", "no_sku", "archived"]
    with running_sandbox(items=5, special=every, limiter=False) as box:
        skus = [product["sku"] for product in box.store.products()]
        documents = box.moysklad.documents("product")
        articles = [product["article"] for product in documents]
    assert articles.count("X-DUP") == 2
    assert ("X-NOSITE" in articles, "X-NOSITE" in skus) == (True, False)
    assert ("X-NOMS" in articles, "X-NOMS" in skus) == (False, True)
    assert "X-NOSKU" in articles
    assert "" in skus
    assert [product["archived"] for product in documents if product["article"] == "X-ARCHIVED"] == [True]
