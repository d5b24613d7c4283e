"""An order whose customer's data went by the clock, and is refunded after that: it is worked with as ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from stock_box import STORE, StockBox, box, stock

from bridge.connections.models import Shop
from bridge.orders.models import Order, OrderBinding
from bridge.personal import ended
from bridge.sync import kinds

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


def test_a_refund_of_one_becomes_a_return(stock: StockBox, settings: Any) -> None:
    settings.KEEP_PERSONAL_DAYS = 30
    moysklad = stock.box.moysklad
    Shop.objects.update(send_refunds=True)
    sku = stock.item(stock=10)
    order = stock.box.store.place_order({sku: 3}, shipping=None)["id"]
    stock.hear(stock.event(order))
    stock.all()
    document = OrderBinding.objects.get().external_id
    moysklad.ship(document, {sku: 3}, STORE)
    stock.box.store.set_status(order, "completed")
    stock.hear(stock.event(order))
    stock.all()
    before = moysklad.document(document)
    email = Order.objects.get().email
    assert email
    assert ended.forget(timezone.now() + timedelta(days=31)) == 1
    assert Order.objects.get().email == ""
    stock.box.store.refund(order, {sku: 1})
    stock.hear(stock.event(order))
    assert Order.objects.get().email == email, "as the site tells it"
    while stock.deliver(kinds.ORDER) or stock.deliver(kinds.REFUND):
        pass
    [made] = [
        one for one in moysklad.documents("salesreturn") if one["demand"]["customerOrder"]["id"] == document
    ]
    assert [row["quantity"] for row in made["positions"]["rows"]] == [1]
    after = moysklad.document(document)
    assert {name for name, value in after.items() if before.get(name) != value} <= {"updated", "meta"}
