"""The WooCommerce client against a stand-in written from captures of a real shop, not from this client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.errors import AuthError, ConnectorError, NotFound, PermanentError, TransientError
from connectors.sandbox.control import running_sandbox
from connectors.transport.session import pooled_session
from connectors.woocommerce.client import WooCommerce
from connectors.woocommerce.orders import OrderFilter


@pytest.fixture(scope="module")
def box() -> Iterator[Any]:
    with running_sandbox(items=20, limiter=False) as running:
        yield running
    pooled_session(allow_private=True).close()


@pytest.fixture
def shop(box: Any) -> WooCommerce:
    box.store.faults.clear()
    return WooCommerce(
        box.store.url, box.store.consumer_key, box.store.consumer_secret, allow_private=True, read_timeout=5
    )


def test_the_site_is_read_and_written(shop: WooCommerce, box: Any) -> None:
    assert shop.site.info()["currency"] == "RUB"
    assert "completed" in {status["slug"] for status in shop.site.statuses()}
    placed = box.store.place_order(
        {"S-00001": 2}, shipping=("Курьер", "350.00"), customer_note="Код 5, этаж 2"
    )
    order = shop.orders.get(placed["id"])
    assert order["line_items"][0]["sku"] == "S-00001"
    changed = shop.orders.update(placed["id"], {"status": "completed"})
    assert changed["status"] == "completed"
    assert shop.orders.add_note(placed["id"], "Передано в МойСклад, №1")["note"] == "Передано в МойСклад, №1"
    assert [found["id"] for found in shop.orders.by_ids([placed["id"], 99999999])] == [placed["id"]]
    assert placed["id"] in [
        found["id"]
        for rows, _ in shop.orders.modified(("2020-01-01T00:00:00", 1), per_page=2)
        for found in rows
    ]
    with pytest.raises(NotFound):
        shop.orders.get(99999999)


def test_a_registered_buyer_is_read_with_role_and_further_fields(shop: WooCommerce, box: Any) -> None:
    buyer = box.store.add_customer(role="wholesale", meta={"club": "7"}, email="petr@example.test")
    shown = shop.customers.get(buyer)
    assert (shown["id"], shown["role"], shown["email"]) == (buyer, "wholesale", "petr@example.test")
    assert [(meta["key"], meta["value"]) for meta in shown["meta_data"]] == [("club", "7")]
    with pytest.raises(NotFound):
        shop.customers.get(99999999)


def test_the_goods_of_the_site(shop: WooCommerce, box: Any) -> None:
    products = list(shop.products.products(per_page=7))
    parents = [product for product in products if product["type"] == "variable"]
    variations = [item for parent in parents for item in shop.products.variations(parent["id"])]
    assert {item["sku"] for item in variations} >= {"V-00001-1"}
    found = {
        item["sku"]: item for item in shop.products.by_skus(["S-00001", "V-00001-1", "нет, такого", "A/1 б"])
    }
    assert set(found) == {"S-00001", "V-00001-1"}
    assert found["V-00001-1"]["parent_id"] in {parent["id"] for parent in parents}
    good, bad = shop.products.batch(
        [{"id": found["S-00001"]["id"], "stock_quantity": 41}, {"id": 99999999, "stock_quantity": 1}]
    )
    assert good["stock_quantity"] == 41  # type: ignore[index,call-overload]
    assert type(bad) is NotFound
    (changed,) = shop.products.variations_batch(
        found["V-00001-1"]["parent_id"], [{"id": found["V-00001-1"]["id"], "stock_quantity": 3}]
    )
    assert changed["stock_quantity"] == 3  # type: ignore[index,call-overload]
    (misplaced,) = shop.products.batch([{"id": found["V-00001-1"]["id"], "stock_quantity": 3}])
    assert type(misplaced) is NotFound


def test_goods_by_pages_are_the_goods_of_the_walk(shop: WooCommerce) -> None:
    rows, pages = shop.products.page(1)
    assert pages == 1
    assert [row["id"] for row in rows] == [row["id"] for row in shop.products.products()]
    assert shop.products.page(2)[0] == []


def test_keys_that_may_only_read_or_are_wrong(box: Any) -> None:
    placed = box.store.place_order({"S-00001": 1})
    reader = WooCommerce(
        box.store.url, box.store.read_only_key, box.store.read_only_secret, allow_private=True
    )
    assert reader.orders.get(placed["id"])["id"] == placed["id"]
    with pytest.raises(AuthError):
        reader.orders.update(placed["id"], {"status": "completed"})
    stranger = WooCommerce(box.store.url, box.store.consumer_key, "cs_wrong", allow_private=True)
    with pytest.raises(AuthError, match="signature"):
        stranger.orders.get(placed["id"])


def test_a_site_that_answers_with_web_pages(shop: WooCommerce, box: Any) -> None:
    box.store.faults.add("html", path="/wc/v3/orders", status=200, count=2)
    with pytest.raises(TransientError, match="web page"):
        shop.orders.get(1)
    with pytest.raises(ConnectorError, match="web page"):
        shop.orders.update(1, {"status": "completed"})
    box.store.faults.clear()


def test_refunds_of_an_order(shop: WooCommerce, box: Any) -> None:
    placed = box.store.place_order({"S-00002": 3})
    (line,) = shop.orders.get(placed["id"])["line_items"]
    piece = {"id": line["id"], "quantity": 1, "refund_total": float(line["total"]) / 3}
    made = shop.refunds.create(placed["id"], {"api_refund": False, "line_items": [piece]})
    assert made["line_items"][0]["quantity"] == -1
    assert shop.refunds.get(placed["id"], made["id"])["amount"] == made["amount"]
    assert [refund["id"] for refund in shop.refunds.list(placed["id"])] == [made["id"]]
    (told,) = [refund for refund in shop.refunds.of_all_orders() if refund["id"] == made["id"]]
    assert told["parent_id"] == placed["id"]
    with pytest.raises(PermanentError) as caught:
        shop.refunds.create(placed["id"], {"amount": "999999.00", "api_refund": False})
    assert caught.value.code == "woocommerce_rest_cannot_create_order_refund"
    shop.refunds.delete(placed["id"], made["id"])
    assert shop.refunds.list(placed["id"]) == []
    with pytest.raises(NotFound):
        shop.refunds.get(placed["id"], made["id"])


def test_old_orders_are_counted_and_read_by_pages(shop: WooCommerce, box: Any) -> None:
    placed = [box.store.place_order({"S-00001": 1})["id"] for _ in range(5)]
    wanted = OrderFilter(ids=tuple(placed))
    assert shop.orders.count(wanted) == 5
    first, place = next(shop.orders.pages(wanted, per_page=2))
    assert [order["id"] for order in first] == placed[:2]
    rest = [order["id"] for rows, _place in shop.orders.pages(wanted, place, per_page=2) for order in rows]
    assert set(rest) >= set(placed[2:])
    assert shop.orders.count(OrderFilter(ids=tuple(placed), statuses=("cancelled",))) == 0


def test_the_money_of_the_shop(shop: WooCommerce) -> None:
    settings = shop.site.settings()
    assert (settings["currency"], settings["decimals"], settings["country"]) == ("RUB", 2, "RU")
    assert shop.site.taxes() == [], "taxes are off"


def test_weights_are_in_the_unit_of_the_site(shop: WooCommerce, box: Any) -> None:
    assert shop.site.weight_unit() == "kg"
    box.store.configure(weight_unit="lbs")
    assert shop.site.weight_unit() == "lbs"
    box.store.configure(weight_unit="kg")


def test_variations_are_read_page_by_page(shop: WooCommerce, box: Any) -> None:
    parent = shop.products.by_skus(["V-00001"])[0]["id"]
    rows, pages = shop.products.variations_page(parent, 1, "id,sku")
    assert sorted(row["sku"] for row in rows) == [f"V-00001-{n}" for n in range(1, 5)]
    assert pages == 1
    assert shop.products.variations_page(parent, 2)[0] == []
