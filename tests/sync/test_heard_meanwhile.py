"""A sale told of while the number of its item is on its way by REST is kept off that number once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from stock_box import STORE, StockBox, box, stock

from bridge.connections.models import Shop
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from connectors.woocommerce.products import Products

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


def by_rest(stock: StockBox, *, numbered: bool) -> None:
    """Stock goes by REST: of a site whose plugin numbers its sales and refuses our numbers, or of one without it."""
    if numbered:
        stock.box.store.configure(site_copy=True)
    else:
        stock.box.store.configure(plugin_stock=False)
        Shop.objects.update(plugin_version="1.1.0")


def heard_before_writing(stock: StockBox, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """The event arrives when the site's numbers were read and before ours are written."""
    write = Products.batch
    waiting = [body]

    def batch(*args: Any, **kwargs: Any) -> Any:
        while waiting:
            stock.hear(waiting.pop())
        return write(*args, **kwargs)

    monkeypatch.setattr(Products, "batch", batch)


@pytest.mark.parametrize("numbered", [False, True], ids=["by line", "numbered"])
@pytest.mark.parametrize("more", [0, 1], ids=["all told", "one not told"])
def test_what_was_told_meanwhile_is_not_waited_for(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch, numbered: bool, more: int
) -> None:
    by_rest(stock, numbered=numbered)
    sku = stock.item(stock=10)
    stock.all()
    sold = stock.box.store.place_order({sku: 2})
    later = stock.box.store.place_order({sku: more}) if more else None
    heard_before_writing(stock, monkeypatch, stock.event(sold["id"]))
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.read()
    stock.write()
    assert stock.shown(sku) == 13 - more
    listing = stock.listing(sku)
    assert (listing.unheard, listing.site_quantity) == (more, 13 - more)
    if later:
        assert waits_for_news()
        stock.hear(stock.event(later["id"]))
    stock.all()
    assert stock.shown(sku) == 13 - more
    assert stock.listing(sku).unheard == Decimal(0)
    assert not waits_for_news()


def test_a_sale_told_after_its_number_was_read_with_it_is_not_waited_for(stock: StockBox) -> None:
    by_rest(stock, numbered=True)
    sku = stock.item(stock=10)
    stock.all()
    order = stock.box.store.place_order({sku: 2})
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.read()
    stock.write()
    assert stock.listing(sku).unheard == 2
    stock.hear(stock.event(order["id"]))
    stock.all()
    assert stock.shown(sku) == 13
    assert stock.listing(sku).unheard == 0
    assert not waits_for_news()


def waits_for_news() -> bool:
    return OutboxMessage.objects.filter(kind=kinds.STOCK, state="waiting").exists()
