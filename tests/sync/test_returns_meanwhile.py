"""Staff refund on the site in the moment in which a return from MoySklad becomes a refund there."""

from __future__ import annotations

from typing import Any

import pytest
from stock_box import STORE, StockBox, box, stock

from bridge.orders.after_sale import Refund
from bridge.orders.models import OrderBinding
from bridge.sync import kinds
from connectors.woocommerce.refunds import Refunds

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


def test_a_refund_told_of_meanwhile_stays(stock: StockBox, monkeypatch: pytest.MonkeyPatch) -> None:
    moysklad, store = stock.box.moysklad, stock.box.store
    sku = stock.item(stock=10)
    order = store.place_order({sku: 3}, shipping=None)["id"]
    stock.hear(stock.event(order))
    stock.all()
    document = OrderBinding.objects.get().external_id
    demand = moysklad.ship(document, {sku: 1}, STORE)
    stock.all()
    moysklad.return_goods(demand["id"], {sku: 1})
    stock.read("returns")
    create = Refunds.create

    def refunded_by_hand(*args: Any, **named: Any) -> Any:
        made = create(*args, **named)
        store.refund(order, {sku: 1})
        stock.hear(stock.event(order))
        return made

    monkeypatch.setattr(Refunds, "create", refunded_by_hand)
    assert stock.deliver(kinds.RETURN).state == "done"
    known = Refund.objects.filter(deleted_at=None).values_list("source_id", flat=True)
    assert len(known) == 2
    assert set(known) == {str(one["id"]) for one in store.refunds(order)}
    while stock.deliver(kinds.ORDER):
        pass
    [position] = moysklad.document(document)["positions"]["rows"]
    assert position["quantity"] == 2
