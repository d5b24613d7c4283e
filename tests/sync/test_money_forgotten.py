"""Money that a bridge restored from a backup has forgotten, or knows only a failed try of, is known by its key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from stock_box import STORE, StockBox, box, stock

from bridge.connections.models import PaymentMethod
from bridge.orders.after_sale import Refund, RelatedDocument
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue
from bridge.sync import kinds

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(stock: StockBox) -> Order:
    """A paid order of some time ago, shipped, with its payment."""
    PaymentMethod.objects.create(shop=stock.shop, method="bacs", document="paymentin")
    stock.shop.expense_item_id = next(iter(stock.box.moysklad.directory("expenseitem").values()))
    stock.shop.save()
    earlier = (timezone.now() - timedelta(hours=1)).isoformat()
    sku = stock.item(stock=10)
    placed = {"paid": True, "payment_method": "bacs", "shipping": None, "created": earlier}
    stock.hear(stock.event(stock.box.store.place_order({sku: 2}, **placed)["id"]))
    deliver_all(stock)
    stock.box.moysklad.ship(OrderBinding.objects.get().external_id, {sku: 2}, STORE)
    return Order.objects.get()


def deliver_all(stock: StockBox) -> None:
    while any(stock.deliver(kind) for kind in (kinds.ORDER, kinds.PAYMENT, kinds.REFUND)):
        pass


def forgotten(row: RelatedDocument) -> None:
    row.delete()


def only_a_failed_try_is_known(row: RelatedDocument) -> None:
    row.external_id, row.name, row.sending = "", "", False
    row.save()


def known(source_key: str) -> tuple[str, str]:
    return RelatedDocument.objects.values_list("kind", "external_id").get(source_key=source_key)  # type: ignore[return-value]


@pytest.mark.parametrize("chosen_since", ["paymentin", "cashin"])
@pytest.mark.parametrize("lose", [forgotten, only_a_failed_try_is_known])
def test_a_payment_is_known_as_what_it_was_made(
    stock: StockBox, paid: Order, lose: Callable[[RelatedDocument], None], chosen_since: str
) -> None:
    row = RelatedDocument.objects.get()
    document = row.external_id
    lose(row)
    OrderBinding.objects.update(written={**OrderBinding.objects.get().written, "paid": False})
    PaymentMethod.objects.update(document=chosen_since)
    enqueue(stock.shop, stock.shop.account, kinds.PAYMENT, paid.object_key)
    deliver_all(stock)
    assert known("payment") == ("paymentin", document)


@pytest.mark.parametrize("chosen_since", ["paymentin", "cashin"])
@pytest.mark.parametrize("lose", [forgotten, only_a_failed_try_is_known])
def test_so_is_money_paid_back(
    stock: StockBox, paid: Order, lose: Callable[[RelatedDocument], None], chosen_since: str
) -> None:
    stock.box.store.refund(int(paid.source_id))
    stock.hear(stock.event(int(paid.source_id)))
    deliver_all(stock)
    row = RelatedDocument.objects.get(kind="paymentout")
    document = row.external_id
    before: list[Any] = stock.box.moysklad.documents("cashout")
    lose(row)
    Refund.objects.update(placed_at=timezone.now() - timedelta(hours=1))
    PaymentMethod.objects.update(document=chosen_since)
    stock.box.moysklad.trash(document, "paymentout")
    enqueue(stock.shop, stock.shop.account, kinds.REFUND, paid.object_key)
    deliver_all(stock)
    assert known(row.source_key) == ("paymentout", document)
    assert stock.box.moysklad.documents("cashout") == before
