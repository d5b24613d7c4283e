"""What staff do in MoySklad with a return that we made there for a refund of the site."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from stock_box import STORE, StockBox, box, stock

from bridge.orders.after_sale import RelatedDocument, Return
from bridge.orders.flags import Flag
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(stock: StockBox) -> dict[str, Any]:
    """The return that was made of a refund of one of two pieces."""
    moysklad, store = stock.box.moysklad, stock.box.store
    sku = stock.item(stock=10)
    order = store.place_order({sku: 2}, shipping=None)["id"]
    stock.hear(stock.event(order))
    stock.all()
    demand = moysklad.ship(OrderBinding.objects.get().external_id, {sku: 2}, STORE)
    stock.all()
    store.refund(order, {sku: 1})
    stock.hear(stock.event(order))
    while stock.deliver(kinds.ORDER) or stock.deliver(kinds.REFUND):
        pass
    [made] = [one for one in moysklad.documents("salesreturn") if one["demand"]["id"] == demand["id"]]
    return {**made, "sku": sku}


def test_put_into_the_bin_and_taken_out_it_is_noted(stock: StockBox, made: dict[str, Any]) -> None:
    stock.box.moysklad.trash(made["id"], "salesreturn")
    stock.read("returns")
    assert RelatedDocument.objects.get(kind="salesreturn").gone
    assert Flag.objects.get().code == "refund_return_removed"
    stock.box.moysklad.restore(made["id"], "salesreturn")
    stock.read("returns")
    assert not RelatedDocument.objects.get(kind="salesreturn").gone
    assert not Flag.objects.exists()


def test_put_into_the_bin_and_made_anew_it_is_not_refunded_again(
    stock: StockBox, made: dict[str, Any]
) -> None:
    stock.box.moysklad.trash(made["id"], "salesreturn")
    stock.read("returns")
    stock.box.moysklad.return_goods(made["demand"]["id"], {made["sku"]: 1})
    stock.read("returns")
    assert stock.deliver(kinds.RETURN).state == "done"
    assert Return.objects.get().refund is not None
    assert len(stock.box.store.refunds(int(Return.objects.get().order.source_id))) == 1


def test_while_a_try_of_ours_is_in_doubt_nobody_is_asked_about_a_return(
    stock: StockBox, made: dict[str, Any]
) -> None:
    """The return may be the one we made: the answer is waited for."""
    RelatedDocument.objects.filter(kind="salesreturn").update(sending=True, external_id="", sync_id=uuid4())
    stock.box.moysklad.return_goods(made["demand"]["id"], {made["sku"]: 1})
    stock.read("returns")
    waits = stock.deliver(kinds.RETURN)
    assert (waits.state, waits.problem_params["why"]) == ("waiting", "return_in_doubt")
    RelatedDocument.objects.filter(kind="salesreturn").update(external_id=made["id"], sending=False)
    assert stock.deliver(kinds.RETURN).state == "done"


def test_a_question_about_a_return_that_was_put_off_stays_so_when_a_refund_is_brought(
    stock: StockBox, made: dict[str, Any]
) -> None:
    stock.box.moysklad.return_goods(made["demand"]["id"], {made["sku"]: 1})
    stock.read("returns")
    later = timezone.now() + timedelta(days=1)
    put_off = OutboxMessage.objects.filter(kind=kinds.RETURN)
    put_off.update(state="parked", problem="return_of_refund", snoozed_until=later)
    order = Order.objects.get()
    enqueue(stock.shop, stock.shop.account, kinds.REFUND, order.object_key)
    stock.deliver(kinds.REFUND)
    assert put_off.get().snoozed_until == later


def test_a_question_about_a_return_that_turns_out_to_be_ours_is_put_away(
    stock: StockBox, made: dict[str, Any]
) -> None:
    order = Order.objects.get()
    moment = timezone.now()
    Return.objects.create(
        connection=stock.shop.account,
        external_id=made["id"],
        order=order,
        moment=moment,
        content={"lines": [1]},
    )
    asked = enqueue(stock.shop, stock.shop.site, kinds.RETURN, order.object_key)
    OutboxMessage.objects.filter(pk=asked.pk).update(state="parked", problem="return_of_refund")
    enqueue(stock.shop, stock.shop.account, kinds.REFUND, order.object_key)
    stock.deliver(kinds.REFUND)
    assert stock.deliver(kinds.RETURN).state == "done"
    assert not Return.objects.exists()
