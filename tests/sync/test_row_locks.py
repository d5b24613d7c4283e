"""Orders, documents, reports and writes of stock that touch the same goods wait for one another, and never in a circle.

PostgreSQL ends a circle with an error. SQLite has one writer: there the tests show that each of these ways works.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from factories import (
    BindingFactory,
    LinkedListingFactory,
    OrderFactory,
    ProductFactory,
    ShopFactory,
    canonical_order,
)

from bridge.catalog.models import BundlePart, Listing, StockLevel
from bridge.connections.models import Connection, Shop
from bridge.domain.errors import Problem
from bridge.domain.order import Line
from bridge.mapping.site_sales import Movement
from bridge.orders.models import Order
from bridge.orders.sales import Sale
from bridge.outbox.enqueue import enqueue, park
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.goods.store_listings import store
from bridge.sync.states import observed
from bridge.sync.stock import news, site_numbers, sold, stock_from_moysklad, stock_to_site
from bridge.sync.stock.settled_sales import Unsettled
from bridge.sync.stock.stock_from_moysklad import Report

pytestmark = pytest.mark.django_db(transaction=True)
FREE = Shop.StockType.FREE
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
# How long one waits for the other to be in the middle of its work too, where locks let it.
MEET = 0.5


@pytest.fixture
def goods() -> tuple[Listing, Listing]:
    """The listings of a bundle and of its part, in the order in which rows are locked."""
    shop = ShopFactory(store_ids=["main"])
    Connection.objects.filter(pk=shop.account_id).update(stock_types=[FREE])
    part = ProductFactory(connection=shop.account)
    bundle = ProductFactory(connection=shop.account, kind="bundle")
    BundlePart.objects.create(bundle=bundle, item_external_id=part.external_id, quantity=1)
    return LinkedListingFactory(shop=shop, link=bundle), LinkedListingFactory(shop=shop, link=part)


def order_of(number: int, listing: Listing) -> Order:
    line = Line("1", listing.product_id, "", listing.sku, "x", Decimal(2), 1000)
    seen = canonical_order(str(number), lines=(line,), charges=(), total_minor=1000)
    return OrderFactory(shop=listing.shop, source_id=str(number), seen=seen)


def hear(order: Order, listing: Listing, number: int) -> None:
    """The site tells of the order, and of a piece that it took."""
    with transaction.atomic():
        row = Order.objects.select_for_update(of=("self",)).select_related("shop__account").get(pk=order.pk)
        movement = Movement(number, listing.source_id, Decimal(1), AT)
        sold.told(row.shop, [sold.Heard(row, sold.Told([movement], {}), is_news=True)])


def report_of(listing: Listing, pieces: int) -> Report:
    return Report({(listing.binding.product.external_id, "main"): Decimal(pieces)}, set())


def together(*works: Callable[[], Any]) -> None:
    """Run these at the same time; what one of them raises is raised."""

    def run(work: Callable[[], Any]) -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        for running in [pool.submit(run, work) for work in works]:
            running.result(timeout=60)


def meeting(patch: pytest.MonkeyPatch, place: Any, name: str, barrier: threading.Barrier) -> None:
    """Whoever has called this waits for the other one, as long as that can come."""
    real = getattr(place, name)

    def call(*args: Any, **named: Any) -> Any:
        found = real(*args, **named)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=MEET)
        return found

    patch.setattr(place, name, call)


def test_an_order_of_a_bundle_and_one_of_its_part(
    goods: tuple[Listing, Listing], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, part = goods
    orders = [order_of(1, bundle), order_of(2, part)]
    meeting(monkeypatch, sold.journal, "record", threading.Barrier(2))
    together(lambda: hear(orders[0], bundle, 1), lambda: hear(orders[1], part, 2))
    assert Sale.objects.filter(in_flight=2).count() == 2
    assert Listing.objects.filter(stock_stale=True).count() == 2


def test_an_order_and_the_report_that_shows_it(
    goods: tuple[Listing, Listing], monkeypatch: pytest.MonkeyPatch
) -> None:
    _bundle, part = goods
    order, item = order_of(1, part), part.binding.product.external_id
    written = {"positions": [{"item": item, "quantity": 2.0}], "reserved": True}
    BindingFactory(order=order, external_id="document", written=written)
    hear(order, part, 1)
    account = part.shop.account
    barrier = threading.Barrier(2)
    meeting(monkeypatch, sold, "record_sales", barrier)
    meeting(monkeypatch, stock_from_moysklad, "_store", barrier)
    unsettled = Unsettled(account, FREE)
    together(
        lambda: hear(order, part, 2),
        lambda: (
            stock_from_moysklad._take_in(account, FREE, report_of(part, 8), unsettled, whole=False) and None
        ),
    )
    assert Sale.objects.get().shown == 2
    assert StockLevel.objects.get().quantity == 8


def test_news_of_an_order_from_its_site_and_from_its_document(
    goods: tuple[Listing, Listing], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document comes back out of the bin while the order changes: both let the order's message go."""
    _bundle, part = goods
    order, account = order_of(1, part), part.shop.account
    BindingFactory(order=order, external_id="document", gone="binned")
    park(order.shop, account, kinds.ORDER, order.object_key, Problem("document_gone", {"document": "1"}))
    barrier = threading.Barrier(2)

    def site() -> None:
        with transaction.atomic():
            row = Order.objects.select_for_update().get(pk=order.pk)
            with suppress(threading.BrokenBarrierError):
                barrier.wait(timeout=MEET)
            enqueue(order.shop, account, kinds.ORDER, row.object_key)

    wire = {"id": "document", "name": "1", "updated": "2026-11-20 12:00:00.000"}
    meeting(monkeypatch, observed, "release_object", barrier)
    together(site, lambda: observed.observe(account, [wire]))
    assert Order.objects.get().binding.gone == ""
    assert OutboxMessage.objects.get(kind=kinds.ORDER).state == "waiting"


def test_orders_documents_reports_and_writes_of_the_same_goods_all_at_once(
    goods: tuple[Listing, Listing],
) -> None:
    bundle, part = goods
    orders = {n: order_of(n, listing) for n, listing in enumerate((bundle, part, bundle, part))}
    for n, order in orders.items():
        BindingFactory(order=order, external_id=f"document-{n}")
    account = part.shop.account
    rounds = 25 if connection.vendor == "postgresql" else 3

    def heard(of: int) -> None:
        for n in range(rounds):
            hear(orders[of], (bundle, part)[of % 2], of * 1000 + n + 1)

    def held() -> None:
        for _ in range(rounds):
            sold.held(list(orders.values()))

    def reported() -> None:
        for n in range(rounds):
            unsettled = Unsettled(account, FREE)
            stock_from_moysklad._take_in(account, FREE, report_of(part, n), unsettled, whole=False)

    def worked_out() -> None:
        for _ in range(rounds):
            stock_to_site.work_out(part.shop, 100)

    together(*(partial(heard, n) for n in orders), held, reported, worked_out)
    assert Sale.objects.count() == 4


def test_orders_and_readings_of_the_site_that_has_its_goods_in_another_order() -> None:
    shop = ShopFactory(store_ids=["main"])
    goods = [LinkedListingFactory(shop=shop, product_id=str(900 - n)) for n in range(40)]
    orders = [order_of(n, listing) for n, listing in enumerate(goods[:2])]
    seen = [
        {
            **dict.fromkeys(("variation_id", "sku", "barcode", "name", "backorders"), ""),
            "product_id": listing.product_id,
            "kind": "simple",
            "status": "publish",
            "keeper": "own",
            "site_quantity": Decimal(3),
            "site_sale": 0,
            "site_fields": {},
        }
        for listing in goods
    ]
    rounds = 15 if connection.vendor == "postgresql" else 2

    def read() -> None:
        for _ in range(rounds):
            store(shop, seen, timezone.now())

    def heard() -> None:
        for n in range(rounds):
            with transaction.atomic():
                order = (
                    Order.objects.select_for_update(of=("self",))
                    .select_related("shop__account")
                    .get(pk=orders[0].pk)
                )
                moved = [
                    Movement(n * 100 + m, one.source_id, Decimal(1), AT) for m, one in enumerate(goods, 1)
                ]
                sold.told(order.shop, [sold.Heard(order, sold.Told(moved, {}), is_news=True)])

    together(read, heard, read, heard)
    assert Listing.objects.filter(stock_stale=True).count() == len(goods)


def test_a_write_that_was_not_answered_and_news_of_the_same_goods() -> None:
    """Rows that lie in the table in another order than their numbers are."""
    goods = LinkedListingFactory.create_batch(60, shop=ShopFactory(store_ids=["main"]))
    keys = [listing.pk for listing in goods]
    for pk in reversed(keys):
        Listing.objects.filter(pk=pk).update(unheard=1)
    rounds = 60 if connection.vendor == "postgresql" else 3

    def doubted() -> None:
        for _ in range(rounds):
            site_numbers.doubt(keys)

    def changed() -> None:
        for _ in range(rounds):
            with transaction.atomic():
                news.listings_changed(goods[0].shop, keys)

    together(doubted, changed)
    assert Listing.objects.filter(doubtful=True, stock_stale=True).count() == 60
