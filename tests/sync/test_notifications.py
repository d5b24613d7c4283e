"""Notifications of MoySklad that came together are looked after by one reading; each document gets what is its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from stock_box import STORE, StockBox, box, stock

from bridge.inbox.models import InboxEvent
from bridge.inbox.process import process_waiting
from bridge.inbox.receive import receive
from bridge.orders.models import OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.routes import TOGETHER, TOPICS
from bridge.sync import kinds

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(stock: StockBox) -> list[OrderBinding]:
    """Three orders with their documents."""
    sku = stock.item(stock=20)
    for _ in range(3):
        stock.hear(stock.event(stock.box.store.place_order({sku: 1}, shipping=None)["id"]))
    while stock.deliver(kinds.ORDER):
        pass
    return list(OrderBinding.objects.order_by("pk"))


def notified(stock: StockBox, kind: str, ids: list[str]) -> None:
    """A notification for each, as MoySklad sends them."""
    for one in ids:
        meta = {"type": kind, "href": f"{stock.box.moysklad.url}/entity/{kind}/{one}"}
        body = json.dumps({"events": [{"meta": meta, "action": "UPDATE", "accountId": "account"}]})
        receive(stock.shop.account, f"moysklad.{kind}", f"{kind}:{one}:{InboxEvent.objects.count()}", body)


def calls_made(stock: StockBox) -> list[str]:
    stock.box.moysklad.reset_stats()
    while process_waiting(TOPICS, TOGETHER):
        pass
    return [f"{call['method']} {call['path']}" for call in stock.box.moysklad.calls()]


def statuses(stock: StockBox) -> dict[str, str]:
    while stock.deliver(kinds.STATUS):
        pass
    return {one["number"]: one["status"] for one in stock.box.store.orders()}


def test_states_of_several_orders_are_read_by_one_call(stock: StockBox, sent: list[OrderBinding]) -> None:
    for binding in sent[:2]:
        stock.box.moysklad.set_state(binding.external_id, "Завершен")
    notified(stock, "customerorder", [binding.external_id for binding in sent])
    assert calls_made(stock) == ["GET /entity/customerorder"]
    found = statuses(stock)
    assert [found[one.order.number] for one in sent] == ["completed", "completed", "processing"]


def test_shipments_are_read_by_one_call_and_their_orders_by_another(
    stock: StockBox, sent: list[OrderBinding]
) -> None:
    demands = [stock.box.moysklad.ship(one.external_id, None, STORE)["id"] for one in sent]
    notified(stock, "demand", demands)
    notified(stock, "customerorder", [one.external_id for one in sent])
    made = calls_made(stock)
    assert made.count("GET /entity/demand") == 1
    assert made.count("GET /entity/customerorder") == 2, (
        "for the shipments, and for the orders' own notifications"
    )
    assert all(one.shipped_minor == one.sum_minor > 0 for one in OrderBinding.objects.all())


def test_one_that_cannot_be_read_keeps_no_other(stock: StockBox, sent: list[OrderBinding]) -> None:
    """A body of another form, and a document of nobody's."""
    stock.box.moysklad.set_state(sent[0].external_id, "Завершен")
    notified(stock, "customerorder", [sent[0].external_id, "5d1b0e2c-0000-4000-8000-000000000000"])
    for number, body in enumerate(({"events": 5}, {"events": [{"meta": "x"}]}, ["no object"])):
        receive(stock.shop.account, "moysklad.customerorder", f"strange:{number}", json.dumps(body))
    calls_made(stock)
    assert statuses(stock)[sent[0].order.number] == "completed"
    states: dict[str, Any] = dict(InboxEvent.objects.values_list("dedup_key", "state"))
    assert {state for key, state in states.items() if not key.startswith("strange")} == {"done"}


def test_states_for_the_site_go_in_one_job_though_each_answer_is_news(
    stock: StockBox, sent: list[OrderBinding]
) -> None:
    """What the site answers queues its order for MoySklad; that waits for no worker while this one holds it."""
    for binding in sent:
        stock.box.moysklad.set_state(binding.external_id, "Завершен")
    notified(stock, "customerorder", [binding.external_id for binding in sent])
    calls_made(stock)
    stock.deliver(kinds.STATUS)
    assert not OutboxMessage.objects.filter(kind=kinds.STATUS).exclude(state="done").exists()
