"""Money in and out: what a payment may be linked to, the sums it changes, the expense item of outgoing ones."""

from __future__ import annotations

import pytest

INCOMING = ("paymentin", "cashin")
OUTGOING = ("paymentout", "cashout")


@pytest.fixture
def order(api):
    lines = [api.line("S-00001", 2)]
    return api.post("/entity/customerorder", api.order(*lines, store=api.store()))


@pytest.fixture
def given_back(api, order):
    """A return of one of the two things, 100.00."""
    demand = api.box.moysklad.ship(order["id"])
    return api.box.moysklad.return_goods(demand["id"], {"S-00001": 1})


@pytest.fixture
def expense(api):
    return {"meta": api.post("/entity/expenseitem", {"name": "Возврат покупателю"})["meta"]}


def money(api, amount, *links, **fields):
    operations = [{"meta": document["meta"], "linkedSum": linked} for document, linked in links]
    body = {"organization": api.organization(), "agent": api.agent(), "sum": amount}
    return body | {"operations": operations} | fields


@pytest.mark.parametrize("kind", INCOMING)
def test_money_in_pays_an_order_as_long_as_it_is_posted(api, order, kind):
    path = f"/entity/customerorder/{order['id']}"
    made = api.post(f"/entity/{kind}?expand=operations", money(api, 15000.0, (order, 15000.0)))
    assert made["operations"][0]["id"] == order["id"]
    assert made["operations"][0]["linkedSum"] == 15000.0
    assert api.get(path)["payedSum"] == 15000.0
    api.put(f"/entity/{kind}/{made['id']}", {"applicable": False})
    assert api.get(path)["payedSum"] == 0.0
    api.put(f"/entity/{kind}/{made['id']}", {"applicable": True, "sum": 20000.0})
    assert api.get(path)["payedSum"] == 15000.0
    api.box.moysklad.trash(made["id"], kind)
    assert "payments" not in api.get(path)


def test_one_payment_pays_several_documents(api, order):
    other = api.post("/entity/customerorder", api.order(api.line("S-00002")))
    api.post("/entity/paymentin", money(api, 30000.0, (order, 20000.0), (other, 10000.0)))
    assert api.get(f"/entity/customerorder/{other['id']}")["payedSum"] == 10000.0


def test_a_demand_can_be_paid_too(api, order):
    demand = api.box.moysklad.ship(order["id"])
    api.post("/entity/cashin", money(api, 20000.0, (demand, 20000.0)))
    assert api.get(f"/entity/demand/{demand['id']}")["payedSum"] == 20000.0


@pytest.mark.parametrize("kind", OUTGOING)
def test_money_out_pays_a_return_and_needs_an_expense_item(api, given_back, expense, kind):
    body = money(api, 10000.0, (given_back, 10000.0))
    assert api.refused("POST", f"/entity/{kind}", body) == (412, [3000])
    made = api.post(f"/entity/{kind}?expand=expenseItem", body | {"expenseItem": expense})
    assert made["expenseItem"]["name"] == "Возврат покупателю"
    shown = api.get(f"/entity/salesreturn/{given_back['id']}", expand="payments")
    assert shown["payedSum"] == 10000.0
    assert shown["payments"][0]["id"] == made["id"]


def test_money_goes_to_documents_of_its_own_direction_only(api, order, given_back, expense):
    out = money(api, 100.0, (order, 100.0), expenseItem=expense)
    assert api.refused("POST", "/entity/paymentout", out) == (400, [2027])
    assert api.refused("POST", "/entity/paymentin", money(api, 100.0, (given_back, 100.0))) == (400, [2027])


@pytest.mark.parametrize("kind", INCOMING)
def test_links_cannot_exceed_the_sum_repeat_or_point_into_the_bin(api, order, kind):
    path = f"/entity/{kind}"
    assert api.refused("POST", path, money(api, 100.0, (order, 101.0))) == (412, [22000])
    twice = money(api, 100.0, (order, 10.0), (order, 20.0))
    assert api.refused("POST", path, twice) == (412, [22001])
    assert api.refused("POST", path, money(api, 100.0, (order, -1.0))) == (412, [3002])
    api.box.moysklad.trash(order["id"])
    assert api.refused("POST", path, money(api, 100.0, (order, 100.0))) == (412, [3010])


def test_operations_replace_the_links_and_a_sum_below_them_is_refused(api, order):
    other = api.post("/entity/customerorder", api.order(api.line("S-00002")))
    made = api.post("/entity/paymentin", money(api, 10000.0, (order, 10000.0)))
    path = f"/entity/paymentin/{made['id']}"
    assert api.refused("PUT", path, {"sum": 5000.0}) == (412, [22000])
    api.put(path, {"operations": [{"meta": other["meta"], "linkedSum": 10000.0}]})
    assert api.get(f"/entity/customerorder/{order['id']}")["payedSum"] == 0.0
    assert api.get(f"/entity/customerorder/{other['id']}")["payedSum"] == 10000.0


def test_the_manager_pays_what_is_unpaid(api, order, given_back):
    first = api.box.moysklad.pay(order["id"], 5000)
    second = api.box.moysklad.pay(order["id"], kind="cashin")
    assert (first["sum"], second["sum"]) == (5000.0, 15000.0)
    assert api.get(f"/entity/customerorder/{order['id']}")["payedSum"] == 20000.0
    back = api.box.moysklad.pay(given_back["id"], kind="cashout")
    assert api.box.moysklad.documents("cashout")[-1]["operations"][0]["id"] == given_back["id"]
    assert back["sum"] == 10000.0
