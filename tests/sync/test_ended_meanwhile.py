"""An order ends on the site in the moment between our reading of it and its document."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from stock_box import StockBox, box, stock

from bridge.connections.models import Connection
from bridge.orders.models import OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.buyers import customers

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


def cancelled(stock: StockBox, order: int) -> None:
    stock.box.store.set_status(order, "cancelled")
    stock.hear(stock.event(order))


def deleted(stock: StockBox, order: int) -> None:
    stock.box.store.set_status(order, "trash")
    stock.hear(stock.event(order))


def test_a_document_that_moysklad_makes_after_its_gateway_gave_up_ends_with_its_order(
    stock: StockBox, settings: Any
) -> None:
    settings.RETRY_SCALE = 0.02
    sku = stock.item(stock=10)
    order = stock.box.store.place_order({sku: 3})["id"]
    stock.hear(stock.event(order))
    stock.box.moysklad.faults.add("late", method="POST", path="customerorder$", status=504, ms=1500)
    stock.deliver(kinds.ORDER)
    cancelled(stock, order)
    deadline = time.monotonic() + 30
    while OutboxMessage.objects.filter(state="waiting").exists() and time.monotonic() < deadline:
        Connection.objects.update(paused_until=None)
        stock.deliver(kinds.ORDER)
        time.sleep(0.1)
    binding = OrderBinding.objects.select_related("order").get()
    rows = stock.box.moysklad.document(binding.external_id)["positions"]["rows"]
    assert not any(row.get("reserve") for row in rows), "nothing stays set aside for it"


@pytest.mark.parametrize("end", [cancelled, deleted])
def test_an_order_that_ends_while_its_document_is_made_ends_there_too(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch, end: Callable[[StockBox, int], None]
) -> None:
    sku = stock.item(stock=10)
    order = stock.box.store.place_order({sku: 3})["id"]
    stock.hear(stock.event(order))
    resolve = customers.resolve

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(customers, "resolve", resolve)
        end(stock, order)
        return resolve(*arguments)

    monkeypatch.setattr(customers, "resolve", meanwhile)
    while stock.deliver(kinds.ORDER):
        pass
    binding = OrderBinding.objects.select_related("order").get()
    assert binding.site_status == binding.order.status
    rows = stock.box.moysklad.document(binding.external_id)["positions"]["rows"]
    assert not any(row.get("reserve") for row in rows), "nothing stays set aside for it"
