"""Goods are shipped in the moment between our reading of a document and our writing to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from stock_box import STORE, StockBox, box, stock

from bridge.connections.models import Shop
from bridge.orders.models import OrderBinding
from bridge.sync import kinds
from bridge.sync.orders import known_documents

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("leave", "returned"), [(3, 1), (1, 0)])
def test_a_refund_of_goods_that_left_meanwhile_becomes_a_return(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch, leave: int, returned: int
) -> None:
    moysklad = stock.box.moysklad
    Shop.objects.update(send_refunds=True)
    sku = stock.item(stock=10)
    order = stock.box.store.place_order({sku: 3}, shipping=None)["id"]
    stock.hear(stock.event(order))
    stock.all()
    document = OrderBinding.objects.get().external_id
    stock.box.store.refund(order, {sku: 1})
    stock.hear(stock.event(order))
    write = known_documents.send

    def after_a_shipment(client: Any, jobs: Sequence[Any]) -> list[Any]:
        monkeypatch.setattr(known_documents, "send", write)
        moysklad.ship(document, {sku: leave}, STORE)
        return write(client, jobs)

    monkeypatch.setattr(known_documents, "send", after_a_shipment)
    while stock.deliver(kinds.ORDER) or stock.deliver(kinds.REFUND):
        pass
    returns = [
        one for one in moysklad.documents("salesreturn") if one["demand"]["customerOrder"]["id"] == document
    ]
    pieces = [row["quantity"] for one in returns for row in one["positions"]["rows"]]
    assert sum(pieces) == returned
    [position] = moysklad.document(document)["positions"]["rows"]
    assert position["quantity"] == 2 + returned
