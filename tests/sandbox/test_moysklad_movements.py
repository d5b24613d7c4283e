"""What moves stock: documents of many items in one call, stores inside stores, stores that go, odd quantities."""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta, timezone

import pytest

MSK = timezone(timedelta(hours=3))
MAIN, SHOP = "Основной склад", "Магазин"


@pytest.fixture
def moysklad(api):
    return api.box.moysklad


@pytest.fixture
def three(api, moysklad):
    """Three products nobody has any of."""
    articles = [f"MOVE-{uuid.uuid4()}" for _ in range(3)]
    for article in articles:
        api.post("/entity/product", {"name": article, "article": article})
    return articles


def by_store(api, article, **query):
    item = api.box.moysklad.item(article)["id"]
    rows = api.get("/report/stock/bystore/current", filter=f"assortmentId={item}", **query)
    return {row["storeId"]: row[query.get("stockType", "stock")] for row in rows}


def test_each_kind_of_document_moves_many_items_in_one_call(api, moysklad, three):
    main, shop = moysklad.stores[MAIN], moysklad.stores[SHOP]
    before = moysklad.stats()["calls"]
    (entered,) = moysklad.enter(dict.fromkeys(three, 10), MAIN)
    moysklad.receive(dict.fromkeys(three, 5), SHOP)
    moysklad.move({three[0]: 4, three[1]: 1}, MAIN, SHOP)
    moysklad.write_off({three[1]: 2}, SHOP)
    moysklad.sell({three[2]: 3}, SHOP)
    assert moysklad.stats()["calls"] == before, "control commands are no API calls"
    assert [by_store(api, article) for article in three] == [
        {main: 6.0, shop: 9.0},
        {main: 9.0, shop: 4.0},
        {main: 10.0, shop: 2.0},
    ]
    assert api.get(f"/entity/enter/{entered}")["positions"]["meta"]["size"] == 3


def test_a_move_that_is_taken_back_moves_nothing(api, moysklad, three):
    moysklad.enter({three[0]: 3}, MAIN)
    (move,) = moysklad.move({three[0]: 3}, MAIN, SHOP)
    api.put(f"/entity/move/{move}", {"applicable": False})
    assert by_store(api, three[0]) == {moysklad.stores[MAIN]: 3.0}
    api.put(f"/entity/move/{move}", {"applicable": True})
    assert by_store(api, three[0]) == {moysklad.stores[SHOP]: 3.0}
    moysklad.delete(move, kind="move")
    assert by_store(api, three[0]) == {moysklad.stores[MAIN]: 3.0}


def test_many_stocks_are_set_in_one_call(api, moysklad, three):
    amounts = dict(zip(three, (2.5, -3.0, 0.125), strict=True))
    moysklad.set_stocks(SHOP, amounts)
    assert {article: moysklad.stock(article)["stock"] for article in three} == amounts


def test_stock_may_be_negative_and_in_fractions(api, moysklad, three):
    moysklad.enter({three[0]: 0.75}, MAIN)
    moysklad.sell({three[0]: 2}, MAIN)
    assert by_store(api, three[0]) == {moysklad.stores[MAIN]: -1.25}


def test_a_store_inside_another_is_not_counted_with_it(api, moysklad, three):
    child = moysklad.add_store(f"Полка {uuid.uuid4()}", parent=MAIN)
    card = api.get(f"/entity/store/{child}")
    assert (card["pathName"], card["parent"]["meta"]["href"]) == (
        MAIN,
        api.href("store", moysklad.stores[MAIN]),
    )
    moysklad.enter({three[0]: 4}, MAIN)
    moysklad.enter({three[0]: 6}, card["name"])
    assert by_store(api, three[0]) == {moysklad.stores[MAIN]: 4.0, child: 6.0}
    assert api.refused("POST", "/entity/store", {"name": card["name"]}) == (412, [3006])


@pytest.mark.parametrize("way", ["archived", "deleted"])
def test_goods_of_a_store_that_went_come_as_zero_there_and_are_no_longer_counted(api, moysklad, three, way):
    store = moysklad.add_store(f"Временный {uuid.uuid4()}")
    name = next(name for name, id_ in moysklad.stores.items() if id_ == store)
    moysklad.set_stocks(name, {three[0]: 6})
    moysklad.set_stocks(MAIN, {three[0]: 1})
    item = moysklad.item(three[0])["id"]
    time.sleep(1.1)
    since = datetime.now(MSK).strftime("%Y-%m-%d %H:%M:%S")
    if way == "archived":
        moysklad.archive(store, "store")
    else:
        moysklad.delete(store, kind="store")
    told = api.get("/report/stock/bystore/current", changedSince=since)
    assert told == [{"assortmentId": item, "storeId": store, "stock": 0.0}]
    assert api.get("/report/stock/all/current", changedSince=since) == [{"assortmentId": item, "stock": 1.0}]
    assert by_store(api, three[0], include="zeroLines") == {moysklad.stores[MAIN]: 1.0}


def test_a_sold_bundle_takes_its_parts(api, moysklad, three):
    parts = [
        {"assortment": {"meta": moysklad.item(article)["meta"]}, "quantity": n}
        for article, n in zip(three, (1, 2, 3), strict=True)
    ]
    service = {"assortment": {"meta": moysklad.item("DELIVERY")["meta"]}, "quantity": 1}
    article = f"SET-{uuid.uuid4()}"
    api.post("/entity/bundle", {"name": article, "article": article, "components": [*parts, service]})
    moysklad.enter(dict.fromkeys(three, 10), MAIN)
    moysklad.sell({article: 2}, MAIN)
    assert [moysklad.stock(part)["stock"] for part in three] == [8.0, 6.0, 4.0]
    rows = api.get("/report/stock/all/current", include="zeroLines")
    assert moysklad.item(article)["id"] not in [row["assortmentId"] for row in rows]


def test_unknown_names_are_said(moysklad, three):
    from connectors.sandbox.control_base import SandboxError

    with pytest.raises(SandboxError, match="no goods with article"):
        moysklad.enter({"нет такого": 1}, MAIN)
    with pytest.raises(SandboxError, match="no store"):
        moysklad.move({three[0]: 1}, MAIN, "нет такого")
