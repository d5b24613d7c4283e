"""What a set-up asks the store for: shipping zones as captured, and the plugin's test event on request."""

from __future__ import annotations

import uuid

import pytest

from tests.sandbox.stock_caller import PATH, refused

PING = PATH.replace("/stock", "/ping")


@pytest.fixture
def store(stock_site):
    return stock_site


@pytest.fixture
def bridge(stock_caller, monkeypatch):
    monkeypatch.setattr("tests.sandbox.stock_caller.PATH", PING)
    return stock_caller


def test_shipping_zones_have_the_captured_shape(shop_api, payload):
    captured = payload("woocommerce/shipping_zones")
    captured = captured.get("body", captured) if isinstance(captured, dict) else captured
    zones = shop_api.get("/shipping/zones")
    assert {frozenset(zone) for zone in zones} == {frozenset(zone) for zone in captured}
    assert 0 in [zone["id"] for zone in zones], "what the other zones leave over"
    methods = [row for zone in zones for row in shop_api.get(f"/shipping/zones/{zone['id']}/methods")]
    assert {row["method_id"] for row in methods} == {"flat_rate", "local_pickup"}
    assert shop_api.call("GET", "/shipping/zones/99/methods").status_code == 404


def test_the_test_event_is_sent_now_and_its_fate_told(store, bridge):
    answer = bridge.post({"site": store.url})
    assert answer.status_code == 200
    assert answer.json()["delivered"] is False, "nobody listens there"
    assert answer.json()["error"]
    assert [event["event"] for event in store.events()][-1] == "ping"
    assert str(uuid.UUID(store.events()[-1]["id"]))


def test_the_test_event_takes_the_bridge_and_this_site(store, bridge):
    assert refused(bridge.post({"site": store.url}, secrets=["unknown"])) == (401, "signature")
    assert refused(bridge.post({"site": "https://elsewhere.example"})) == (401, "site")
    assert refused(bridge.post({})) == (401, "site")


def test_an_older_plugin_knows_no_such_request(store, bridge):
    store.configure(plugin_ping=False)
    try:
        assert refused(bridge.post({"site": store.url})) == (404, "rest_no_route")
    finally:
        store.configure(plugin_ping=True)
