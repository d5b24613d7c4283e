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


def until_at_rest(stock: StockBox) -> None:
    """What waits is tried again and again, as the time comes; MoySklad's late calls are over then."""
    deadline = time.monotonic() + 30
    waiting = OutboxMessage.objects.filter(kind=kinds.ORDER, state="waiting")
    while waiting.exists() and time.monotonic() < deadline:
        Connection.objects.update(paused_until=None)
        stock.deliver(kinds.ORDER)
        time.sleep(0.1)
    assert stock.box.moysklad.settle()


def reserved(stock: StockBox) -> float:
    binding = OrderBinding.objects.get()
    rows = stock.box.moysklad.document(binding.external_id)["positions"]["rows"]
    return sum(row.get("reserve") or 0 for row in rows)


@pytest.fixture
def late(stock: StockBox, settings: Any) -> Callable[[], None]:
    """The next write of a document is carried out a second and a half after a gateway gave up; five minutes are six
    seconds."""
    settings.RETRY_SCALE = 0.02
    fault = {"method": "POST", "path": "customerorder$", "status": 504, "ms": 1500}
    return lambda: stock.box.moysklad.faults.add("late", **fault)


@pytest.fixture
def order(stock: StockBox) -> int:
    """Placed and heard of."""
    placed: int = stock.box.store.place_order({stock.item(stock=10): 3}, shipping=None)["id"]
    stock.hear(stock.event(placed))
    return placed


@pytest.mark.parametrize("then", ["cancelled", "refused, then cancelled"])
def test_a_document_that_is_made_after_a_gateway_gave_up_ends_with_its_order(
    stock: StockBox, order: int, late: Callable[[], None], then: str
) -> None:
    late()
    stock.deliver(kinds.ORDER)
    if then != "cancelled":
        stock.box.moysklad.faults.add("status", status=429, method="POST", path="customerorder$")
        Connection.objects.update(paused_until=None)
        stock.deliver(kinds.ORDER)
    cancelled(stock, order)
    until_at_rest(stock)
    assert reserved(stock) == 0, "nothing stays set aside for it"


def test_an_edit_that_is_made_after_a_gateway_gave_up_ends_with_its_order(
    stock: StockBox, order: int, late: Callable[[], None]
) -> None:
    stock.deliver(kinds.ORDER)
    [line] = stock.box.store.order(order)["line_items"]
    stock.box.store.set_line(order, line["sku"], quantity=4)
    stock.hear(stock.event(order))
    late()
    stock.deliver(kinds.ORDER)
    cancelled(stock, order)
    until_at_rest(stock)
    assert reserved(stock) == 0, "nothing stays set aside for it"


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
