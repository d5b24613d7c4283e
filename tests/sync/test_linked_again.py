"""A document of ours that a bridge restored from a backup has forgotten stands for its order again."""

from __future__ import annotations

from typing import Any

import pytest
from stock_box import StockBox, box, stock

from bridge.connections import clients
from bridge.orders.after_sale import Refund
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.orders.linked_documents import OPENED, link
from bridge.sync.states.removed_documents import create_again
from connectors.moysklad.limits import Priority

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


def document_of(stock: StockBox) -> Any:
    """The document of the only order, as it is judged before it is linked."""
    client = clients.moysklad(stock.shop.account, Priority.ORDERS)
    [document] = client.orders.by_ids([OrderBinding.objects.get().external_id], OPENED)
    return document


def ordered(stock: StockBox) -> Order:
    """A paid order with its document."""
    placed = stock.box.store.place_order({stock.item(stock=10): 2}, paid=True, payment_method="bacs")
    stock.hear(stock.event(placed["id"]))
    stock.all()
    return Order.objects.get()


def test_money_that_people_entered_for_a_removed_document_is_not_entered_for_the_next(
    stock: StockBox,
) -> None:
    order = ordered(stock)
    OrderBinding.objects.update(written={"paid": True}, gone="binned")
    assert create_again(order)
    before = OrderBinding.objects.values().get()
    stock.all()
    document = document_of(stock)
    OrderBinding.objects.update(**before)
    assert link(Order.objects.get(), document)
    assert OrderBinding.objects.get().written["paid"] is True


@pytest.mark.parametrize("ours", [True, False])
def test_only_what_was_paid_for_a_document_of_others_is_history(stock: StockBox, ours: bool) -> None:
    """An upload finds documents of ours, too."""
    ordered(stock)
    document = document_of(stock)
    OrderBinding.objects.all().delete()
    assert link(Order.objects.get(), document if ours else {**document, "syncId": ""})
    assert OrderBinding.objects.get().written["paid"] is not ours


def test_a_refund_that_left_it_and_a_newer_one_that_has_not_yet_are_told_apart(stock: StockBox) -> None:
    store, sku = stock.box.store, stock.item(stock=10)
    number = store.place_order({sku: 3}, shipping=None)["id"]
    store.refund(number, {sku: 1})
    stock.hear(stock.event(number))
    stock.all()
    document = document_of(stock)
    store.refund(number, {sku: 1})
    stock.hear(stock.event(number))
    OrderBinding.objects.all().delete()
    Refund.objects.update(plan=None)
    OutboxMessage.objects.all().delete()
    assert link(Order.objects.get(), document)
    while stock.deliver(kinds.ORDER) or stock.deliver(kinds.REFUND):
        pass
    assert not OutboxMessage.objects.filter(state="parked").exists()
    [position] = stock.box.moysklad.document(document["id"])["positions"]["rows"]
    assert position["quantity"] == 1
