"""Faults on demand, for both stand-ins: refusals, HTML, slowness, and connections cut before and after the commit."""

from __future__ import annotations

import time
import uuid

import pytest
import requests

from connectors.sandbox.control_base import SandboxError

ORDERS = "/entity/customerorder"


@pytest.fixture(autouse=True)
def _clean(box):
    yield
    box.moysklad.faults.clear()
    box.store.faults.clear()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_status_comes_as_often_as_asked_and_nothing_is_carried_out(api, status):
    before = api.get(ORDERS)["meta"]["size"]
    api.box.moysklad.faults.add("status", status=status, method="POST", path=ORDERS, count=2)
    body = api.order()
    assert [api.call("POST", ORDERS, body).status_code for _ in range(3)] == [status, status, 200]
    assert api.get(ORDERS)["meta"]["size"] == before + 1


def test_refusals_for_the_rate_come_in_both_flavours(api):
    api.box.moysklad.faults.add("status", status=429, ms=700)
    api.box.moysklad.faults.add("status", status=429, flavour="parallel")
    rate, parallel = api.call("GET", ORDERS), api.call("GET", ORDERS)
    assert (rate.json()["errors"][0]["code"], rate.headers["X-Lognex-Retry-After"]) == (1049, "700")
    assert parallel.json()["errors"][0]["code"] == 1073
    assert "X-Lognex-Retry-After" not in parallel.headers


def test_html_and_vendor_errors_can_be_asked_for(api):
    api.box.moysklad.faults.add("html", status=502)
    api.box.moysklad.faults.add("error", code=1065)
    page = api.call("GET", ORDERS)
    assert (page.status_code, page.headers["Content-Type"]) == (502, "text/html")
    assert api.refused("GET", ORDERS) == (412, [1065])


def test_a_cut_before_the_commit_leaves_nothing_behind(api):
    sync_id = str(uuid.uuid4())
    api.box.moysklad.faults.add("cut_before", method="POST", path=ORDERS)
    with pytest.raises(requests.ConnectionError):
        api.call("POST", ORDERS, api.order(syncId=sync_id))
    assert api.get(ORDERS, filter=f"syncId={sync_id}")["rows"] == []


def test_a_late_call_is_answered_at_once_and_carried_out_afterwards(api):
    sync_id = str(uuid.uuid4())
    api.box.moysklad.faults.add("late", method="POST", path=ORDERS, status=504, ms=700)
    assert api.call("POST", ORDERS, api.order(syncId=sync_id)).status_code == 504
    assert api.get(ORDERS, filter=f"syncId={sync_id}")["rows"] == []
    assert api.box.moysklad.settle()
    assert len(api.get(ORDERS, filter=f"syncId={sync_id}")["rows"]) == 1


def test_a_cut_after_the_commit_leaves_the_document_and_sync_id_finds_it(api):
    sync_id = str(uuid.uuid4())
    body = api.order(syncId=sync_id)
    api.box.moysklad.faults.add("cut_after", method="POST", path=ORDERS)
    with pytest.raises(requests.ConnectionError):
        api.call("POST", ORDERS, body)
    (stored,) = api.get(ORDERS, filter=f"syncId={sync_id}")["rows"]
    assert api.post(ORDERS, body)["id"] == stored["id"]
    assert api.box.moysklad.stats()["by_status"]["0"] >= 1


def test_a_gateway_can_give_up_although_the_call_went_through(api):
    sync_id = str(uuid.uuid4())
    api.box.moysklad.faults.add("html", status=504, method="POST", path=ORDERS, after_commit=True)
    assert api.call("POST", ORDERS, api.order(syncId=sync_id)).status_code == 504
    assert api.get(ORDERS, filter=f"syncId={sync_id}")["meta"]["size"] == 1


def test_slowness_and_latency_add_up_and_hold_nobody_else(api):
    api.box.moysklad.configure(latency_ms=100)
    api.box.moysklad.faults.add("slow", ms=3000)
    started = time.monotonic()
    assert api.call("GET", ORDERS).status_code == 200
    slow = time.monotonic() - started
    usual = []
    for _call in range(10):
        started = time.monotonic()
        api.call("GET", ORDERS)
        usual.append(time.monotonic() - started)
    api.box.moysklad.configure(latency_ms=0)
    assert slow >= 3.1
    assert 0.1 <= min(usual) < 3


def test_chance_is_repeatable_with_the_same_seed(api):
    def run():
        api.box.moysklad.faults.clear()
        api.box.moysklad.faults.add("status", status=500, count=None, probability=0.5, seed=7)
        return [api.call("GET", ORDERS).status_code for _ in range(20)]

    first = run()
    assert first == run()
    assert {200, 500} == set(first)


def test_the_first_calls_can_be_skipped(api):
    api.box.moysklad.faults.add("status", status=503, path=ORDERS, skip=2)
    assert [api.call("GET", ORDERS).status_code for _ in range(4)] == [200, 200, 503, 200]


def test_a_rule_can_end_while_others_wait_and_its_hits_are_told(api):
    faults = api.box.moysklad.faults
    faults.add("status", status=502, path=ORDERS)
    outage = faults.add("status", status=503, path=ORDERS, count=None, first=True)
    during = [api.call("GET", ORDERS).status_code for _ in range(2)]
    faults.end(outage)
    assert during + [api.call("GET", ORDERS).status_code for _ in range(2)] == [503, 503, 502, 200]
    assert [rule["hits"] for rule in faults.listed()] == [2, 1]
    with pytest.raises(SandboxError, match="no fault"):
        faults.end(outage + 100)


def test_rules_wait_while_they_are_held(api):
    faults = api.box.moysklad.faults
    faults.add("status", status=502, path=ORDERS, skip=1)
    faults.hold(True)
    held = [api.call("GET", ORDERS).status_code for _ in range(3)]
    faults.hold(False)
    assert held + [api.call("GET", ORDERS).status_code for _ in range(3)] == [200, 200, 200, 200, 502, 200]


def test_an_unknown_kind_is_refused(box):
    with pytest.raises(SandboxError, match="unknown fault"):
        box.moysklad.faults.add("earthquake")


def test_the_store_can_fail_as_well(shop_api):
    faults = shop_api.box.store.faults
    faults.add("status", status=503, path="/orders")
    faults.add("html", status=500, path="/orders")
    faults.add("cut_after", method="PUT", path="/orders")
    order = shop_api.box.store.place_order({"S-00001": 1})
    assert shop_api.call("GET", "/orders").json()["code"] == "internal_server_error"
    assert "text/html" in shop_api.call("GET", "/orders").headers["Content-Type"]
    with pytest.raises(requests.ConnectionError):
        shop_api.call("PUT", f"/orders/{order['id']}", {"status": "completed"})
    assert shop_api.box.store.order(order["id"])["status"] == "completed"
