"""Goods and stock of a growing account, read by the client from a stand-in written from the vendor's documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import NotFound, PermanentError
from connectors.moysklad import stock_portions
from connectors.moysklad.auth import Token
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Budget, Governor, MemoryStore
from connectors.moysklad.refs import id_of
from connectors.moysklad.stock import amount
from connectors.sandbox.control import running_sandbox
from connectors.transport.session import pooled_session

MAIN, SHOP = "Основной склад", "Магазин"
MANY = 2300


@pytest.fixture(scope="module")
def box() -> Iterator[Any]:
    with running_sandbox(items=10, limiter=False, special=["bundle"]) as running:
        running.moysklad.add_goods(MANY, stock={MAIN: 3, SHOP: 0.5})
        yield running
    pooled_session(allow_private=True).close()


@pytest.fixture
def moysklad(box: Any) -> Iterator[MoySklad]:
    yield MoySklad(
        box.moysklad.url,
        Token(box.moysklad.token),
        governor=Governor(MemoryStore(), Budget(calls=1000, learn=False)),
        allow_private=True,
    )
    box.moysklad.configure(report_limit=0, store_report_limit=0, recalculation_ms=0)


def product(moysklad: MoySklad, **fields: Any) -> Any:
    return moysklad.post("entity/product", {"name": "Товар", **fields})


def moscow(**ago: float) -> str:
    moment = datetime.now(ZoneInfo("Europe/Moscow")) - timedelta(**ago)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def test_a_card_is_read_with_its_prices_codes_and_group(moysklad: MoySklad, box: Any) -> None:
    wholesale = box.moysklad.add_price_type("Оптовая")
    box.moysklad.add_currency("USD", 90.0)
    folder = box.moysklad.add_folder("Зимняя", inside=box.moysklad.add_folder("Одежда"))
    id_ = product(
        moysklad,
        article="CARD-1",
        code="C-1",
        weight=0.35,
        volume=0.002,
        description="Тёплый",
        barcodes=[{"ean13": "4606224261447"}, {"code128": "ABC"}],
        productFolder=moysklad.meta("productfolder", folder),
        buyPrice={"value": 50000},
    )["id"]
    box.moysklad.set_price("CARD-1", 99900)
    box.moysklad.set_price("CARD-1", 1050, price_type="Оптовая", currency="USD")
    (card,) = moysklad.assortment.by_ids("product", [id_])
    sale, bulk = card["salePrices"]
    assert (sale["value"], bulk["value"], bulk["priceType"]["id"]) == (99900.0, 1050.0, wholesale)
    currencies = {row["id"]: row for row in moysklad.directory.currencies()}
    assert currencies[id_of(bulk["currency"])]["isoCode"] == "USD"
    assert currencies[id_of(card["buyPrice"]["currency"])]["default"] is True
    assert card["barcodes"] == [{"ean13": "4606224261447"}, {"code128": "ABC"}]
    assert (card["weight"], card["volume"], card["description"]) == (0.35, 0.002, "Тёплый")
    assert card["pathName"] == "Одежда/Зимняя"
    folders = {row["id"]: row for row in moysklad.directory.folders()}
    assert folders[id_of(card["productFolder"])]["pathName"] == "Одежда"
    assert folders[id_of(folders[folder]["productFolder"])]["name"] == "Одежда"


def test_price_types_come_in_the_order_of_the_account(moysklad: MoySklad, box: Any) -> None:
    box.moysklad.add_price_type("Для друзей")
    types = moysklad.directory.price_types()
    assert (types[0]["name"], types[-1]["name"]) == ("Цена продажи", "Для друзей")
    assert types == moysklad.directory.company_settings()["priceTypes"]


def test_currencies_say_how_their_rate_is_meant(moysklad: MoySklad, box: Any) -> None:
    id_ = box.moysklad.add_currency("JPY", 61.5, multiplicity=100)
    back = box.moysklad.add_currency("KZT", 5.4, indirect=True)
    found = {row["id"]: row for row in moysklad.directory.currencies()}
    assert (found[id_]["rate"], found[id_]["multiplicity"], found[id_]["indirect"]) == (61.5, 100, False)
    assert (found[back]["rate"], found[back]["multiplicity"], found[back]["indirect"]) == (5.4, 1, True)


def test_a_large_catalogue_comes_in_pages_and_its_size_is_known_before(moysklad: MoySklad, box: Any) -> None:
    total = moysklad.assortment.count("product")
    assert total >= MANY
    read: dict[str, Any] = {}
    places = []
    for rows, following in moysklad.assortment.pages("product"):
        assert len(rows) <= 1000
        read |= {row["id"]: row for row in rows}
        places.append(following)
    assert len(read) == total
    assert places[-1] is None
    assert len(places) >= 3
    rest = [row["id"] for rows, _ in moysklad.assortment.pages("product", places[0]) for row in rows]
    assert total - 1000 <= len(rest) < total


def test_only_what_changed_since_a_moment_is_read_again(moysklad: MoySklad, box: Any) -> None:
    changed = box.moysklad.edit_item("B-000007", name="Новое имя")
    archived = box.moysklad.edit_item("B-000008", archived=True)
    since = changed["updated"][:19]
    rows = [row for page, _ in moysklad.assortment.pages("product", (since, 0)) for row in page]
    assert {changed["id"], archived["id"]} <= {row["id"] for row in rows}
    assert len(rows) == moysklad.assortment.count("product", updated_since=since) < MANY
    assert all(row["updated"] >= since for row in rows)


def test_bundles_come_with_their_parts_a_hundred_to_a_page(moysklad: MoySklad, box: Any) -> None:
    part = moysklad.meta("product", box.moysklad.item("B-000001")["id"])
    for number in range(101):
        body = {"name": f"Набор {number}", "components": [{"assortment": part, "quantity": number + 1}]}
        box.moysklad.create("bundle", body)
    pages = [rows for rows, _ in moysklad.assortment.pages("bundle")]
    assert len(pages[0]) == 100
    bundles = {row["id"]: row for rows in pages for row in rows}
    assert len(bundles) == moysklad.assortment.count("bundle") >= 102
    for bundle in bundles.values():
        assert len(bundle["components"]["rows"]) == bundle["components"]["meta"]["size"] > 0
    last = next(row for row in bundles.values() if row["name"] == "Набор 100")
    (component,) = moysklad.assortment.components(last["id"])
    assert (id_of(component["assortment"]), component["quantity"]) == (id_of(part), 101.0)
    assert last["components"]["rows"] == [component]


def test_a_deleted_card_is_not_found_and_its_stock_is_zero_for_a_while(moysklad: MoySklad, box: Any) -> None:
    id_ = box.moysklad.item("B-000009")["id"]
    box.moysklad.delete_item("B-000009")
    with pytest.raises(NotFound):
        moysklad.get(f"entity/product/{id_}")
    assert moysklad.assortment.by_ids("product", [id_]) == []
    rows = moysklad.stock.by_store_current("stock", changed_since=moscow(minutes=5))
    gone = [amount(row, "stock") for row in rows if row["assortmentId"] == id_]
    assert gone == [0.0, 0.0]


def test_stock_in_stores_inside_others_and_in_fractions(moysklad: MoySklad, box: Any) -> None:
    shelf = box.moysklad.add_store("Полка", parent=MAIN)
    box.moysklad.enter({"B-000010": 2.25}, "Полка")
    box.moysklad.sell({"B-000010": 5}, MAIN)
    id_ = box.moysklad.item("B-000010")["id"]
    rows = moysklad.stock.by_store_current("stock", assortment_ids=[id_])
    stores = {store["name"]: store["id"] for store in moysklad.directory.stores()}
    assert {row["storeId"]: amount(row, "stock") for row in rows} == {
        stores[MAIN]: -2.0,
        stores[SHOP]: 0.5,
        shelf: 2.25,
    }


def test_what_is_being_recalculated_is_told_from_what_is_zero(moysklad: MoySklad, box: Any) -> None:
    id_ = box.moysklad.item("B-000011")["id"]
    since = moscow(seconds=2)
    box.moysklad.configure(recalculation_ms=60_000)
    box.moysklad.set_stock("B-000011", MAIN, 8)

    def read(**more: Any) -> list[float | None]:
        rows = moysklad.stock.by_store_current("stock", **more)
        main = box.moysklad.stores[MAIN]
        return [amount(row, "stock") for row in rows if (row["assortmentId"], row["storeId"]) == (id_, main)]

    assert read() == []
    assert read(with_recalculate=True) == [None]
    assert read(changed_since=since) == []
    assert read(changed_since=since, with_recalculate=True) == [None]
    box.moysklad.configure(recalculation_ms=0)
    assert read(changed_since=since) == [8.0]


@pytest.mark.parametrize("stock_type", ["stock", "freeStock"])
def test_a_report_too_big_comes_in_portions_with_the_same_rows(
    moysklad: MoySklad, box: Any, stock_type: Any
) -> None:
    whole = moysklad.stock.by_store_current(stock_type)
    box.moysklad.configure(report_limit=1000)
    with pytest.raises(PermanentError) as caught:
        moysklad.stock.by_store_current(stock_type)
    assert caught.value.code == "13005"

    def items() -> Iterator[str]:
        return (item["id"] for item in [*moysklad.assortment.products(), *moysklad.assortment.variants()])

    def rows() -> list[tuple[Any, ...]]:
        portions = list(stock_portions.by_store(moysklad, stock_type, items))
        assert len(portions) > 1
        return sorted(tuple(row.values()) for portion in portions for row in portion)

    expected = sorted(tuple(row.values()) for row in whole)
    assert rows() == expected
    box.moysklad.configure(store_report_limit=1000)
    assert rows() == expected
