"""A number that changes costs the database the same, however many goods, orders and messages lie beside it.

Counted by the database itself, so a busy machine changes nothing: SQLite's virtual machine tells its steps,
PostgreSQL the rows it has read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone
from factories import OrderFactory
from stock_box import STORE, StockBox, box, stock

from bridge.catalog.models import Listing, Product, ProductBinding, StockLevel
from bridge.orders.sales import Sale
from bridge.outbox.deliver import deliver
from bridge.outbox.models import OutboxMessage
from bridge.routes import KINDS
from bridge.sync import kinds

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db

OTHERS = 2000
STEPS = 10
# Indexes are a little deeper, plans are others. To look at each of the others once would be twice this at least.
MORE = OTHERS // 4


@contextmanager
def counted() -> Iterator[list[int]]:
    """What the database does inside: tens of steps (SQLite) or rows read (PostgreSQL), once it has ended."""
    spent: list[int] = []
    if connection.vendor == "sqlite":
        ticks = 0

        def tick() -> int:
            nonlocal ticks
            ticks += 1
            return 0

        connection.connection.set_progress_handler(tick, STEPS)
        try:
            yield spent
        finally:
            connection.connection.set_progress_handler(None, 0)
        spent.append(ticks)
        return
    before = rows_read()
    yield spent
    spent.append(rows_read() - before)


def rows_read() -> int:
    """Rows that this transaction has read of the bridge's tables, by scans and by indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))"
            " FROM pg_stat_xact_user_tables WHERE relname LIKE 'bridge_%'"
        )
        return int(cursor.fetchone()[0])


def spent(act: Callable[[], object]) -> int:
    with counted() as found:
        act()
    return found[0]


def changes(stock: StockBox, sku: str, number: int) -> int:
    """One number is counted anew in MoySklad; what it cost to read the report, work the number out and write it."""
    stock.box.moysklad.set_stock(sku, STORE, number)
    cost = spent(stock.read)
    waiting = OutboxMessage.objects.get(shop=stock.shop, kind=kinds.STOCK, state=OutboxMessage.State.WAITING)
    cost += spent(lambda: deliver(waiting.pk, KINDS))
    assert stock.shown(sku) == number
    return cost


def crowd(stock: StockBox) -> None:
    """As many other goods, all linked and equal, each sold once and delivered; and the messages that did it."""
    shop = stock.shop
    products = Product.objects.bulk_create(
        Product(connection=shop.account, external_id=f"other-{n}", kind="product", name=f"Other {n}")
        for n in range(OTHERS)
    )
    listings = Listing.objects.bulk_create(
        Listing(
            shop=shop,
            product_id=f"9{n:06}",
            name=f"Other {n}",
            match="linked",
            site_quantity=Decimal(10),
            wanted_quantity=Decimal(10),
        )
        for n in range(OTHERS)
    )
    ProductBinding.objects.bulk_create(
        ProductBinding(listing=one, product=other) for one, other in zip(listings, products, strict=True)
    )
    StockLevel.objects.bulk_create(
        StockLevel(
            connection=shop.account,
            stock_type=shop.stock_type,
            product_external_id=product.external_id,
            store_id=shop.store_ids[0],
            quantity=Decimal(10),
        )
        for product in products
    )
    order = OrderFactory(shop=shop, status="completed")
    Sale.objects.bulk_create(
        Sale(order=order, listing=one, product=other, needed=1, held=1, shown=1, shipped=1, shipped_shown=1)
        for one, other in zip(listings, products, strict=True)
    )
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            shop=shop,
            connection=shop.site,
            kind=kinds.STOCK,
            object_key=f"stock:{shop.pk}",
            state=OutboxMessage.State.DONE,
            due_at=timezone.now(),
        )
        for _ in range(OTHERS)
    )
    if connection.vendor == "postgresql":  # as its own housekeeping does after many new rows
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@pytest.mark.parametrize("plugin", [True, False], ids=["plugin", "rest"])
@pytest.mark.parametrize("stock_type", ["freeStock", "stock"])
def test_one_changed_number_costs_the_same_among_thousands(
    stock: StockBox, plugin: bool, stock_type: str
) -> None:
    stock.box.store.configure(plugin_stock=plugin)
    stock.shop.stock_type, stock.shop.plugin_version = stock_type, "1.3.0" if plugin else "1.1.0"
    stock.shop.save()
    sku = stock.item(stock=10)
    stock.read("stock_full")
    stock.all()
    changes(stock, sku, 11)
    alone = changes(stock, sku, 12)
    crowd(stock)
    assert changes(stock, sku, 13) <= alone + MORE
