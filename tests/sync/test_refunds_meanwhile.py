"""A person settles a refund, or the site tells more of it, while the bridge decides what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from stock_box import STORE, StockBox, box, stock

from bridge.orders.after_sale import Refund
from bridge.orders.models import Order, OrderBinding
from bridge.sync import kinds
from bridge.sync.orders import known_documents
from bridge.sync.refunds import refund_plans

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def refunded(stock: StockBox) -> tuple[int, str, str]:
    """An order of three of which one was shipped and two were refunded since, its document, and the SKU."""
    sku = stock.item(stock=10)
    order = stock.box.store.place_order({sku: 3}, shipping=None)["id"]
    stock.hear(stock.event(order))
    stock.all()
    document = OrderBinding.objects.get().external_id
    stock.box.moysklad.ship(document, {sku: 1}, STORE)
    stock.all()
    stock.box.store.refund(order, {sku: 3})
    stock.hear(stock.event(order))
    return order, document, sku


def when_read(patch: pytest.MonkeyPatch, happens: Callable[[], Any]) -> None:
    """This happens when the documents were read and nothing was decided by them yet."""
    read = known_documents._read

    def call(*args: Any) -> Any:
        patch.setattr(known_documents, "_read", read)
        found = read(*args)
        happens()
        return found

    patch.setattr(known_documents, "_read", call)


def everything(stock: StockBox) -> None:
    while stock.deliver(kinds.ORDER) or stock.deliver(kinds.REFUND):
        pass


def returns(stock: StockBox, document: str) -> list[Any]:
    every = stock.box.moysklad.documents("salesreturn")
    return [one for one in every if one["demand"]["customerOrder"]["id"] == document]


def test_one_settled_by_a_person_meanwhile_makes_no_return(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch, refunded: tuple[int, str, str]
) -> None:
    _order, document, _sku = refunded
    when_read(monkeypatch, lambda: refund_plans.settle_by_hand(Refund.objects.get()))
    everything(stock)
    assert Refund.objects.get().plan == {"by_hand": True}
    assert returns(stock, document) == []


def test_settling_one_that_was_decided_meanwhile_keeps_what_left_its_document(
    stock: StockBox, refunded: tuple[int, str, str]
) -> None:
    order, document, _sku = refunded
    shown = Refund.objects.get()
    stock.deliver(kinds.ORDER)
    refund_plans.settle_by_hand(shown)
    stock.box.store.set_status(order, "completed")
    stock.hear(stock.event(order))
    everything(stock)
    assert returns(stock, document) == []
    [position] = stock.box.moysklad.document(document)["positions"]["rows"]
    assert position["quantity"] == 1


def test_one_of_which_the_site_told_more_meanwhile_is_decided_as_it_is_then(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch, refunded: tuple[int, str, str]
) -> None:
    order, document, _sku = refunded
    row = Refund.objects.get()
    [line] = row.content["lines"]
    half = {**line, "quantity": "1", "total_minor": line["total_minor"] // 3}
    content = {**row.content, "lines": [half], "total_minor": half["total_minor"]}
    Refund.objects.update(content=content, amount_minor=half["total_minor"])
    when_read(monkeypatch, lambda: stock.hear(stock.event(order)))
    everything(stock)
    assert len(returns(stock, document)) == 1
    [position] = stock.box.moysklad.document(document)["positions"]["rows"]
    assert position["quantity"] == 1


def test_one_settled_while_its_order_gets_a_first_document_is_part_of_it(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    order = stock.box.store.place_order({sku: 3}, shipping=None)["id"]
    stock.box.store.refund(order, {sku: 1})
    stock.hear(stock.event(order))
    read = Order.objects.prefetch_related("refunds").get()
    row = Refund.objects.get()
    refund_plans.settle_by_hand(row)
    refund_plans.take_into_document(read)
    assert Refund.objects.get().plan == {"by_hand": True, "positions": [row.content]}
