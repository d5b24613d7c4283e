"""Staff remove a document in MoySklad in the moment in which its order is on its way there."""

from __future__ import annotations

from typing import Any

import pytest
from stock_box import StockBox, box, stock

from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.orders import known_documents, orders_to_moysklad
from bridge.sync.states import observed
from connectors.moysklad.limits import Priority

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db

NOTHING_READ, READ, WRITTEN = (
    (orders_to_moysklad, "jobs_of"),
    (known_documents, "_read"),
    (known_documents, "send"),
)
MOMENTS = pytest.mark.parametrize("moment", [NOTHING_READ, READ, WRITTEN], ids=["taken", "read", "written"])


@pytest.fixture
def sent(stock: StockBox) -> str:
    """The document of an order that changed on the site since."""
    sku = stock.item(stock=10)
    number = stock.box.store.place_order({sku: 3}, shipping=None)["id"]
    stock.hear(stock.event(number))
    stock.all()
    stock.box.store.edit_order(number, {"customer_note": "Позвонить"})
    stock.hear(stock.event(number))
    return OrderBinding.objects.get().external_id


def removed_after(stock: StockBox, patch: pytest.MonkeyPatch, moment: tuple[Any, str]) -> None:
    """The document is deleted, and its webhook taken in, right after this was done."""
    place, name = moment
    real = getattr(place, name)

    def call(*args: Any) -> Any:
        patch.setattr(place, name, real)
        done = real(*args)
        document = OrderBinding.objects.get().external_id
        stock.box.moysklad.delete(document)
        observed.look(clients.moysklad(stock.shop.account, Priority.STATUSES), stock.shop.account, [document])
        return done

    patch.setattr(place, name, call)


def everything(stock: StockBox) -> None:
    while stock.deliver(kinds.ORDER):
        pass


def questions() -> list[str]:
    return list(OutboxMessage.objects.filter(state="parked").values_list("problem", flat=True))


@MOMENTS
def test_a_person_is_asked(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch, sent: str, moment: tuple[Any, str]
) -> None:
    removed_after(stock, monkeypatch, moment)
    everything(stock)
    assert OrderBinding.objects.get().gone == "deleted"
    assert questions() == ["document_gone"]


def test_a_person_is_asked_when_nothing_was_to_be_sent(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch, sent: str
) -> None:
    everything(stock)
    order = Order.objects.get()
    enqueue(stock.shop, stock.shop.account, kinds.ORDER, order.object_key)
    removed_after(stock, monkeypatch, NOTHING_READ)
    everything(stock)
    assert questions() == ["document_gone"]


@MOMENTS
def test_a_new_document_is_made_where_the_owner_wants_it(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch, sent: str, moment: tuple[Any, str]
) -> None:
    Shop.objects.update(on_removed="create")
    removed_after(stock, monkeypatch, moment)
    everything(stock)
    binding = OrderBinding.objects.get()
    assert binding.external_id not in ("", sent)
    assert stock.box.moysklad.document(binding.external_id)["syncId"] == str(binding.sync_id)
    assert (binding.gone, questions()) == ("", [])
