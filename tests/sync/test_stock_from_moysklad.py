"""Stock by MoySklad's clock, written in one order, and never put back over a sale MoySklad does not know yet."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from bridge.catalog.models import Listing, StockLevel
from bridge.catalog.selectors import differing
from bridge.connections.models import Shop
from bridge.mapping.moscow import from_wire
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Watermark
from bridge.sync.stock import stock_from_moysklad
from tests import factories


class Clock:
    """MoySklad with a clock `off` from ours; it refuses what its own clock calls the future."""

    def __init__(self, off: timedelta) -> None:
        self.off = off
        self.server_time: datetime | None = None
        self.asked: list[datetime] = []
        self.stock = self

    def by_store_current(
        self, stock_type: str, changed_since: str = "", include_zero: bool = False
    ) -> list[dict[str, Any]]:
        now = timezone.now() + self.off
        if changed_since:
            since = from_wire(changed_since)
            assert since <= now, "not in the future"
            self.asked.append(since)
        self.server_time = now.replace(microsecond=0)
        return []


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


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_do_not_lock_each_other_out(shop: Shop) -> None:
    rows = [(f"i{n:05d}", "store", Decimal(1)) for n in range(500)]
    errors: list[str] = []

    def write(portion: list[tuple[str, str, Decimal]]) -> None:
        try:
            for _ in range(15 if connection.vendor == "postgresql" else 1):  # SQLite has one writer anyway
                stock_from_moysklad._store(shop.account, "freeStock", portion)
        except DatabaseError as error:
            errors.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(part,)) for part in (rows, rows[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.django_db
def test_rows_are_written_in_one_order_whatever_the_report_says(shop: Shop) -> None:
    rows = [("b", "2", Decimal(1)), ("a", "9", Decimal(1)), ("b", "1", Decimal(2)), ("b", "2", Decimal(3))]
    with mock.patch.object(StockLevel.objects, "bulk_create") as bulk_create:
        stock_from_moysklad._store(shop.account, "freeStock", rows)
    [written] = [call.args[0] for call in bulk_create.call_args_list]
    assert [(x.product_external_id, x.store_id, x.quantity) for x in written] == [
        ("a", "9", 1),
        ("b", "1", 2),
        ("b", "2", 3),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["waiting", "in_flight", "parked"])
def test_a_sale_that_is_not_in_moysklad_yet_is_not_put_back_on_the_site(state: str) -> None:
    shop = factories.ShopFactory()
    sold = factories.LinkedListingFactory(shop=shop, product_id="1001", wanted_quantity=9, site_quantity=7)
    other = factories.LinkedListingFactory(shop=shop, product_id="1002", wanted_quantity=9, site_quantity=7)
    order = factories.OrderFactory(shop=shop)
    message = factories.MessageFactory(order=order, state=state)
    assert set(differing(shop)) == {other}
    OutboxMessage.objects.filter(pk=message.pk).update(state="done")
    assert set(differing(shop)) == {sold, other}


@pytest.mark.django_db
def test_an_order_that_has_its_document_holds_no_stock_back() -> None:
    shop = factories.ShopFactory()
    listing = factories.LinkedListingFactory(shop=shop, product_id="1001", wanted_quantity=9, site_quantity=7)
    order = factories.OrderFactory(shop=shop)
    factories.BindingFactory(order=order)
    factories.MessageFactory(order=order, state="parked")
    assert set(differing(shop)) == {listing}


@pytest.mark.django_db
def test_a_sold_variation_holds_back_only_itself() -> None:
    shop = factories.ShopFactory()
    for variation in ("51", "52"):
        factories.LinkedListingFactory(
            shop=shop, product_id="50", variation_id=variation, wanted_quantity=9, site_quantity=7
        )
    line = factories.canonical_order("1").lines[0]
    sold = factories.canonical_order("1", lines=(replace(line, product_id="50", variation_id="51"),))
    order = factories.OrderFactory(shop=shop, seen=sold)
    factories.MessageFactory(order=order, state="parked")
    assert [x.variation_id for x in differing(shop)] == ["52"]


@pytest.mark.django_db
def test_more_pieces_than_a_column_holds_are_cut(shop: Shop) -> None:
    listing = factories.LinkedListingFactory(shop=shop)
    factories.StockLevelFactory(
        connection=shop.account,
        product_external_id=listing.binding.product.external_id,
        store_id="store",
        quantity=Decimal(10**12),
    )
    stock_from_moysklad.wish([shop], None)
    assert Listing.objects.get(pk=listing.pk).wanted_quantity == 2**31 - 1
