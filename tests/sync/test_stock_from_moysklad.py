"""Stock by MoySklad's clock, what changed and no more, from reports that lag, are too big, or tell odd things."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from factories import EventFactory
from stock_box import A_LONG_TIME, NUMBERS, STORE, StockBox, box, stock

from bridge.catalog.models import Listing, Product, StockLevel
from bridge.connections.models import Shop
from bridge.mapping.moscow import from_wire
from bridge.routes import FLOWS
from bridge.sync.models import Watermark
from bridge.sync.stock import stock_from_moysklad

__all__ = ["box", "stock"]


class Clock:
    """MoySklad with a clock `off` from ours; it refuses what its own clock calls the future."""

    def __init__(self, off: timedelta) -> None:
        self.off = off
        self.server_time: datetime | None = None
        self.asked: list[datetime] = []
        self.rows: list[dict[str, Any]] = []
        self.stock = self

    def by_store_current(
        self, stock_type: str, changed_since: str = "", **_more: bool
    ) -> list[dict[str, Any]]:
        now = timezone.now() + self.off
        if changed_since:
            since = from_wire(changed_since)
            assert since <= now, "not in the future"
            self.asked.append(since)
        self.server_time = now.replace(microsecond=0)
        return self.rows


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [-600, -10, 0, 10, 600])
def test_a_clock_that_is_off_neither_misses_changes_nor_asks_for_the_future(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    wire = Clock(timedelta(minutes=minutes))
    monkeypatch.setattr("bridge.connections.clients.moysklad", lambda *args: wire)
    mark = Watermark.objects.create(connection=shop.account, flow="stock", next_due_at=timezone.now())
    stock_from_moysklad.full(mark)
    read_at = wire.server_time
    stock_from_moysklad.changes(mark)
    assert read_at is not None
    assert [read_at - since for since in wire.asked] == [stock_from_moysklad.OVERLAP]


def marks(shop: Shop) -> tuple[Watermark, Watermark]:
    """Of looks at what changed, and of whole reports."""
    stock, full = (
        Watermark.objects.create(connection=shop.account, flow=flow, next_due_at=timezone.now())
        for flow in ("stock", "stock_full")
    )
    return stock, full


@pytest.mark.django_db
def test_what_is_counted_for_long_is_asked_for_until_it_is_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Clock(timedelta(0))
    monkeypatch.setattr("bridge.connections.clients.moysklad", lambda *args: wire)
    mark, _full = marks(shop)
    mark.position = timezone.now() - timedelta(hours=1)
    wire.rows = [{"assortmentId": "cup", "storeId": "store", shop.stock_type: None}]
    stock_from_moysklad.changes(mark)
    assert mark.again_in
    wire.rows = [{"assortmentId": "cup", "storeId": "store", shop.stock_type: 4.0}]
    stock_from_moysklad.changes(mark)
    assert wire.asked[0] == wire.asked[1], "it changed before the first look, and is told of by that time"
    assert StockLevel.objects.get().quantity == 4
    assert mark.position == wire.server_time


@pytest.mark.django_db
def test_what_is_counted_during_a_whole_report_is_looked_at_soon(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Clock(timedelta(0))
    wire.rows = [{"assortmentId": "cup", "storeId": "store", shop.stock_type: None}]
    monkeypatch.setattr("bridge.connections.clients.moysklad", lambda *args: wire)
    mark, whole = marks(shop)
    stock_from_moysklad.changes(mark)
    assert mark.again_in
    Watermark.objects.filter(pk=mark.pk).update(next_due_at=timezone.now() + timedelta(hours=1))
    stock_from_moysklad.full(whole)
    mark.refresh_from_db()
    assert mark.next_due_at < timezone.now() + timedelta(minutes=1)
    assert whole.again_in is None, "the whole report is not read over and over"


@pytest.mark.django_db
def test_whole_reports_are_read_by_one_at_a_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock_from_moysklad, "PATIENCE", 0.2)
    wire = Clock(timedelta(0))
    monkeypatch.setattr("bridge.connections.clients.moysklad", lambda *args: wire)
    mark, full = marks(shop)
    for reading, waiting in ((full, mark), (mark, full)):
        Watermark.objects.filter(pk=reading.pk).update(running_since=timezone.now())
        FLOWS[waiting.flow].run(waiting)
        assert waiting.again_in
        assert stock_from_moysklad.read_whole(shop.account) is None
        assert wire.server_time is None, "an older report may not be stored last"
        Watermark.objects.filter(pk=reading.pk).update(running_since=None)
    FLOWS["stock"].run(mark)
    assert mark.position is not None
    FLOWS["stock_full"].run(full)
    assert full.position is not None


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_do_not_lock_each_other_out(shop: Shop) -> None:
    rows = {(f"i{n:05d}", "store"): Decimal(1) for n in range(500)}
    errors: list[str] = []

    def write(portion: dict[tuple[str, str], Decimal]) -> None:
        try:
            for _ in range(15 if connection.vendor == "postgresql" else 1):  # SQLite has one writer anyway
                stock_from_moysklad._store(shop.account, "freeStock", portion)
        except DatabaseError as error:
            errors.append(repr(error))
        finally:
            connection.close()

    backwards = dict(reversed(rows.items()))
    threads = [threading.Thread(target=write, args=(part,)) for part in (rows, backwards)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_only_what_changed_is_worked_out_anew(stock: StockBox) -> None:
    skus = [stock.item(stock=5) for _ in range(3)]
    stock.all()
    stock.box.moysklad.set_stock(skus[0], STORE, 6)
    stock.read()
    assert [x.sku for x in Listing.objects.filter(stock_stale=True)] == [skus[0]]
    stock.write()
    stock.read("stock_full")
    assert not Listing.objects.filter(stock_stale=True).exists()


def test_an_item_gone_from_the_report_shows_nothing(stock: StockBox) -> None:
    sku = stock.item(stock=5)
    stock.all()
    stock.box.moysklad.delete_item(sku)
    stock.read()
    stock.write()
    assert stock.shown(sku) == 0


def test_a_report_that_fails_once_leaves_nothing_stale(stock: StockBox) -> None:
    sku = stock.item(stock=5)
    stock.all()
    stock.box.moysklad.set_stock(sku, STORE, 9)
    stock.box.moysklad.faults.add("status", status=500, path="/report/stock", count=10)
    assert stock.read().problem
    stock.box.moysklad.faults.clear()
    stock.shop.account.refresh_from_db()
    type(stock.shop.account).objects.update(paused_until=None)
    stock.all()
    assert stock.shown(sku) == 9


def test_items_being_counted_keep_their_number_and_are_looked_at_again_soon(stock: StockBox) -> None:
    sku = stock.item(stock=5)
    stock.all()
    stock.box.moysklad.configure(recalculation_ms=A_LONG_TIME)
    stock.box.moysklad.receive({sku: 3}, STORE)
    mark = stock.read()
    assert mark.next_due_at - timezone.now() < timedelta(seconds=10)
    stock.write()
    assert stock.shown(sku) == 5
    stock.box.moysklad.configure(recalculation_ms=0)
    stock.all()
    assert stock.shown(sku) == 8


def test_a_report_too_big_for_one_call_is_read_in_parts(stock: StockBox) -> None:
    skus = [stock.item(stock=n) for n in (3, 4, 5)]
    stock.box.moysklad.configure(report_limit=1)
    assert not stock.read("stock_full").problem
    stock.write()
    assert [stock.shown(sku) for sku in skus] == [3, 4, 5]


@pytest.mark.parametrize(("there", "shown"), [(-4, 0), (2.9, 2), (0.3, 0)])
def test_odd_numbers_become_numbers_a_site_can_show(stock: StockBox, there: float, shown: int) -> None:
    sku = stock.item(stock=5, there=1)
    stock.box.moysklad.set_stock(sku, STORE, there)
    stock.all()
    assert stock.shown(sku) == shown


@pytest.mark.parametrize("how", ["archive", "delete"])
def test_a_warehouse_that_was_removed_is_no_longer_counted(stock: StockBox, how: str) -> None:
    extra = stock.box.moysklad.add_store(f"Второй {next(NUMBERS)}")
    name = next(name for name, store in stock.box.moysklad.stores.items() if store == extra)
    Shop.objects.update(store_ids=[*stock.shop.store_ids, extra])
    sku = stock.item(stock=5)
    stock.box.moysklad.set_stock(sku, name, 4)
    stock.all()
    assert stock.shown(sku) == 9
    getattr(stock.box.moysklad, how)(extra, "store")
    stock.read()
    stock.write()
    assert stock.shown(sku) == 5


def test_a_child_warehouse_counts_only_where_it_is_chosen(stock: StockBox) -> None:
    child = stock.box.moysklad.add_store(f"Полка {stock.shop.pk}", parent=STORE)
    name = next(name for name, store in stock.box.moysklad.stores.items() if store == child)
    sku = stock.item(stock=5)
    stock.box.moysklad.set_stock(sku, name, 4)
    stock.all()
    assert stock.shown(sku) == 5


@pytest.mark.parametrize(
    ("url", "looks"),
    [
        (
            "https://api.moysklad.ru/api/remap/1.2/report/stock/bystore/current?changedSince=2026-01-01 10:00:00",
            True,
        ),
        ("https://evil.example.test/report/stock/all/current?changedSince=2026-01-01 10:00:00", True),
        ("https://api.moysklad.ru/api/remap/1.2/entity/product", False),
        ("", False),
    ],
)
def test_the_address_in_a_stock_webhook_is_understood_and_never_called(
    stock: StockBox, url: str, looks: bool
) -> None:
    mark = Watermark.objects.get(connection=stock.shop.account, flow="stock")
    before = mark.next_due_at
    body = json.dumps({"reportUrl": url})
    event = EventFactory(connection=stock.shop.account, topic="moysklad.stock", body=body)
    stock_from_moysklad.hinted(event)
    mark.refresh_from_db()
    assert (mark.next_due_at != before) is looks


def test_archived_items_show_nothing_once_the_catalogue_knows(stock: StockBox) -> None:
    sku = stock.item(stock=5)
    stock.all()
    Product.objects.filter(article=sku).update(archived=True)
    Listing.objects.filter(sku=sku).update(stock_stale=True)
    stock.box.moysklad.archive(stock.box.moysklad.item(sku)["id"], "product")
    stock.read()
    stock.write()
    assert stock.shown(sku) == 0
    assert StockLevel.objects.filter(product_external_id=stock.listing(sku).binding.product.external_id)
