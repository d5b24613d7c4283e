"""Goods written over REST: fields, prices and sales, barcodes, variations, the trash, and what batches let through."""

from __future__ import annotations

import pytest


@pytest.fixture
def store(box):
    yield box.store
    box.store.configure(decimal_stock=False)


def put(shop_api, product, path="/products", **fields):
    answer = shop_api.call("PUT", f"{path}/{product['id']}", fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer):
    return answer.status_code, answer.json()["code"]


def test_a_product_is_made_with_everything_that_is_sent(shop_api, new):
    fields = {
        "name": "Кружка дорожная",
        "status": "draft",
        "catalog_visibility": "hidden",
        "description": "<p>Долго держит тепло</p>",
        "short_description": "Термокружка",
        "sku": "NEW-1",
        "global_unique_id": "4600000000017",
        "regular_price": "990.00",
        "weight": "0.35",
        "manage_stock": True,
        "stock_quantity": 4,
        "backorders": "notify",
        "categories": [{"id": 16}],
        "meta_data": [{"key": "wooms_id", "value": "7b1e"}],
    }
    made = new(**fields)
    shown = shop_api.get(f"/products/{made['id']}")
    for name in set(fields) - {"categories", "meta_data"}:
        assert shown[name] == fields[name], name
    assert [row["name"] for row in shown["categories"]] == ["Одежда"]
    assert [(row["key"], row["value"]) for row in shown["meta_data"]] == [("wooms_id", "7b1e")]
    assert (shown["type"], shown["price"], shown["stock_status"]) == ("simple", "990.00", "instock")
    assert shop_api.get("/products", status="draft")[0]["id"] == made["id"]


def test_categories_are_listed_and_unknown_ones_fall_away(shop_api, new):
    assert "Обувь" in [row["name"] for row in shop_api.get("/products/categories")]
    made = new(categories=[{"id": 999}])
    assert [row["name"] for row in made["categories"]] == ["Uncategorized"]


def test_a_field_sent_as_null_stays_as_it_was(shop_api, new):
    made = new(regular_price="10", sale_price="8")
    assert put(shop_api, made, sale_price=None)["sale_price"] == "8"
    assert put(shop_api, made, sale_price="")["price"] == "10"


def test_a_meta_field_is_changed_by_its_key_and_removed_with_null(shop_api, new):
    made = new(meta_data=[{"key": "wooms_id", "value": "a"}, {"key": "other", "value": 1}])
    changed = put(
        shop_api, made, meta_data=[{"key": "wooms_id", "value": "b"}, {"key": "other", "value": None}]
    )
    assert [(row["key"], row["value"]) for row in changed["meta_data"]] == [("wooms_id", "b")]


def test_a_barcode_is_unique_among_products_and_variations_that_are_not_in_the_trash(shop_api, store, new):
    first, second = new(global_unique_id="4600000000024"), new()
    taken = shop_api.call("PUT", f"/products/{second['id']}", {"global_unique_id": "4600000000024"})
    assert refused(taken) == (400, "product_invalid_global_unique_id")
    assert taken.json()["data"] == {"status": 400, "resource_id": first["id"]}
    parent, variation = store.product("V-00001")["id"], store.product("V-00001-1")
    path = f"/products/{parent}/variations"
    again = shop_api.call("PUT", f"{path}/{variation['id']}", {"global_unique_id": "4600000000024"})
    assert refused(again) == (400, "product_invalid_global_unique_id")
    found = shop_api.get("/products", global_unique_id="4600000000024,1")
    assert [row["id"] for row in found] == [first["id"]]
    shop_api.call("DELETE", f"/products/{first['id']}")
    moved = put(shop_api, second, global_unique_id="46 0000-0000024!")
    assert moved["global_unique_id"] == "460000-0000024"
    assert put(shop_api, variation, path, global_unique_id="4600000000024")["sku"] == "V-00001-1"
    put(shop_api, variation, path, global_unique_id="")


def test_a_sku_in_the_trash_is_free_again(shop_api, store, new):
    first = new(sku="TRASHED-1")
    shop_api.call("DELETE", f"/products/{first['id']}")
    assert shop_api.get("/products", sku="TRASHED-1") == []
    assert shop_api.get(f"/products/{first['id']}")["status"] == "trash"
    second = new(sku="TRASHED-1")
    assert store.product("TRASHED-1")["id"] == second["id"]
    assert refused(shop_api.call("DELETE", f"/products/{first['id']}")) == (
        410,
        "woocommerce_rest_already_trashed",
    )


def test_a_sale_counts_only_below_the_regular_price(shop_api, new):
    made = new(regular_price="100.00", sale_price="80.00")
    assert (made["price"], made["on_sale"]) == ("80.00", True)
    raised = put(shop_api, made, sale_price="100")
    assert (raised["price"], raised["sale_price"], raised["on_sale"]) == ("100.00", "", False)
    put(shop_api, made, sale_price="90")
    lowered = put(shop_api, made, regular_price="85")
    assert (lowered["price"], lowered["sale_price"], lowered["on_sale"]) == ("85", "", False)


@pytest.mark.parametrize(
    ("dates", "price"),
    [
        ({"date_on_sale_from_gmt": "2020-01-01T00:00:00"}, "80"),
        ({"date_on_sale_from_gmt": "2090-01-01T00:00:00"}, "100"),
        ({"date_on_sale_to_gmt": "2020-01-01T00:00:00"}, "100"),
        ({"date_on_sale_from": "2020-01-01T00:00:00", "date_on_sale_to": "2090-01-01T00:00:00"}, "80"),
    ],
)
def test_a_sale_has_its_time(shop_api, new, dates, price):
    made = new(regular_price="100", sale_price="80", **dates)
    assert (made["price"], made["sale_price"], made["on_sale"]) == (price, "80", price == "80")
    for name, value in dates.items():
        assert made[name] == value
    cleared = put(shop_api, made, date_on_sale_from="", date_on_sale_to="")
    assert (cleared["price"], cleared["date_on_sale_from"], cleared["date_on_sale_to_gmt"]) == (
        "80",
        None,
        None,
    )


def test_local_and_universal_dates_are_three_hours_apart(new):
    made = new(regular_price="100", sale_price="80", date_on_sale_to="2090-01-01T03:00:00")
    assert made["date_on_sale_to_gmt"] == "2090-01-01T00:00:00"


def test_a_buyer_pays_the_sale_price(store, new):
    new(sku="SALE-1", regular_price="100", sale_price="80")
    order = store.place_order({"SALE-1": 2}, shipping=None)
    assert order["total"] == "160.00"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("regular_price", 100, "is not of type string"),
        ("sku", 5, "is not of type string"),
        ("stock_quantity", "7.5", "is not of type integer"),
        ("manage_stock", "parent", "is not of type boolean"),
        ("status", "published", "is not one of"),
        ("backorders", "maybe", "is not one of"),
        ("catalog_visibility", "secret", "is not one of"),
    ],
)
def test_a_single_call_checks_what_a_batch_lets_through(shop_api, new, field, value, why):
    made = new(regular_price="5", manage_stock=True, stock_quantity=1)
    answer = shop_api.call("PUT", f"/products/{made['id']}", {field: value})
    assert refused(answer) == (400, "rest_invalid_param")
    assert why in answer.json()["data"]["params"][field]


def test_what_a_batch_makes_of_odd_values(shop_api, new):
    made = new(regular_price="5", manage_stock=True, stock_quantity=1)
    odd = {
        "regular_price": 12.5,
        "stock_quantity": "7.9 шт",
        "status": "published",
        "backorders": "maybe",
        "id": str(made["id"]),
    }
    (shown,) = shop_api.call("POST", "/products/batch", {"update": [odd]}).json()["update"]
    found = [shown[name] for name in ("regular_price", "stock_quantity", "status", "backorders")]
    assert found == ["12.5", 7, "draft", "maybe"]
    off = {"id": made["id"], "manage_stock": "parent", "stock_status": "nonsense"}
    (shown,) = shop_api.call("POST", "/products/batch", {"update": [off]}).json()["update"]
    found = [shown[name] for name in ("manage_stock", "stock_quantity", "stock_status", "backorders")]
    assert found == [False, None, "instock", "no"]
    hidden = {"id": made["id"], "catalog_visibility": "secret"}
    (bad,) = shop_api.call("POST", "/products/batch", {"update": [hidden]}).json()["update"]
    assert bad["error"]["code"] == "product_invalid_catalog_visibility"


def test_an_item_refused_in_a_batch_is_not_changed_at_all(shop_api, store, new):
    first = new(sku="WHOLE-1", regular_price="5")
    batch = {"update": [{"id": first["id"], "regular_price": "9", "sku": "S-00001"}]}
    (bad,) = shop_api.call("POST", "/products/batch", batch).json()["update"]
    assert bad["error"]["code"] == "product_invalid_sku"
    assert store.product("WHOLE-1")["regular_price"] == "5"


def test_decimal_stock_comes_by_a_batch_and_with_a_plugin_only(shop_api, store, new):
    made = new(manage_stock=True, stock_quantity=1)

    def by_batch(quantity):
        batch = {"update": [{"id": made["id"], "stock_quantity": quantity}]}
        return shop_api.call("POST", "/products/batch", batch).json()["update"][0]["stock_quantity"]

    assert by_batch(2.5) == 2
    store.configure(decimal_stock=True)
    assert by_batch(2.5) == 2.5
    assert refused(shop_api.call("PUT", f"/products/{made['id']}", {"stock_quantity": 2.5}))[0] == 400


def test_the_status_of_managed_stock_follows_the_number_whatever_is_sent(shop_api, new):
    made = new(manage_stock=True, stock_quantity=5, stock_status="outofstock")
    assert made["stock_status"] == "instock"
    sold_out = put(shop_api, made, stock_quantity=0, backorders="yes")
    assert (sold_out["stock_status"], sold_out["backordered"]) == ("onbackorder", True)
    unmanaged = put(shop_api, made, manage_stock=False, stock_status="outofstock")
    assert (unmanaged["stock_quantity"], unmanaged["stock_status"], unmanaged["backorders"]) == (
        None,
        "outofstock",
        "no",
    )
