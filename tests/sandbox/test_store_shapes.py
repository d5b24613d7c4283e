"""Answers of the store stand-in have the keys, their order and the types of WooCommerce 11.0.1 captures."""

from __future__ import annotations

import pytest

NUMBER = "number"


def shape(value):
    """Types of a JSON value: of objects every key in order, of arrays the first element."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return type(value).__name__
    return NUMBER


def differences(seen, recorded, path="$"):
    """Where two shapes differ; an empty array fits any array, a null fits a string (dates that may not be there)."""
    if isinstance(seen, dict) and isinstance(recorded, dict):
        if list(seen) != list(recorded):
            return [f"{path}: keys {list(seen)} instead of {list(recorded)}"]
        return [found for key in seen for found in differences(seen[key], recorded[key], f"{path}.{key}")]
    if isinstance(seen, list) and isinstance(recorded, list):
        return differences(seen[0], recorded[0], f"{path}[0]") if seen and recorded else []
    if seen == recorded or {str(seen), str(recorded)} == {"NoneType", "str"}:
        return []
    return [f"{path}: {seen} instead of {recorded}"]


@pytest.fixture(autouse=True)
def _captured_without_the_plugins_journal(box):
    box.store.configure(plugin_stock=False)
    yield
    box.store.configure(plugin_stock=True)


@pytest.fixture
def like(payload):
    def check(seen, name, pick=lambda body: body):
        assert differences(shape(seen), shape(pick(payload(f"woocommerce/{name}")["body"]))) == []

    return check


@pytest.fixture
def store(box):
    return box.store


def first(body):
    return body[0]


def test_an_order_of_the_block_checkout(shop_api, store, like):
    order = store.place_order(
        [{"sku": "S-00001", "quantity": 2}, {"sku": "V-00001-1"}], coupon={"code": "sale10", "percent": 10}
    )
    like(shop_api.get(f"/orders/{order['id']}"), "order_store_api_coupon_shipping_variation")


def test_an_order_with_taxes_and_a_fee(shop_api, store, like):
    store.configure(tax_percent=20)
    order = store.place_order(
        [{"sku": "S-00001", "quantity": 2}, {"sku": "V-00001-1"}],
        coupon={"code": "sale10", "percent": 10},
        fees=[{"name": "Упаковка", "total": "100.00"}],
        payment_method="bacs",
    )
    shown, taxes = shop_api.get(f"/orders/{order['id']}"), shop_api.get("/taxes")
    store.configure(tax_percent=0)
    del shown["meta_data"]
    shown["shipping_lines"][0]["meta_data"] = []
    like(
        shown,
        "order_rest_tax_coupon_shipping_fee",
        lambda body: {k: v for k, v in body.items() if k != "meta_data"},
    )
    like(taxes, "taxes")


def test_a_variation_line_shows_its_attribute_like_the_capture(shop_api, store, payload):
    order = store.place_order({"V-00001-1": 1})
    metas = shop_api.get(f"/orders/{order['id']}")["line_items"][0]["meta_data"]
    recorded = payload("woocommerce/order_classic_coupon_shipping_variation")["body"]["line_items"][1][
        "meta_data"
    ]
    size = next(meta for meta in recorded if meta["key"] == "pa_size")
    (seen,) = [meta for meta in metas if meta["key"] == "pa_size"]
    assert {**seen, "id": 0} == {**size, "id": 0}


def test_an_order_with_an_unknown_product(shop_api, like):
    body = {"line_items": [{"product_id": 99999999, "quantity": 1}]}
    like(shop_api.call("POST", "/orders", body).json(), "order_create_unknown_product_201")


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("on-hold", "order_bacs_onhold"),
        ("failed", "order_status_failed"),
        ("completed", "order_status_update_completed"),
    ],
)
def test_what_follows_from_a_status(store, payload, status, name):
    recorded = payload(f"woocommerce/{name}")["body"]
    order = store.place_order({"S-00001": 1}, payment_method=recorded["payment_method"], status="pending")
    seen = store.set_status(order["id"], status)
    for key in ("is_editable", "needs_payment", "needs_processing"):
        assert seen[key] == recorded[key], key
    for key in ("date_paid", "date_completed"):
        assert (seen[key] is None) is (recorded[key] is None), key


def test_a_trashed_order_has_the_metas_of_the_trash(shop_api, store, payload):
    order = store.place_order({"S-00001": 1})
    answer = shop_api.call("DELETE", f"/orders/{order['id']}").json()
    assert list(answer) == list(payload("woocommerce/order_delete_to_trash")["body"])
    recorded = {meta["key"] for meta in payload("woocommerce/order_trashed_get")["body"]["meta_data"]}
    assert {meta["key"] for meta in shop_api.get(f"/orders/{order['id']}")["meta_data"]} == recorded


def test_refunds_and_notes(shop_api, store, like):
    order = store.place_order({"S-00001": 2})
    line = order["line_items"][0]["id"]
    body = {
        "line_items": [{"id": line, "quantity": 1, "refund_total": 10}],
        "reason": "брак",
        "api_refund": False,
    }
    like(shop_api.call("POST", f"/orders/{order['id']}/refunds", body).json(), "refund_create_line")
    like(shop_api.get("/refunds")[0], "refunds_global_list", first)
    like(
        shop_api.get(f"/orders/{order['id']}")["refunds"], "order_with_partial_refund", lambda b: b["refunds"]
    )
    like(shop_api.call("POST", f"/orders/{order['id']}/notes", {"note": "x"}).json(), "order_note_create")
    like(shop_api.get(f"/orders/{order['id']}/notes"), "order_notes")


def test_products_of_every_type(shop_api, store, like):
    like(shop_api.get("/products", sku="S-00001"), "product_by_sku")
    like(shop_api.get("/products", sku="V-00001-1"), "variation_by_sku")
    like(shop_api.get("/products", type="variable"), "products_variable")
    parent = store.product("V-00001")["id"]
    like(shop_api.get(f"/products/{parent}/variations"), "variations_list")


def test_a_variation_under_its_parents_stock(shop_api, store, like):
    store.set_stock("V-00001", 50)
    store.set_stock("V-00001-2", None)
    seen = shop_api.get("/products", sku="V-00001-2")
    store.set_stock("V-00001", None)
    store.set_stock("V-00001-2", 5)
    like(seen, "product_parent_managed_variation")


def test_a_webhook(shop_api, store, like, receiver):
    body = {"topic": "order.updated", "delivery_url": receiver.url, "secret": "s"}
    made = shop_api.call("POST", "/webhooks", body).json()
    like(made, "webhook_create_order_updated")
    assert made["hooks"] == ["woocommerce_update_order", "woocommerce_order_refunded"]
    assert made["id"] in [row["id"] for row in shop_api.get("/webhooks")]
    assert shop_api.call("DELETE", f"/webhooks/{made['id']}", force="true").status_code == 200


def test_payment_gateways(shop_api, payload):
    seen = shop_api.get("/payment_gateways")
    recorded = payload("woocommerce/payment_gateways")["body"]
    assert [list(row) for row in seen] == [list(recorded[0])] * 2
    assert {row["id"]: row["title"] for row in seen}.items() <= {
        row["id"]: row["title"] for row in recorded
    }.items()


def test_statuses_and_system_status(shop_api, payload):
    assert shop_api.get("/orders/statuses") == payload("woocommerce/order_statuses")["body"]
    recorded = payload("woocommerce/system_status")["body"]
    seen = shop_api.get("/system_status")
    for part in ("environment", "settings", "security"):
        assert set(seen[part]) <= set(recorded[part]), part
    assert seen["settings"]["currency"] == recorded["settings"]["currency"]
    settings = {row["id"]: row["value"] for row in shop_api.get("/settings/general")}
    assert settings["woocommerce_currency"] == "RUB"


@pytest.mark.parametrize("name", ["orders_list_page1", "products_list"])
def test_lists_carry_the_headers_of_the_captures(shop_api, payload, name):
    recorded = payload(f"woocommerce/{name}")["headers"]
    path = "/orders" if name.startswith("orders") else "/products"
    headers = shop_api.call("GET", path, per_page=1).headers
    assert set(recorded) - {"Allow"} <= set(headers)
    assert headers["Content-Type"] == recorded["Content-Type"]
