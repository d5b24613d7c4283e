"""Variable products and their variations, other types, and lists of goods, over REST."""

from __future__ import annotations

import pytest


@pytest.fixture
def store(box):
    return box.store


def put(shop_api, product, path="/products", **fields):
    answer = shop_api.call("PUT", f"{path}/{product['id']}", fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer):
    return answer.status_code, answer.json()["code"]


def test_a_variable_product_is_made_with_its_variations(shop_api, new):
    colours = {"name": "Цвет", "options": ["Красный", "Синий"], "variation": True, "visible": True}
    parent = new(
        type="variable", sku="VAR-1", regular_price="5", attributes=[{"id": 1, "options": ["XS"]}, colours]
    )
    assert (parent["regular_price"], parent["price"]) == ("", "")
    path = f"/products/{parent['id']}/variations"
    body = {
        "sku": "VAR-1-1",
        "regular_price": "50",
        "manage_stock": True,
        "stock_quantity": 2,
        "attributes": [{"name": "Цвет", "option": "Красный"}, {"name": "Чужой", "option": "x"}],
    }
    answer = shop_api.call("POST", path, body)
    made = answer.json()
    assert (answer.status_code, made["name"], made["parent_id"]) == (201, "Красный", parent["id"])
    assert made["attributes"] == [
        {"id": 0, "name": "Цвет", "slug": "%d1%86%d0%b2%d0%b5%d1%82", "option": "Красный"}
    ]
    assert answer.headers["Location"].endswith(f"{path}/{made['id']}")
    batch = {"create": [{"regular_price": "40", "sku": "VAR-1-2"}, {"sku": "VAR-1-1"}]}
    good, taken = shop_api.call("POST", f"{path}/batch", batch).json()["create"]
    assert (taken["id"], taken["error"]["code"]) == (0, "product_invalid_sku")
    shown = shop_api.get(f"/products/{parent['id']}")
    assert (shown["variations"], shown["price"]) == ([made["id"], good["id"]], "40")
    put(shop_api, good, path, sale_price="30", regular_price="40")
    shown = shop_api.get(f"/products/{parent['id']}")
    assert (shown["price"], shown["on_sale"]) == ("30", True)
    assert shop_api.get("/products", sku="VAR-1-1")[0]["name"] == f"{parent['name']} - Красный"
    assert refused(shop_api.call("POST", "/products/999999/variations", {"sku": "x"}))[0] == 404


def test_a_parent_is_in_stock_while_a_variation_is(shop_api, new):
    parent = new(type="variable", attributes=[{"id": 1, "options": ["XS", "S"], "variation": True}])
    path = f"/products/{parent['id']}/variations"
    stocked = {"manage_stock": True, "stock_quantity": 0}
    rows = [{"attributes": [{"id": 1, "option": size}]} | stocked for size in ("XS", "S")]
    first, second = shop_api.call("POST", f"{path}/batch", {"create": rows}).json()["create"]

    def status():
        return shop_api.get(f"/products/{parent['id']}")["stock_status"]

    assert status() == "outofstock"
    put(shop_api, first, path, backorders="yes")
    assert status() == "onbackorder"
    put(shop_api, second, path, stock_quantity=1)
    assert status() == "instock"
    assert [row["id"] for row in shop_api.get("/products", stock_status="instock", include=parent["id"])] == [
        parent["id"]
    ]


def test_a_variation_put_under_its_parents_stock(shop_api, new):
    parent = new(
        type="variable",
        manage_stock=True,
        stock_quantity=9,
        attributes=[{"id": 1, "options": ["XS"], "variation": True}],
    )
    path = f"/products/{parent['id']}/variations"
    made = shop_api.call("POST", path, {"manage_stock": True, "stock_quantity": 3}).json()
    batch = {"update": [{"id": made["id"], "manage_stock": "parent"}]}
    (after,) = shop_api.call("POST", f"{path}/batch", batch).json()["update"]
    assert (made["stock_quantity"], after["manage_stock"], after["stock_quantity"]) == (3, "parent", 9)


def test_other_types_keep_no_stock(shop_api, store, new):
    new(sku="TYPE-1", regular_price="5", manage_stock=True, stock_quantity=5)
    assert store.set_type("TYPE-1", "external")["manage_stock"] is False
    assert store.set_type("TYPE-1", "variable")["regular_price"] == ""
    assert shop_api.get("/products", type="variable", include=store.product("TYPE-1")["id"])


def test_existing_ids_and_variations_cannot_be_created(shop_api, store):
    taken = shop_api.call("POST", "/products", {"id": store.product("S-00001")["id"], "name": "x"})
    assert refused(taken) == (400, "woocommerce_rest_product_exists")
    body = {"create": [{"type": "variation", "name": "x"}]}
    (bad,) = shop_api.call("POST", "/products/batch", body).json()["create"]
    assert bad["error"]["code"] == "woocommerce_rest_invalid_product_id"


def test_an_unknown_product_is_404_when_read_and_400_when_written(shop_api):
    assert refused(shop_api.call("GET", "/products/999999")) == (404, "woocommerce_rest_product_invalid_id")
    assert refused(shop_api.call("PUT", "/products/999999", {"name": "x"})) == (
        400,
        "woocommerce_rest_product_invalid_id",
    )


def test_lists_are_narrowed_by_time_words_names_and_status(shop_api, store, new):
    lamp = new(name="Лампа подвесная", short_description="для кухни", sku="A,B")
    assert [row["id"] for row in shop_api.get("/products", search="ДЛЯ КУХНИ")] == [lamp["id"]]
    assert [row["id"] for row in shop_api.get("/products", sku="A,B")] == [lamp["id"]]
    other = new(status="private")
    assert other["id"] in [row["id"] for row in shop_api.get("/products", status="private")]
    both = f"{other['id']},{lamp['id']}"
    assert [row["id"] for row in shop_api.get("/products", include=both, orderby="include")] == [
        other["id"],
        lamp["id"],
    ]
    since = {"modified_after": "2020-01-01T00:00:00", "dates_are_gmt": "true", "per_page": 100}
    everything = shop_api.get("/products", orderby="modified", order="asc", **since)
    assert {lamp["id"], other["id"]} <= {row["id"] for row in everything}
    dates = [row["date_modified_gmt"] for row in everything]
    assert dates == sorted(dates)
    assert shop_api.get("/products", modified_after="2090-01-01T00:00:00") == []


def test_a_changed_variation_dates_its_parent_too(shop_api, store):
    parent, variation = store.product("V-00001"), store.product("V-00001-1")
    store.set_stock("V-00001-1", 33)
    after = store.product("V-00001")["date_modified_gmt"]
    assert after == store.product("V-00001-1")["date_modified_gmt"]
    assert after >= parent["date_modified_gmt"]
    assert (
        shop_api.get(f"/products/{parent['id']}/variations", include=variation["id"])[0]["stock_quantity"]
        == 33
    )


def test_the_trash_takes_variations_along_and_gives_them_back(shop_api, store):
    parent = store.product("V-00001")["id"]
    store.trash_product("V-00001")
    assert shop_api.get("/products", sku="V-00001,V-00001-1") == []
    assert store.product("V-00001-1")["status"] == "trash"
    store.untrash_product("V-00001")
    assert store.product("V-00001-1")["status"] == "publish"
    assert len(shop_api.get(f"/products/{parent}/variations")) == 2
