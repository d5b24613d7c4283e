"""Goods of the site: lists, look-ups by SKU, batches with a result for each item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import NotFound, OutcomeUnknown, PermanentError, TransientError
from connectors.woocommerce.client import WooCommerce

API = "/wp-json/wc/v3"

Make = Callable[..., WooCommerce]


def test_products_and_variations_are_listed_with_few_fields(
    make_shop: Make, stub: Any, reply: Any, payload: Any
) -> None:
    stub.replies(
        reply(200, payload("woocommerce/products_list.json")["body"], {"X-WP-TotalPages": "1"}),
        reply(200, payload("woocommerce/variations_list.json")["body"], {"X-WP-TotalPages": "1"}),
    )
    client = make_shop()
    assert len(list(client.products.products())) == 5
    assert all(item["type"] == "variation" for item in client.products.variations(313))
    assert "stock_quantity" in stub.seen[0].query["_fields"]
    assert (stub.seen[0].query["status"], stub.seen[0].query["orderby"]) == ("any", "id")
    assert stub.seen[1].path == f"{API}/products/313/variations"


def test_skus_are_asked_for_fifty_at_a_time(make_shop: Make, stub: Any, reply: Any, payload: Any) -> None:
    found = payload("woocommerce/products_sku_csv.json")["body"]
    stub.replies(reply(200, found, {"X-WP-TotalPages": "1"}), reply(200, []))
    skus = [f"S-{number:05}" for number in range(60)]
    assert len(make_shop().products.by_skus([*skus, "", "S-00001", "with,comma"])) == 3
    assert [len(seen.query["sku"].split(",")) for seen in stub.seen] == [50, 10]


def test_named_goods_are_asked_for_a_hundred_at_a_time(make_shop: Make, stub: Any, reply: Any) -> None:
    one_page = {"X-WP-TotalPages": "1"}
    stub.script = lambda seen: reply(
        200, [{"id": int(n)} for n in seen.query["include"].split(",")], one_page
    )
    products = make_shop().products
    assert len(products.by_ids(range(1, 202))) == 201
    assert [len(seen.query["include"].split(",")) for seen in stub.seen] == [100, 100, 1]
    assert all(seen.path == f"{API}/products" and seen.query["status"] == "any" for seen in stub.seen)
    assert [row["id"] for row in products.variations_by_ids(313, [7, 8, 7], "id")] == [7, 8]
    assert stub.seen[-1].path == f"{API}/products/313/variations"
    assert stub.seen[-1].query["_fields"] == "id"
    assert products.by_ids([]) == []
    assert len(stub.seen) == 4, "nothing is asked for nothing"


def test_goods_are_read_with_what_prices_and_texts_need_but_without_their_meta(
    make_shop: Make, stub: Any, reply: Any
) -> None:
    stub.replies(reply(200, []))
    products = make_shop().products
    assert [*products.products(), *products.variations(313)] == []
    for seen in stub.seen:
        asked = set(seen.query["_fields"].split(","))
        assert asked >= {"global_unique_id", "weight", "description", "sklad_bridge_sale"}
        assert asked >= {"date_on_sale_from_gmt", "date_on_sale_to_gmt"}
        assert "meta_data" not in asked
    assert "catalog_visibility" in stub.seen[0].query["_fields"].split(",")


def test_goods_are_counted_without_reading_them(make_shop: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, [{"id": 1}], {"X-WP-Total": "10105"}), reply(200, [{"id": 1}]))
    products = make_shop().products
    assert (products.count(), products.count()) == (10105, None)
    assert stub.seen[0].query["per_page"] == "1"


def test_a_product_is_made(make_shop: Make, stub: Any, reply: Any, payload: Any) -> None:
    refused = payload("woocommerce/product_create_duplicate_sku_400.json")
    stub.replies(reply(201, {"id": 77, "status": "draft"}), reply(refused["status"], refused["body"]))
    products = make_shop().products
    body = {"name": "Чашка", "sku": "Ч-1", "status": "draft"}
    assert products.create(body)["id"] == 77
    assert (stub.seen[0].method, stub.seen[0].path, stub.seen[0].json) == ("POST", f"{API}/products", body)
    with pytest.raises(PermanentError) as caught:
        products.create(body)
    assert caught.value.code == "product_invalid_sku"


def test_a_batch_with_good_and_bad_items(make_shop: Make, stub: Any, reply: Any, payload: Any) -> None:
    capture = payload("woocommerce/products_batch_with_error.json")
    updates = [item for item in capture["request"]["body"]["update"] if item.get("stock_quantity") != "abc"]
    body = {"update": [capture["body"]["update"][number] for number in (0, 1, 2, 4)]}
    stub.replies(reply(200, body))
    changed, unknown, taken, parent = make_shop().products.batch(updates)
    assert changed["stock_quantity"] == 43
    assert type(unknown) is NotFound
    assert (type(taken), taken.code) == (PermanentError, "product_invalid_sku")
    assert parent["id"] == 313
    assert stub.seen[0].json == {"update": updates}


def test_a_variation_sent_to_the_wrong_batch_is_not_found(
    make_shop: Make, stub: Any, reply: Any, payload: Any
) -> None:
    capture = payload("woocommerce/product_batch_variation_id_via_products.json")
    stub.replies(reply(200, capture["body"]))
    (result,) = make_shop().products.batch(capture["request"]["body"]["update"])
    assert type(result) is NotFound


def test_variations_have_a_batch_of_their_own(make_shop: Make, stub: Any, reply: Any, payload: Any) -> None:
    capture = payload("woocommerce/variations_batch_with_error.json")
    stub.replies(reply(200, capture["body"]))
    good, bad = make_shop().products.variations_batch(313, capture["request"]["body"]["update"])
    assert good["stock_quantity"] == 77
    assert type(bad) is NotFound
    assert stub.seen[0].path == f"{API}/products/313/variations/batch"


def test_batches_hold_a_hundred_and_wrong_types_are_not_sent(make_shop: Make, stub: Any, reply: Any) -> None:
    stub.script = lambda request: reply(200, request.json)
    updates: list[dict[str, Any]] = [{"id": number, "stock_quantity": number} for number in range(1, 252)]
    updates[7]["stock_quantity"] = "abc"
    results = make_shop().products.batch(updates)
    assert [len(seen.json["update"]) for seen in stub.seen] == [100, 100, 50]
    assert (type(results[7]), results[7].code) == (PermanentError, "net_type")
    assert [result["id"] for result in results if isinstance(result, dict)] == [
        number for number in range(1, 252) if number != 8
    ]


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"id": "5"},
        {"id": 0},
        {"id": True},
        {"id": 5, "stock_quantity": "1"},
        {"id": 5, "stock_quantity": True},
        {"id": 5, "stock_quantity": float("nan")},
        {"id": 5, "manage_stock": "yes"},
        {"id": 5, "stock_status": "gone"},
        {"id": 5, "backorders": True},
        {"id": 5, "regular_price": 10},
        {"id": 5, "regular_price": "10,50"},
        {"id": 5, "sku": None},
    ],
)
def test_what_woocommerce_would_store_as_nonsense_is_refused_here(
    make_shop: Make, stub: Any, update: dict[str, Any]
) -> None:
    (result,) = make_shop().products.batch([update])
    assert type(result) is PermanentError
    assert stub.seen == []


@pytest.mark.parametrize(
    "update",
    [
        {"id": 5, "stock_quantity": None},
        {"id": 5, "stock_quantity": -2.5, "manage_stock": True, "stock_status": "onbackorder"},
        {
            "id": 5,
            "manage_stock": "parent",
            "backorders": "notify",
            "regular_price": "10.50",
            "sale_price": "",
        },
    ],
)
def test_what_is_right_is_sent(make_shop: Make, stub: Any, reply: Any, update: dict[str, Any]) -> None:
    stub.script = lambda request: reply(200, request.json)
    assert make_shop().products.batch([update]) == [update]


def test_a_batch_that_fails_half_way_says_so_for_each_item(make_shop: Make, stub: Any, reply: Any) -> None:
    def script(request: Any) -> Any:
        return reply(502, b"<html>") if len(stub.seen) == 2 else reply(200, request.json)

    stub.script = script
    results = make_shop().products.batch([{"id": number, "stock_quantity": 1} for number in range(1, 251)])
    assert [type(result) for result in results] == [dict] * 100 + [OutcomeUnknown] * 100 + [
        TransientError
    ] * 50
    assert len(stub.seen) == 2


@pytest.mark.parametrize("body", [{}, {"update": []}, [], {"update": [{"id": 6}]}])
def test_an_answer_that_does_not_fit_the_batch_leaves_it_open(
    make_shop: Make, stub: Any, reply: Any, body: Any
) -> None:
    stub.replies(reply(200, body))
    try:
        (result,) = make_shop().products.batch([{"id": 5, "stock_quantity": 1}])
    except OutcomeUnknown:
        return
    assert type(result) is OutcomeUnknown
