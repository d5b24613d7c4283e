"""Templates: the next document of a chain comes prefilled, is stored by nobody, and can be sent as it came."""

from __future__ import annotations

import pytest


@pytest.fixture
def order(api):
    lines = [api.line("S-00001", 3), api.line("DELIVERY", 1)]
    fields = {"store": api.store(), "shipmentAddress": "Москва"}
    return api.post("/entity/customerorder", api.order(*lines, **fields))


def test_a_demand_is_prefilled_with_what_is_not_shipped_yet(api, order):
    api.box.moysklad.ship(order["id"], {"S-00001": 1})
    count = api.get("/entity/demand", limit=1)["meta"]["size"]
    body = api.call("PUT", "/entity/demand/new", {"customerOrder": {"meta": order["meta"]}}).json()
    assert api.get("/entity/demand", limit=1)["meta"]["size"] == count
    assert "id" not in body
    assert [row["quantity"] for row in body["positions"]["rows"]] == [2.0, 1.0]
    made = api.post("/entity/demand", body)
    assert made["sum"] == 30000.0
    assert made["customerOrder"]["meta"]["href"] == order["meta"]["href"]
    assert made["shipmentAddress"] == "Москва"
    assert api.get(f"/entity/customerorder/{order['id']}")["shippedSum"] == 40000.0


def test_a_return_is_prefilled_with_what_did_not_come_back_yet(api, order):
    demand = api.box.moysklad.ship(order["id"])
    api.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    body = api.put("/entity/salesreturn/new", {"demand": {"meta": demand["meta"]}})
    assert [row["quantity"] for row in body["positions"]["rows"]] == [2.0, 1.0]
    made = api.post("/entity/salesreturn", body)
    assert made["sum"] == 30000.0
    again = api.put("/entity/salesreturn/new", {"demand": {"meta": demand["meta"]}})
    assert again["positions"]["rows"] == []


@pytest.mark.parametrize("kind", ["paymentin", "cashin"])
@pytest.mark.parametrize("named", ["customerOrder", "operations"])
def test_money_in_is_prefilled_with_what_is_unpaid(api, order, kind, named):
    api.box.moysklad.pay(order["id"], 15000)
    base = {"meta": order["meta"]}
    body = api.put(f"/entity/{kind}/new", {named: [base] if named == "operations" else base})
    assert body["sum"] == body["operations"][0]["linkedSum"] == 25000.0
    api.post(f"/entity/{kind}", body)
    assert api.get(f"/entity/customerorder/{order['id']}")["payedSum"] == 40000.0


@pytest.mark.parametrize("kind", ["paymentout", "cashout"])
def test_money_out_is_prefilled_from_a_return_but_for_the_expense_item(api, order, kind):
    demand = api.box.moysklad.ship(order["id"])
    given_back = api.box.moysklad.return_goods(demand["id"], {"S-00001": 2})
    body = api.put(f"/entity/{kind}/new", {"salesReturn": {"meta": given_back["meta"]}})
    assert body["sum"] == 20000.0
    assert api.refused("POST", f"/entity/{kind}", body) == (412, [3000])
    item = api.get("/entity/expenseitem")["rows"][0]
    api.post(f"/entity/{kind}", body | {"expenseItem": {"meta": item["meta"]}})
    assert api.get(f"/entity/salesreturn/{given_back['id']}")["payedSum"] == 20000.0


def test_a_template_needs_a_base_of_the_right_type(api, order):
    assert api.refused("PUT", "/entity/demand/new", {}) == (412, [17005])
    wrong = {"demand": {"meta": order["meta"]}}
    assert api.refused("PUT", "/entity/salesreturn/new", wrong) == (412, [17006])
    assert api.refused("PUT", "/entity/counterparty/new", {}) == (405, [1039])
