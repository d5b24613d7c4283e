"""Demands and what comes back of them: several demands of an order, posting, returns with and without a basis."""

from __future__ import annotations

import pytest


@pytest.fixture
def order(api):
    """Three of one thing and one of another, 100.00 each, not shipped."""
    lines = [api.line("S-00001", 3), api.line("S-00002", 1)]
    return api.post("/entity/customerorder", api.order(*lines, store=api.store()))


@pytest.fixture
def demand(api, order):
    return api.box.moysklad.ship(order["id"])


@pytest.fixture
def give_back(api, demand):
    """The body of a return of that demand."""

    def body(*lines, **fields):
        header = {name: demand[name] for name in ("organization", "agent", "store")}
        return header | {"demand": {"meta": demand["meta"]}, "positions": list(lines)} | fields

    return body


def line(api, article, quantity=1, **more):
    """A position that leaves the price to the demand."""
    return {"quantity": quantity, "assortment": {"meta": api.box.moysklad.item(article)["meta"]}, **more}


def shown(api, order):
    return api.get(
        f"/entity/customerorder/{order['id']}", expand="positions,demands.positions,demands.returns"
    )


def test_several_demands_ship_an_order_piece_by_piece(api, order):
    api.box.moysklad.ship(order["id"], {"S-00001": 1})
    api.box.moysklad.ship(order["id"], {"S-00001": 1, "S-00002": 1})
    now = shown(api, order)
    assert [row["shipped"] for row in now["positions"]["rows"]] == [2.0, 1.0]
    assert now["shippedSum"] == 30000.0
    assert [len(demand["positions"]["rows"]) for demand in now["demands"]] == [1, 2]


def test_demands_are_found_by_their_order(api, order, demand):
    found = api.get("/entity/demand", filter=f"customerOrder={order['meta']['href']}")
    assert [row["id"] for row in found["rows"]] == [demand["id"]]


def test_an_unposted_demand_ships_nothing_until_it_is_posted_again(api, order, demand):
    before = api.box.moysklad.stock("S-00001")["stock"]
    api.box.moysklad.unship(demand["id"])
    assert shown(api, order)["shippedSum"] == 0.0
    assert api.box.moysklad.stock("S-00001")["stock"] == before + 3
    api.put(f"/entity/demand/{demand['id']}", {"applicable": True})
    assert shown(api, order)["shippedSum"] == 40000.0
    assert api.box.moysklad.stock("S-00001")["stock"] == before


def test_a_return_takes_the_demands_price_and_brings_the_goods_back(api, give_back, order):
    before = api.box.moysklad.stock("S-00001", "Основной склад")["stock"]
    made = api.post("/entity/salesreturn?expand=positions", give_back(line(api, "S-00001", 2)))
    assert made["positions"]["rows"][0]["price"] == 10000.0
    assert (made["sum"], made["payedSum"]) == (20000.0, 0.0)
    assert api.box.moysklad.stock("S-00001", "Основной склад")["stock"] == before + 2
    assert shown(api, order)["demands"][0]["returns"][0]["id"] == made["id"]


def test_the_way_back_to_the_order_is_one_call(api, order, give_back):
    made = api.post("/entity/salesreturn", give_back(line(api, "S-00002")))
    read = api.get(f"/entity/salesreturn/{made['id']}", expand="demand.customerOrder,positions")
    assert read["demand"]["customerOrder"]["id"] == order["id"]
    assert read["positions"]["rows"][0]["quantity"] == 1.0


def test_returns_are_found_by_their_demand(api, demand, give_back):
    made = api.post("/entity/salesreturn", give_back(line(api, "S-00002")))
    found = api.get("/entity/salesreturn", filter=f"demand={demand['meta']['href']}")
    assert [row["id"] for row in found["rows"]] == [made["id"]]


def test_no_more_comes_back_than_was_sold_less_what_came_back_before(api, give_back):
    first = api.post("/entity/salesreturn", give_back(line(api, "S-00001", 2)))
    two_more = give_back(line(api, "S-00001", 2))
    assert api.refused("POST", "/entity/salesreturn", two_more) == (412, [3008])
    api.put(f"/entity/salesreturn/{first['id']}", {"positions": [line(api, "S-00001", 1)]})
    assert api.post("/entity/salesreturn", two_more)["sum"] == 20000.0


def test_a_binned_or_deleted_return_frees_its_goods(api, give_back):
    all_three = give_back(line(api, "S-00001", 3))
    first = api.post("/entity/salesreturn", all_three)
    api.box.moysklad.trash(first["id"], "salesreturn")
    second = api.post("/entity/salesreturn", all_three)
    api.call("DELETE", f"/entity/salesreturn/{second['id']}")
    assert api.post("/entity/salesreturn", all_three)["sum"] == 30000.0


def test_the_same_goods_at_two_prices_come_back_at_the_price_that_is_named(api, give_back):
    lines = [api.line("S-00003", 1, price=100.0), api.line("S-00003", 2, price=99.0)]
    order = api.post("/entity/customerorder", api.order(*lines))
    demand = api.box.moysklad.ship(order["id"])
    named = give_back(line(api, "S-00003", 1, price=100.0), demand={"meta": demand["meta"]})
    named["agent"] = order["agent"]
    assert api.post("/entity/salesreturn", named)["sum"] == 100.0
    assert api.refused("POST", "/entity/salesreturn", named) == (412, [3008])
    rest = named | {"positions": [line(api, "S-00003", 2)]}
    assert api.post("/entity/salesreturn", rest)["sum"] == 198.0


def test_another_price_is_refused_or_ignored_as_the_switch_says(api, give_back):
    body = give_back(line(api, "S-00001", 1, price=5000.0))
    assert api.refused("POST", "/entity/salesreturn", body) == (412, [3001])
    api.box.moysklad.configure(return_price_change="keep")
    made = api.post("/entity/salesreturn", body)
    api.box.moysklad.configure(return_price_change="error")
    assert made["sum"] == 10000.0


def test_goods_the_demand_does_not_hold_are_refused(api, give_back):
    assert api.refused("POST", "/entity/salesreturn", give_back(line(api, "S-00005"))) == (412, [3004])


def test_agent_organization_currency_and_vat_are_the_demands(api, give_back):
    for field, value in (
        ("agent", api.agent()),
        ("organization", {"meta": api.post("/entity/organization", {"name": "Другая"})["meta"]}),
        ("vatIncluded", False),
    ):
        body = give_back(line(api, "S-00001"), **{field: value})
        answer = api.call("POST", "/entity/salesreturn", body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (412, 3004)
        assert answer.json()["errors"][0]["parameter"] == field


def test_the_basis_has_to_be_a_posted_demand(api, order, demand, give_back):
    api.box.moysklad.unship(demand["id"])
    assert api.refused("POST", "/entity/salesreturn", give_back(line(api, "S-00001"))) == (412, [17005])
    other = give_back(line(api, "S-00001"), demand={"meta": order["meta"]})
    assert api.refused("POST", "/entity/salesreturn", other) == (412, [17006])


def test_a_demand_with_a_return_stays_posted_and_stays(api, demand, give_back):
    made = api.post("/entity/salesreturn", give_back(line(api, "S-00001")))
    path = f"/entity/demand/{demand['id']}"
    assert api.refused("PUT", path, {"applicable": False}) == (412, [17014])
    assert api.refused("DELETE", path) == (412, [17014])
    assert api.refused("POST", f"{path}/trash") == (412, [17014])
    api.call("DELETE", f"/entity/salesreturn/{made['id']}")
    assert api.put(path, {"applicable": False})["applicable"] is False


def test_a_return_without_a_basis_has_prices_of_its_own(api):
    body = {
        "organization": api.organization(),
        "agent": api.agent(),
        "store": api.store(),
        "positions": [line(api, "S-00001", 2, price=700.0, cost=500)],
    }
    made = api.post("/entity/salesreturn?expand=positions", body)
    assert "demand" not in made
    assert (made["sum"], made["positions"]["rows"][0]["cost"]) == (1400.0, 500)
    changed = api.put(f"/entity/salesreturn/{made['id']}", {"description": "брак"})
    assert (changed["description"], changed["sum"]) == ("брак", 1400.0)


def test_position_rules_of_a_return_hold_at_its_own_address_too(api, give_back):
    made = api.post("/entity/salesreturn?expand=positions", give_back(line(api, "S-00001", 1)))
    path = f"/entity/salesreturn/{made['id']}/positions"
    position = made["positions"]["rows"][0]["id"]
    assert api.refused("PUT", f"{path}/{position}", {"quantity": 4}) == (412, [3008])
    assert api.put(f"{path}/{position}", {"quantity": 3})["quantity"] == 3.0
    assert api.post(path, line(api, "S-00002"))[0]["price"] == 10000.0


def test_the_manager_returns_pieces_by_article(api, demand):
    made = api.box.moysklad.return_goods(demand["id"], {"S-00001": 1, "S-00002": 1}, store="Магазин")
    assert made["sum"] == 20000.0
    assert made["store"]["name"] == "Магазин"
    assert made["demand"]["customerOrder"]["meta"]["type"] == "customerorder"
    free = api.box.moysklad.return_goods(None, {"S-00001": 1})
    assert "demand" not in free


def test_the_manager_changes_and_removes_positions_and_their_ids_stay(api, order):
    before = [row["id"] for row in shown(api, order)["positions"]["rows"]]
    changed = api.box.moysklad.set_position(order["id"], "S-00001", quantity=2, price=9000.0)
    assert [row["id"] for row in changed["positions"]["rows"]] == before
    assert changed["sum"] == 28000.0
    removed = api.box.moysklad.remove_position(order["id"], "S-00002")
    assert [row["id"] for row in removed["positions"]["rows"]] == before[:1]


def test_a_closed_period_takes_no_changes(api, order):
    api.box.moysklad.configure(closed_before="2026-01-01")
    old = api.order(moment="2025-12-31 12:00:00")
    path = f"/entity/customerorder/{order['id']}"
    try:
        assert api.refused("POST", "/entity/customerorder", old) == (412, [17009])
        assert api.refused("PUT", path, {"moment": "2025-12-31 12:00:00"}) == (412, [17009])
        api.box.moysklad.configure(closed_before="2100-01-01")
        assert api.refused("PUT", path, {"description": "x"}) == (412, [17009])
        assert api.refused("DELETE", path) == (412, [17009])
        assert api.refused("POST", f"{path}/trash") == (412, [17009])
    finally:
        api.box.moysklad.configure(closed_before="")
    assert api.put(path, {"description": "x"})["description"] == "x"
