"""Goods come, change, go to the archive and back, and are deleted; what lists and stock reports tell of it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest

MSK = timezone(timedelta(hours=3))
MAIN = "Основной склад"


def moscow_now():
    return datetime.now(MSK).strftime("%Y-%m-%d %H:%M:%S")


@pytest.fixture
def moysklad(api):
    return api.box.moysklad


@pytest.fixture
def before():
    """A moment before the test, apart from everything earlier by more than a second."""
    time.sleep(1.1)
    return moscow_now()


@pytest.fixture
def goods(api, moysklad):
    """Makes a product with five pieces in stock."""

    def make(article):
        card = api.post("/entity/product", {"name": f"Товар {article}", "article": article})
        moysklad.set_stock(article, MAIN, 5)
        return card

    return make


def listed(api, kind, *conditions):
    return [row["id"] for row in api.get(f"/entity/{kind}", filter=";".join(conditions))["rows"]]


def changes(api, since, report="all", **query):
    rows = api.get(f"/report/stock/{report}/current", changedSince=since, **query)
    return {row["assortmentId"]: row["stock"] for row in rows}


def test_every_change_moves_updated_and_the_list_by_updated_ends_with_it(api, goods, moysklad):
    first, second = goods("LIFE-1"), goods("LIFE-2")
    changed = moysklad.edit_item("LIFE-1", description="новое")
    assert changed["updated"] > second["updated"] > first["updated"]
    since = f"updated>={first['updated'][:19]}"
    rows = api.get("/entity/product", filter=since, order="updated,asc", limit=100)["rows"]
    assert [row["id"] for row in rows][-2:] == [second["id"], first["id"]]
    assert listed(api, "product", f"updated>{second['updated']}") == [first["id"]]
    priced = moysklad.set_price("LIFE-2", 12345)
    assert priced["updated"] > changed["updated"]
    assert priced["salePrices"][0]["value"] == 12345.0


def test_archived_goods_leave_the_list_but_are_still_there_by_id(api, goods, moysklad):
    card = goods("LIFE-3")
    api.put(f"/entity/product/{card['id']}", {"archived": True})
    live = f"article={card['article']}"
    assert listed(api, "product", live) == []
    assert listed(api, "product", live, "archived=true") == [card["id"]]
    assert listed(api, "product", live, "archived=true", "archived=false") == [card["id"]]
    assert listed(api, "product", f"id={card['id']}") == [card["id"]]
    assert api.get(f"/entity/product/{card['id']}")["archived"] is True
    moysklad.archive(card["id"], "product", archived=False)
    assert listed(api, "product", live) == [card["id"]]


def test_archived_goods_are_zero_even_when_something_else_changed_with_them(api, goods, before):
    card = goods("LIFE-4")
    api.put(f"/entity/product/{card['id']}", {"archived": True, "description": "снят"})
    assert changes(api, before)[card["id"]] == 0.0
    assert changes(api, before, "bystore")[card["id"]] == 0.0
    full = api.get("/report/stock/all/current", include="zeroLines")
    assert card["id"] not in [row["assortmentId"] for row in full]


def test_goods_back_from_the_archive_are_told_of_by_the_full_report_only(api, goods, moysklad):
    card = goods("LIFE-5")
    moysklad.archive(card["id"], "product")
    time.sleep(1.1)
    since = moscow_now()
    moysklad.archive(card["id"], "product", archived=False)
    assert changes(api, since) == {}
    full = api.get("/report/stock/all/current", filter=f"assortmentId={card['id']}")
    assert full == [{"assortmentId": card["id"], "stock": 5.0}]
    moysklad.configure(return_from_archive_is_change=True)
    moysklad.archive(card["id"], "product")
    moysklad.archive(card["id"], "product", archived=False)
    assert changes(api, since) == {card["id"]: 5.0}
    moysklad.configure(return_from_archive_is_change=False)


def test_deleted_goods_are_not_found_and_come_as_zero_for_a_while(api, goods, moysklad, before):
    card = goods("LIFE-6")
    moysklad.delete_item("LIFE-6")
    assert api.refused("GET", f"/entity/product/{card['id']}") == (404, [1021])
    assert listed(api, "product", f"id={card['id']}") == []
    assert changes(api, before) == {card["id"]: 0.0}
    rows = api.get("/report/stock/all/current", include="zeroLines")
    assert card["id"] not in [row["assortmentId"] for row in rows]


def test_goods_in_a_document_or_a_bundle_cannot_be_deleted(api, goods, moysklad):
    sold, part = goods("LIFE-7"), goods("LIFE-8")
    moysklad.sell({"LIFE-7": 1}, MAIN)
    row = {"assortment": {"meta": part["meta"]}, "quantity": 1}
    api.post("/entity/bundle", {"name": "Набор", "components": [row]})
    for card in (sold, part):
        assert api.refused("DELETE", f"/entity/product/{card['id']}") == (409, [1028])


def test_variants_go_with_their_product(api, goods):
    parent = goods("LIFE-9")
    sizes = [{"name": "Размер", "value": "S"}]
    body = {"product": {"meta": parent["meta"]}, "characteristics": sizes}
    variant = api.post("/entity/variant", body)
    assert api.get(f"/entity/product/{parent['id']}")["variantsCount"] == 1
    api.call("DELETE", f"/entity/product/{parent['id']}")
    assert api.refused("GET", f"/entity/variant/{variant['id']}") == (404, [1021])


def test_webhooks_tell_of_cards_that_come_change_and_go(api, goods, moysklad, receiver):
    hooks = [
        api.post("/entity/webhook", {"url": receiver.url, "action": action, "entityType": "product"})
        for action in ("CREATE", "UPDATE", "DELETE")
    ]
    card = goods("LIFE-10")
    moysklad.edit_item("LIFE-10", archived=True)
    moysklad.delete_item("LIFE-10")
    told = [event for arrived in receiver.wait(3) for event in arrived.json["events"]]
    for hook in hooks:
        api.call("DELETE", f"/entity/webhook/{hook['id']}")
    assert sorted(event["action"] for event in told) == ["CREATE", "DELETE", "UPDATE"]
    assert {event["meta"]["href"] for event in told} == {api.href("product", card["id"])}
