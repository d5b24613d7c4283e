"""The warehouse an order is written to, where the owner lets the stock decide: by the order of his warehouses."""

from __future__ import annotations

from typing import Any

import pytest
from stock_box import NUMBERS, STORE, StockBox, box, stock

from bridge.connections.models import Shop
from bridge.sync import kinds

__all__ = ["box", "stock"]


@pytest.fixture
def others(stock: StockBox) -> list[str]:
    """The names of two more warehouses; the shop's order is the second, the first, the usual one."""
    moysklad = stock.box.moysklad
    names = [f"Склад {next(NUMBERS)}" for _ in range(2)]
    ids = [moysklad.add_store(name) for name in names]
    Shop.objects.update(store_ids=[*reversed(ids), moysklad.stores[STORE]], pick_store="stocked")
    stock.shop.refresh_from_db()
    return names


def written_to(stock: StockBox, goods: dict[str, int]) -> Any:
    """The name of the warehouse in the document of a new order of these."""
    stock.read()
    before = {document["id"] for document in stock.box.moysklad.documents()}
    stock.hear(stock.event(stock.box.store.place_order(goods)["id"]))
    message = stock.deliver(kinds.ORDER)
    assert message is not None
    assert message.state == "done", message.problem
    (document,) = [one for one in stock.box.moysklad.documents() if one["id"] not in before]
    return document["store"]["name"]


def test_the_first_warehouse_that_has_all_of_an_order_gets_it(stock: StockBox, others: list[str]) -> None:
    first, second = others
    mug, plate = stock.item(stock=9, there=9), stock.item(stock=9, there=9)
    for name, mugs, plates in ((second, 3, 1), (first, 2, 2)):
        stock.box.moysklad.set_stock(mug, name, mugs)
        stock.box.moysklad.set_stock(plate, name, plates)
    assert written_to(stock, {mug: 1}) == second, "the owner's order counts"
    assert written_to(stock, {mug: 1, plate: 2}) == first, "one item is not enough"
    assert written_to(stock, {mug: 3, plate: 3}) == STORE


def test_where_none_has_everything_the_first_gets_the_order(stock: StockBox, others: list[str]) -> None:
    first, second = others
    mug, plate = stock.item(stock=5, there=9), stock.item(stock=1, there=9)
    stock.box.moysklad.set_stock(plate, first, 5)
    assert written_to(stock, {mug: 2, plate: 2}) == second


def test_the_first_gets_every_order_unless_the_owner_lets_the_stock_decide(
    stock: StockBox, others: list[str]
) -> None:
    Shop.objects.update(pick_store="first")
    mug = stock.item(stock=5, there=9)
    assert written_to(stock, {mug: 1}) == others[1]
