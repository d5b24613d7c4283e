"""Registered buyers of the shop: role, further fields, and those who are gone."""

from __future__ import annotations

import pytest


@pytest.fixture
def store(box):
    return box.store


def test_a_buyer_is_shown_with_role_and_further_fields(shop_api, store):
    names = {"first_name": "Пётр", "last_name": "Сидоров", "email": "petr@example.test", "username": "petr"}
    buyer = store.add_customer(role="wholesale", meta={"inn": "7707083893"}, **names)
    shown = shop_api.get(f"/customers/{buyer}")
    assert {name: shown[name] for name in names} == names
    assert (shown["id"], shown["role"]) == (buyer, "wholesale")
    assert [(meta["key"], meta["value"]) for meta in shown["meta_data"]] == [("inn", "7707083893")]
    assert (shown["billing"]["email"], shown["billing"]["first_name"]) == ("petr@example.test", "Пётр")
    assert "email" not in shown["shipping"]


def test_a_buyer_pays_once_an_order_of_theirs_is_completed(shop_api, store):
    buyer = store.add_customer()
    order = store.place_order({"S-00001": 1}, customer_id=buyer)
    assert shop_api.get(f"/customers/{buyer}")["is_paying_customer"] is False
    store.set_status(order["id"], "completed")
    assert shop_api.get(f"/customers/{buyer}")["is_paying_customer"] is True


def test_a_buyer_who_is_not_there_is_404(shop_api):
    answer = shop_api.call("GET", "/customers/99999999")
    assert (answer.status_code, answer.json()["code"]) == (404, "woocommerce_rest_invalid_id")
