"""The plugin's stock endpoint: who may set stock, on which site, and what a request has to look like."""

from __future__ import annotations

import time

import pytest
import requests

from tests.sandbox.stock_caller import PATH, SECRET, only, refused


@pytest.fixture
def store(stock_site):
    return stock_site


@pytest.fixture
def bridge(stock_caller):
    return stock_caller


def test_both_secrets_are_taken_while_they_rotate_and_no_other(store, bridge):
    store.pair("http://127.0.0.1:9/events", ["new", SECRET])
    body = bridge.body([bridge.item("S-00001", "5")])
    assert bridge.post(body, secrets=["new"]).status_code == 200
    assert bridge.post(body, secrets=[SECRET]).status_code == 200
    assert bridge.post(body, secrets=["unknown", "new"]).status_code == 200
    assert refused(bridge.post(body, secrets=["unknown"])) == (401, "signature")
    assert refused(bridge.post(body, secrets=[])) == (401, "signature")
    assert refused(bridge.post(body, **{"X-Sklad-Bridge-Id": "another"})) == (401, "signature")


def test_a_new_secret_begins_the_revisions_anew(store, bridge):
    bridge.set(bridge.item("S-00001", "5"), revision=1000)
    store.pair("http://127.0.0.1:9/events", ["new", SECRET])
    assert only(bridge.set(bridge.item("S-00001", "6"), revision=1))["result"] == "set"


def test_a_clock_that_is_off_is_told_the_sites_time(store, bridge):
    store.configure(clock_skew=-3600.0)
    answer = bridge.post(bridge.body([bridge.item("S-00001", "5")]))
    assert refused(answer) == (401, "clock")
    assert abs(answer.json()["data"]["server_time"] - (time.time() - 3600)) < 5
    assert bridge.post(bridge.body([bridge.item("S-00001", "5")]), at=time.time() - 3600).status_code == 200


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ({"stock_capability": False}, (403, "capability")),
        ({"site_copy": True}, (409, "copy")),
        ({"home_url": "http://copy.example.test"}, (409, "copy")),
    ],
)
def test_a_site_that_may_not_take_stock_refuses(store, bridge, switches, expected):
    store.configure(**switches)
    assert refused(bridge.post(bridge.body([bridge.item("S-00001", "5")]))) == expected


def test_stock_meant_for_another_site_is_refused(store, bridge):
    body = bridge.body([bridge.item("S-00001", "5")]) | {"site": "http://other.example.test"}
    assert refused(bridge.post(body)) == (401, "site")


def test_a_site_that_is_not_paired_refuses(store, bridge):
    store.pair("", "")
    assert refused(bridge.post(bridge.body([bridge.item("S-00001", "5")]))) == (401, "not_paired")


@pytest.mark.parametrize("switches", [{"plugin_stock": False}, {"events": False}])
def test_without_the_new_plugin_there_is_no_such_address(store, bridge, switches):
    store.configure(**switches)
    answer = bridge.post(bridge.body([bridge.item("S-00001", "5")]))
    assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")


def test_only_posts_are_taken(store, bridge):
    answer = requests.get(store.url + PATH, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")


def test_a_thousand_items_are_taken_and_one_more_is_too_many(store, bridge):
    item = {"id": 999999, "quantity": "1", "counted": "0"}
    assert len(bridge.set(*[item] * 1000)["items"]) == 1000
    assert refused(bridge.post(bridge.body([item] * 1001))) == (413, "too_many")


ITEM = {"id": 1, "quantity": "1", "counted": "0", "status": None, "backorders": None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"revision": "1"},
        {"revision": -1},
        {"counted_through": None},
        {"counted_since": -1},
        {"counted_since": "0"},
        {"site": None},
        {"items": []},
        {"items": {"0": ITEM}},
        {"items": [ITEM | {"id": "1"}]},
        {"items": [ITEM | {"id": 0}]},
        {"items": [ITEM | {"quantity": 1}]},
        {"items": [ITEM | {"quantity": "--1"}]},
        {"items": [ITEM | {"quantity": "1e3"}]},
        {"items": [ITEM | {"quantity": "0.00001"}]},
        {"items": [ITEM | {"counted": None}]},
        {"items": [ITEM | {"status": "sold"}]},
        {"items": [ITEM | {"backorders": True}]},
    ],
)
def test_a_body_that_is_not_as_agreed_is_malformed(store, bridge, wrong):
    answer = bridge.post(bridge.body([ITEM]) | wrong)
    assert refused(answer) == (400, "malformed")
    assert answer.json()["message"]


def test_a_body_that_is_no_json_is_malformed(store, bridge):
    assert refused(bridge.post(b"{")) == (400, "malformed")
    assert refused(bridge.post(b"[]")) == (400, "malformed")
