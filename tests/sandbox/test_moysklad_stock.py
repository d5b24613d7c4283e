"""Stock: what documents do to it, the current reports, changedSince, and the extended reports."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
import requests

from connectors.sandbox.control import running_sandbox

MSK = timezone(timedelta(hours=3))
MAIN, SHOP = "Основной склад", "Магазин"


def msk(**ago):
    return (datetime.now(MSK) - timedelta(**ago)).strftime("%Y-%m-%d %H:%M:%S")


def by_store(api, article, **query):
    """{store id or None: amount} of one item."""
    item = api.box.moysklad.item(article)["id"]
    stock_type = query.get("stockType", "stock")
    rows = api.get("/report/stock/bystore/current", filter=f"assortmentId={item}", **query)
    return {row["storeId"]: row[stock_type] for row in rows}


@pytest.fixture
def stores(api):
    return api.box.moysklad.stores


@pytest.fixture
def ten(api):
    """An item with ten pieces in the main store and none in the other."""
    api.box.moysklad.set_stock("S-00005", MAIN, 10)
    api.box.moysklad.set_stock("S-00005", SHOP, 0)
    yield "S-00005"
    for document in api.box.moysklad.documents("customerorder"):
        api.box.moysklad.delete(document["id"])


def test_an_order_reserves_only_what_it_asks_for_and_moves_nothing(api, ten, stores):
    api.post("/entity/customerorder", api.order(api.line(ten, 3, reserve=2), store=api.store()))
    assert api.box.moysklad.stock(ten) == {
        "stock": 10.0,
        "freeStock": 8.0,
        "quantity": 8.0,
        "reserve": 2.0,
        "inTransit": 0.0,
    }
    assert by_store(api, ten, stockType="freeStock") == {stores[MAIN]: 8.0}


def test_a_reserve_without_a_store_stands_under_null(api, ten, stores):
    api.post("/entity/customerorder", api.order(api.line(ten, 2, reserve=2)))
    assert by_store(api, ten, stockType="freeStock") == {stores[MAIN]: 10.0, None: -2.0}
    item = api.box.moysklad.item(ten)["id"]
    total = api.get("/report/stock/all/current", stockType="freeStock", filter=f"assortmentId={item}")
    assert total == [{"assortmentId": item, "freeStock": 8.0}]


def test_not_posted_binned_and_deleted_orders_reserve_nothing(api, ten):
    order = api.post("/entity/customerorder", api.order(api.line(ten, 2, reserve=2), store=api.store()))
    path = f"/entity/customerorder/{order['id']}"
    assert api.put(path, {"applicable": False})["reservedSum"] == 0.0
    assert api.box.moysklad.stock(ten)["reserve"] == 0.0
    api.put(path, {"applicable": True})
    assert api.box.moysklad.stock(ten)["reserve"] == 2.0
    api.call("POST", f"{path}/trash")
    assert api.box.moysklad.stock(ten)["reserve"] == 0.0


def test_a_partial_shipment_takes_goods_and_the_reserve_with_them(api, ten):
    order = api.post("/entity/customerorder", api.order(api.line(ten, 3, reserve=3), store=api.store()))
    api.box.moysklad.ship(order["id"], {ten: 2})
    shown = api.get(f"/entity/customerorder/{order['id']}", expand="positions")
    assert shown["shippedSum"] == 20000.0
    assert (shown["positions"]["rows"][0]["shipped"], shown["positions"]["rows"][0]["reserve"]) == (2.0, 1.0)
    assert api.box.moysklad.stock(ten) | {"inTransit": 0.0} == {
        "stock": 8.0,
        "freeStock": 7.0,
        "quantity": 7.0,
        "reserve": 1.0,
        "inTransit": 0.0,
    }
    rest = api.box.moysklad.ship(order["id"])
    assert rest["positions"]["rows"][0]["quantity"] == 1.0
    assert len(api.get(f"/entity/customerorder/{order['id']}")["demands"]) == 2
    for demand in api.box.moysklad.documents("demand"):
        api.box.moysklad.delete(demand["id"], kind="demand")
    assert api.box.moysklad.stock(ten)["stock"] == 10.0
    assert api.get(f"/entity/customerorder/{order['id']}")["shippedSum"] == 0.0


def test_a_posted_demand_needs_a_store(api, ten):
    body = api.order(api.line(ten, 1))
    assert api.refused("POST", "/entity/demand", body) == (412, [3000])
    assert api.call("POST", "/entity/demand", body | {"applicable": False}).status_code == 200


def test_enter_and_loss_bring_and_take(api, ten):
    body = {"organization": api.organization(), "store": api.store(SHOP), "positions": [api.line(ten, 4)]}
    api.post("/entity/enter", body)
    assert api.box.moysklad.stock(ten, SHOP)["stock"] == 4.0
    api.post("/entity/loss", body)
    assert api.box.moysklad.stock(ten, SHOP)["stock"] == 0.0


def test_services_are_in_no_report_and_hold_no_reserve(api, ten):
    service = api.box.moysklad.item("DELIVERY")["id"]
    line = api.line("DELIVERY", 2, reserve=1)
    order = api.post("/entity/customerorder?expand=positions", api.order(line, store=api.store()))
    assert "reserve" not in order["positions"]["rows"][0]
    rows = api.get("/report/stock/all/current", include="zeroLines", stockType="reserve")
    assert service not in [row["assortmentId"] for row in rows]


def test_zero_rows_come_only_when_asked_for(api, ten, stores):
    assert by_store(api, ten) == {stores[MAIN]: 10.0}
    assert {stores[MAIN]: 10.0, stores[SHOP]: 0.0}.items() <= by_store(api, ten, include="zeroLines").items()


def test_changed_since_gives_absolute_values_of_what_moved_zeros_included(api, ten):
    time.sleep(1.1)
    since = msk()
    api.box.moysklad.set_stock(ten, MAIN, 0)
    item = api.box.moysklad.item(ten)["id"]
    assert api.get("/report/stock/all/current", changedSince=since) == [{"assortmentId": item, "stock": 0.0}]
    api.box.moysklad.set_stock(ten, MAIN, 7)
    assert api.get("/report/stock/all/current", changedSince=since) == [{"assortmentId": item, "stock": 7.0}]


def test_a_reserve_shows_in_changed_since_for_free_stock_only(api, ten):
    time.sleep(1.1)
    since = msk()
    api.post("/entity/customerorder", api.order(api.line(ten, 1, reserve=1), store=api.store()))
    item = api.box.moysklad.item(ten)["id"]
    assert api.get("/report/stock/all/current", changedSince=since) == []
    rows = api.get("/report/stock/all/current", changedSince=since, stockType="freeStock")
    assert rows == [{"assortmentId": item, "freeStock": 9.0}]


def test_the_stock_an_account_starts_with_is_no_change():
    with running_sandbox(items=5, limiter=False) as fresh, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {fresh.moysklad.token}"
        session.headers["Accept"] = "application/json;charset=utf-8"
        query = {"changedSince": msk(minutes=5)}
        rows = session.get(f"{fresh.moysklad.url}/report/stock/all/current", params=query, timeout=10).json()
    assert rows == []


def test_goods_a_manager_adds_to_an_order_reserve_nothing_by_themselves(api, ten):
    order = api.post("/entity/customerorder", api.order(api.line("S-00001", 1, reserve=1), store=api.store()))
    changed = api.box.moysklad.add_position(order["id"], ten, quantity=2, price=5000)
    assert changed["sum"] == 20000.0
    first, second = changed["positions"]["rows"]
    assert (first["reserve"], second["reserve"]) == (1.0, 0.0)
    assert api.box.moysklad.stock(ten)["reserve"] == 0.0


@pytest.mark.parametrize(
    "since", [msk(hours=25), msk(hours=-1), "yesterday"], ids=["long ago", "to come", "a word"]
)
def test_changed_since_reaches_a_day_back_and_not_into_the_future(api, since):
    answer = api.call("GET", "/report/stock/all/current", params={"changedSince": since})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 1014)


def test_an_archived_item_comes_as_zero_within_the_window_and_leaves_the_full_report(api):
    item = api.box.moysklad.item("S-00006")["id"]
    time.sleep(1.1)
    since = msk()
    api.box.moysklad.archive(item, "product")
    rows = api.get("/report/stock/all/current", changedSince=since)
    full = api.get("/report/stock/all/current")
    api.box.moysklad.archive(item, "product", archived=False)
    assert {"assortmentId": item, "stock": 0.0} in rows
    assert item not in [row["assortmentId"] for row in full]
    assert item in [row["assortmentId"] for row in api.get("/report/stock/all/current")]


@pytest.fixture
def slow(api):
    """Recalculation that takes until a test ends it."""
    api.box.moysklad.configure(recalculation_ms=10**8)
    yield
    api.box.moysklad.configure(recalculation_ms=0, recalculating_rows="absent")


def test_what_is_being_recalculated_is_in_no_report_until_it_is_done(api, ten, stores, slow):
    item = api.box.moysklad.item(ten)["id"]
    api.box.moysklad.set_stock(ten, MAIN, 4)
    assert by_store(api, ten) == {}
    assert api.get("/report/stock/all/current", filter=f"assortmentId={item}") == []
    assert by_store(api, ten, withRecalculate="true") == {stores[MAIN]: None}
    api.box.moysklad.configure(recalculation_ms=0)
    assert by_store(api, ten, withRecalculate="true") == {stores[MAIN]: 4.0}
    assert api.get("/report/stock/all/current", filter=f"assortmentId={item}")[0]["stock"] == 4.0


def test_what_is_being_recalculated_shows_as_null_among_the_changes_when_asked_for(api, ten, stores, slow):
    time.sleep(1.1)
    since = msk()
    api.box.moysklad.set_stock(ten, MAIN, 4)
    path = "/report/stock/bystore/current"
    assert api.get(path, changedSince=since) == []
    row = {"assortmentId": api.box.moysklad.item(ten)["id"], "storeId": stores[MAIN], "stock": None}
    assert api.get(path, changedSince=since, withRecalculate="true") == [row]
    api.box.moysklad.configure(recalculation_ms=0)
    assert api.get(path, changedSince=since) == [row | {"stock": 4.0}]


def test_an_inventory_during_a_recalculation_counts_what_is_on_its_way(api, ten, stores, slow):
    api.box.moysklad.set_stock(ten, MAIN, 4)
    api.box.moysklad.write_off({ten: 1}, MAIN)
    api.box.moysklad.set_stock(ten, MAIN, 6)
    assert by_store(api, ten, withRecalculate="true") == {stores[MAIN]: None}
    api.box.moysklad.configure(recalculation_ms=0)
    assert by_store(api, ten) == {stores[MAIN]: 6.0}


def test_an_account_may_show_the_former_number_while_it_recalculates(api, ten, stores, slow):
    api.box.moysklad.configure(recalculating_rows="former")
    api.box.moysklad.set_stock(ten, MAIN, 4)
    assert by_store(api, ten) == {stores[MAIN]: 10.0}


def test_reports_can_be_forbidden_or_too_big(api):
    for code, status in ((13004, 403), (13005, 412)):
        api.box.moysklad.configure(stock_error=code)
        assert api.refused("GET", "/report/stock/all/current") == (status, [code])
    api.box.moysklad.configure(stock_error=0)


def test_the_extended_reports_filter_by_href_and_page(api, ten, stores):
    store = api.store()["meta"]["href"]
    item = api.box.moysklad.item(ten)
    rows = api.get("/report/stock/all", filter=f"store={store};product={item['meta']['href'].split('?')[0]}")[
        "rows"
    ]
    assert [(row["article"], row["stock"]) for row in rows] == [(ten, 10.0)]
    assert rows[0]["meta"]["href"].endswith("?expand=supplier")
    page = api.get("/report/stock/bystore", limit=1)
    assert page["meta"]["limit"] == 1
    assert [cell["name"] for cell in page["rows"][0]["stockByStore"]] == [MAIN, SHOP]
