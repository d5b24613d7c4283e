"""What changes while a number is on its way: a sale is kept off it once, and newer news goes after it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from stock_box import STORE, StockBox, box, stock

from bridge.connections.models import Connection, Shop
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.stock import news, site_numbers, stock_to_site, through_rest
from bridge.sync.stock.results import Result, Said
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


@pytest.mark.parametrize("numbered", [False, True], ids=["by line", "numbered"])
@pytest.mark.parametrize("restock", [0, 5], ids=["alone", "with goods that came in"])
def test_a_sale_our_number_went_over_is_taken_off_when_it_is_told(
    stock: StockBox, numbered: bool, restock: int
) -> None:
    by_rest(stock, numbered=numbered)
    sku = stock.item(stock=10)
    stock.all()
    stock.box.store.sell_during({sku: 2}, when="before", path="/products/batch", method="POST")
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.read()
    stock.write()
    assert stock.shown(sku) == 15, "by REST the sale is gone from the number for a while"
    if restock:
        stock.box.moysklad.receive({sku: restock}, STORE)
        stock.read("stock")
    stock.hear(stock.event(max(row["id"] for row in stock.box.store.orders())))
    stock.all()
    assert stock.shown(sku) == 13 + restock
    assert not waits_for_news()


def test_a_site_that_goes_away_in_the_midst_hides_no_sale_and_makes_none_up(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred to a call: the first hundred are written and known, whatever becomes of the second."""
    monkeypatch.setattr(through_rest, "BATCH", 1)
    by_rest(stock, numbered=False)
    first, second = stock.item(stock=10), stock.item(stock=10)
    stock.all()
    for sku in (first, second):
        stock.box.moysklad.set_stock(sku, STORE, 6)
    stock.read()
    stock.box.store.faults.add("status", status=503, path="/products/batch", skip=1)
    stock.deliver(kinds.STOCK)
    assert (stock.shown(first), stock.shown(second)) == (6, 10)
    stock.box.store.faults.clear()
    stock.box.moysklad.set_stock(first, STORE, 5)
    Connection.objects.update(paused_until=None, failures=0)
    stock.read()
    stock.write()
    assert (stock.shown(first), stock.shown(second)) == (5, 6)
    assert not waits_for_news()


def test_a_write_that_was_not_answered_is_overtaken_by_another_although_nothing_differs(
    stock: StockBox,
) -> None:
    """The site may still be about to carry it out: it does not, once it has had a newer one."""
    sku = stock.item(stock=10)
    stock.all()
    stock.box.moysklad.set_stock(sku, STORE, 15)
    stock.read()
    stock.box.store.faults.add("cut_before", path="/sklad-bridge/v1/stock")
    stock.deliver(kinds.STOCK)
    Connection.objects.update(paused_until=None, failures=0)
    stock.box.moysklad.set_stock(sku, STORE, 10)
    stock.read()
    before = stock.calls("/sklad-bridge/v1/stock")
    stock.write()
    assert stock.calls("/sklad-bridge/v1/stock") == before + 1
    assert (stock.shown(sku), stock.listing(sku).doubtful) == (10, False)


def test_a_number_worked_out_while_an_older_one_is_written_goes_after_it(stock: StockBox) -> None:
    """A confirmed preview writes what it showed; stock that changes meanwhile is worked out beside it."""
    sku = stock.item(stock=10)
    stock.all()
    shown = stock.listing(sku)
    stock.box.moysklad.set_stock(sku, STORE, 4)
    stock.read()
    assert stock_to_site.work_out(stock.shop, 10)
    site_numbers.note(stock.shop, [Result(shown, Said.SET, Decimal(10))])
    news.ask(stock.shop)
    stock.write()
    assert stock.shown(sku) == 4


def test_news_is_not_put_off_with_what_waits_for_an_order(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stock changes between the last look at what is left to do and the message that waits for the order."""
    by_rest(stock, numbered=False)
    sku, other = stock.item(stock=10), stock.item(stock=10)
    stock.all()
    stock.box.store.place_order({sku: 2})
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.read()
    look = stock_to_site._more
    changes = [lambda: (stock.box.moysklad.receive({other: 7}, STORE), stock.read())]

    def more(shop: Shop) -> bool:
        found = look(shop)
        while changes:
            changes.pop()()
        return found

    monkeypatch.setattr(stock_to_site, "_more", more)
    stock.deliver(kinds.STOCK)
    waiting = OutboxMessage.objects.get(kind=kinds.STOCK, state="waiting")
    assert waiting.due_at <= timezone.now()
    stock.write()
    assert stock.shown(other) == 17


def waits_for_news() -> bool:
    return OutboxMessage.objects.filter(kind=kinds.STOCK, state="waiting").exists()
