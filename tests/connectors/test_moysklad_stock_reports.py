"""Stock reports on a scripted server: odd answers, reports too big for one call, the address a webhook names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import Forbidden, PermanentError, TransientError
from connectors.moysklad import stock_portions
from connectors.moysklad.client import MoySklad
from connectors.moysklad.stock import ITEMS_PER_CALL, amount, parse_stock_report_url

Make = Callable[..., MoySklad]
API = "/api/remap/1.2"
BY_STORE = f"{API}/report/stock/bystore/current"
MAIN, SHOP = "10000000-0000-4000-8000-000000000001", "10000000-0000-4000-8000-000000000002"
TOO_BIG = {"errors": [{"error": "Отчёт слишком большой", "code": 13005}]}
ITEM = "20000000-0000-4000-8000-000000000000"


def item(number: int) -> str:
    return f"20000000-0000-4000-8000-{number:012d}"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"rows": []},
        "stock",
        [None],
        [[]],
        [{"stock": 1}],
        [{"assortmentId": 7, "stock": 1}],
        [{"assortmentId": ITEM, "quantity": 1}],
        [{"assortmentId": ITEM, "stock": "1"}],
        [{"assortmentId": ITEM, "stock": True}],
        [{"assortmentId": ITEM, "stock": 1}, {"assortmentId": ITEM, "stock": float("nan")}],
    ],
)
def test_what_is_no_stock_report_is_no_stock(make_moysklad: Make, stub: Any, reply: Any, answer: Any) -> None:
    stub.replies(reply(200, answer))
    with pytest.raises(TransientError, match="no stock report"):
        make_moysklad().stock.all_current("stock")


def test_an_item_being_recalculated_has_no_amount(make_moysklad: Make, stub: Any, reply: Any) -> None:
    rows = [
        {"assortmentId": ITEM, "storeId": MAIN, "freeStock": None},
        {"assortmentId": ITEM, "storeId": None, "freeStock": -2.5},
    ]
    stub.replies(reply(200, rows))
    since = "2026-07-11 18:03:02"
    found = make_moysklad().stock.by_store_current("freeStock", changed_since=since, with_recalculate=True)
    assert [amount(row, "freeStock") for row in found] == [None, -2.5]
    asked = {"stockType": "freeStock", "changedSince": since, "withRecalculate": "true"}
    assert stub.seen[0].query == asked


def test_many_items_are_asked_for_in_as_many_calls_as_their_ids_need(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    stub.replies(reply(200, [{"assortmentId": ITEM, "stock": 1}]))
    rows = make_moysklad().stock.all_current("stock", assortment_ids=[item(n) for n in range(300)])
    assert len(rows) == len(stub.seen) == 3
    assert all(len(seen.target) < 6000 for seen in stub.seen)
    asked = [seen.query["filter"].removeprefix("assortmentId=").split(",") for seen in stub.seen]
    assert [len(ids) for ids in asked] == [ITEMS_PER_CALL, ITEMS_PER_CALL, 20]
    assert [id_ for ids in asked for id_ in ids] == [item(n) for n in range(300)]


def test_a_report_too_big_says_so_when_it_is_asked_for_alone(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    stub.replies(reply(400, TOO_BIG))
    with pytest.raises(PermanentError) as caught:
        make_moysklad().stock.by_store_current("stock")
    assert (type(caught.value), caught.value.code) == (PermanentError, "13005")


class Account:
    """Two stores with every item in both; answers 13005 to what `refuses` calls too big."""

    def __init__(self, stub: Any, reply: Any, refuses: Callable[[str], bool], items: int = 300) -> None:
        self.items = [item(number) for number in range(items)]
        self.filters: list[str] = []
        self.refuses, self.reply = refuses, reply
        stub.script = self.answer

    def answer(self, request: Any) -> Any:
        if request.path == f"{API}/entity/store":
            rows = [{"id": MAIN, "name": "Основной"}, {"id": SHOP, "name": "Магазин"}]
            return self.reply(200, {"meta": {"size": 2}, "rows": rows})
        wanted = request.query.get("filter", "")
        self.filters.append(wanted)
        if self.refuses(wanted):
            return self.reply(400, TOO_BIG)
        parts = dict(part.split("=") for part in wanted.split(";") if part)
        items = parts["assortmentId"].split(",") if "assortmentId" in parts else self.items
        stores: list[str | None] = [MAIN, SHOP]
        if "storeId" in parts:
            stores = [*parts["storeId"].split(",")]
        elif request.query["stockType"] != "stock":
            stores.append(None)
        kind = request.query["stockType"]
        return self.reply(
            200, [{"assortmentId": one, "storeId": store, kind: 1.0} for one in items for store in stores]
        )

    def all_rows(self, *stores: str | None) -> set[tuple[str, str | None]]:
        return {(one, store) for one in self.items for store in stores}


def keys(portions: list[list[Any]]) -> list[tuple[str, str | None]]:
    return [(row["assortmentId"], row["storeId"]) for rows in portions for row in rows]


def test_a_report_that_fits_is_one_portion_and_needs_no_ids(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    account = Account(stub, reply, refuses=lambda _filter: False)

    def not_needed() -> list[str]:
        raise AssertionError("the ids were read although the report came whole")

    portions = list(stock_portions.by_store(make_moysklad(), "freeStock", not_needed))
    assert len(portions) == 1
    assert set(keys(portions)) == account.all_rows(MAIN, SHOP, None)


def test_a_report_of_physical_stock_is_split_by_stores_first(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    account = Account(stub, reply, refuses=lambda wanted: wanted == "")
    portions = list(stock_portions.by_store(make_moysklad(), "stock", lambda: account.items))
    assert account.filters == ["", f"storeId={MAIN}", f"storeId={SHOP}"]
    assert set(keys(portions)) == account.all_rows(MAIN, SHOP)


def test_a_store_that_is_too_big_itself_is_split_by_items(make_moysklad: Make, stub: Any, reply: Any) -> None:
    account = Account(stub, reply, refuses=lambda wanted: wanted in ("", f"storeId={MAIN}"))
    portions = list(stock_portions.by_store(make_moysklad(), "stock", lambda: account.items))
    assert len(portions) == 3 + 1
    found = keys(portions)
    assert len(found) == len(set(found))
    assert set(found) == account.all_rows(MAIN, SHOP)


@pytest.mark.parametrize("stock_type", ["freeStock", "quantity", "reserve"])
def test_reserves_without_a_store_are_not_lost_by_splitting(
    make_moysklad: Make, stub: Any, reply: Any, stock_type: Any
) -> None:
    account = Account(stub, reply, refuses=lambda wanted: "assortmentId" not in wanted)
    portions = list(stock_portions.by_store(make_moysklad(), stock_type, lambda: account.items))
    assert [len(portion) for portion in portions] == [3 * ITEMS_PER_CALL, 3 * ITEMS_PER_CALL, 3 * 20]
    assert set(keys(portions)) == account.all_rows(MAIN, SHOP, None)


def test_changes_that_are_too_many_are_split_by_items_so_that_stores_that_went_are_told(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    account = Account(stub, reply, refuses=lambda wanted: "assortmentId" not in wanted, items=3)
    since = "2026-07-11 18:03:02"
    portions = stock_portions.by_store(
        make_moysklad(), "stock", lambda: account.items, changed_since=since, with_recalculate=True
    )
    assert set(keys(list(portions))) == account.all_rows(MAIN, SHOP)
    assert account.filters == ["", f"assortmentId={','.join(account.items)}"]
    asked = [seen.query for seen in stub.seen]
    assert {query["changedSince"] for query in asked} == {since}
    assert {query["withRecalculate"] for query in asked} == {"true"}


def test_named_stores_are_split_and_no_other_is_asked_for(make_moysklad: Make, stub: Any, reply: Any) -> None:
    account = Account(stub, reply, refuses=lambda wanted: wanted == f"storeId={MAIN},{SHOP}")
    portions = stock_portions.by_store(
        make_moysklad(), "freeStock", lambda: account.items, store_ids=[MAIN, SHOP]
    )
    assert set(keys(list(portions))) == account.all_rows(MAIN, SHOP)
    assert [seen.path for seen in stub.seen] == [BY_STORE] * 3


def test_any_other_refusal_ends_the_reading(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(403, {"errors": [{"error": "Нет права на остатки", "code": 13004}]}))
    with pytest.raises(Forbidden):
        list(stock_portions.by_store(make_moysklad(), "stock", list))
    assert len(stub.seen) == 1


def test_the_report_a_webhook_names_is_asked_for_at_our_own_address(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    stub.replies(reply(200, []))
    named = parse_stock_report_url(
        "https://evil.example/api/remap/1.2/report/stock/bystore/current?changedSince=2026-07-11 18:03:02"
    )
    client = make_moysklad()
    assert client.stock.by_store_current("stock", changed_since=named["changedSince"]) == []
    (seen,) = stub.seen
    assert seen.target == f"{BY_STORE}?stockType=stock&changedSince=2026-07-11%2018%3A03%3A02"
