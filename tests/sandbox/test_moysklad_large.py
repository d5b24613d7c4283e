"""An account that has grown: tens of thousands of cards, walked in pages, and reports that are too big."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from connectors.sandbox.control import running_sandbox

from .conftest import MoyskladApi

MSK = timezone(timedelta(hours=3))
MAIN, SHOP = "Основной склад", "Магазин"
PRODUCTS = 8000


@pytest.fixture(scope="module")
def api():
    with running_sandbox(items=1, limiter=False) as box:
        made = box.moysklad.add_goods(PRODUCTS, stock={MAIN: 4, SHOP: 1.5}, variants=1)
        assert made == 2 * PRODUCTS
        client = MoyskladApi(box)
        yield client
        client.session.close()


@pytest.fixture
def limits(api):
    """Sets the sizes above which reports are too big, and takes them back."""
    yield api.box.moysklad.configure
    api.box.moysklad.configure(report_limit=0, store_report_limit=0)


def test_all_cards_are_walked_in_pages_of_a_thousand(api):
    found = []
    for offset in range(0, PRODUCTS, 1000):
        query = {"order": "updated,asc", "limit": 1000, "offset": offset}
        page = api.get("/entity/product", filter="article~=B-", **query)
        assert page["meta"]["size"] == PRODUCTS
        found += [row["article"] for row in page["rows"]]
    assert found == [f"B-{number:06d}" for number in range(1, PRODUCTS + 1)]


def test_a_walk_along_updated_begins_where_it_is_told(api):
    middle = api.get("/entity/product", filter="article=B-004000")["rows"][0]
    query = {"order": "updated,asc", "limit": 1}
    page = api.get("/entity/product", filter=f"updated>={middle['updated']}", **query)
    assert page["rows"][0]["id"] == middle["id"]
    rest = page["meta"]["size"]
    assert (
        api.get("/entity/product", filter=f"updated>{middle['updated']}", **query)["meta"]["size"] == rest - 1
    )
    assert api.refused("GET", "/entity/product?order=updated,asc&filter=updated>=yesterday") == (400, [1035])
    api.box.moysklad.edit_item("B-000001", description="тронут")
    again = api.get("/entity/product", filter=f"updated>={middle['updated']}", **query)
    assert again["meta"]["size"] == rest + 1


def test_the_full_report_names_every_item_and_the_changes_only_what_changed(api):
    rows = api.get("/report/stock/bystore/current")
    stores = api.box.moysklad.stores
    own = {api.box.moysklad.item("B-000001-1")["id"], api.box.moysklad.item("B-008000-1")["id"]}
    assert {row["storeId"]: row["stock"] for row in rows if row["assortmentId"] in own} == {
        stores[MAIN]: 4.0,
        stores[SHOP]: 1.5,
    }
    assert len(rows) >= 2 * PRODUCTS
    since = (datetime.now(MSK) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    assert api.get("/report/stock/all/current", changedSince=since) == []
    api.box.moysklad.set_stocks(MAIN, {"B-000001-1": 9, "B-008000-1": 0})
    told = api.get("/report/stock/all/current", changedSince=since)
    assert sorted(row["stock"] for row in told) == [1.5, 10.5]


def test_a_report_that_is_too_big_asks_for_filters(api, limits):
    store = api.box.moysklad.stores[SHOP]
    item = api.box.moysklad.item("B-000002-1")["id"]
    limits(report_limit=1000)
    for report in ("all", "bystore"):
        assert api.refused("GET", f"/report/stock/{report}/current") == (412, [13005])
    assert len(api.get("/report/stock/bystore/current", filter=f"storeId={store}")) >= PRODUCTS
    limits(store_report_limit=1000)
    path = f"/report/stock/bystore/current?filter=storeId={store}"
    assert api.refused("GET", path) == (412, [13005])
    assert api.get(f"{path};assortmentId={item}") == [{"assortmentId": item, "storeId": store, "stock": 1.5}]


def test_ids_come_with_commas_or_in_several_filters(api):
    items = [api.box.moysklad.item(f"B-00000{number}-1")["id"] for number in (3, 4)]
    path = "/report/stock/all/current"
    both = [{"assortmentId": item, "stock": 5.5} for item in items]
    by_comma = api.get(path, filter=f"assortmentId={','.join(items)}")
    by_condition = api.get(path, filter=";".join(f"assortmentId={item}" for item in items))
    by_parameter = api.get(path, filter=[f"assortmentId={item}" for item in items])
    order = {item: place for place, item in enumerate(items)}
    for rows in (by_comma, by_condition, by_parameter):
        assert sorted(rows, key=lambda row: order[row["assortmentId"]]) == both


def test_the_assortment_is_paged_like_any_list(api):
    first = api.get("/entity/assortment", limit=1000, offset=0)
    second = api.get("/entity/assortment", limit=1000, offset=1000)
    assert first["meta"]["size"] == second["meta"]["size"] >= 2 * PRODUCTS
    assert not {row["id"] for row in first["rows"]} & {row["id"] for row in second["rows"]}
