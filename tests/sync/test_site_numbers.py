"""The number known to be on the site: by REST and by the plugin, its journal, revisions, restores and clocks.

Each proves one way by which a sale nobody has heard of could be undone, or taken off twice, by our own write.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from factories import PLACED
from stock_box import STORE, StockBox, box, stock

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.orders.sales import SiteSale
from bridge.routes import FLOWS
from bridge.sync import flows, kinds
from bridge.sync.models import Watermark
from bridge.sync.stock import news

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


def without_the_plugin(stock: StockBox) -> None:
    stock.box.store.configure(plugin_stock=False)
    Shop.objects.update(plugin_version="1.1.0")


def sold(stock: StockBox, pieces: dict[str, int]) -> int:
    """The id of an order that was placed and heard of."""
    order: int = stock.box.store.place_order(pieces)["id"]
    stock.hear(stock.event(order))
    return order


def received(stock: StockBox, sku: str, pieces: float) -> None:
    """Goods come in, and their number goes to the site."""
    stock.box.moysklad.receive({sku: pieces}, STORE)
    stock.read()
    stock.write()


def read_the_site(stock: StockBox) -> None:
    mark = Watermark.objects.get(connection=stock.shop.site, flow="site_catalogue")
    Watermark.objects.filter(pk=mark.pk).update(next_due_at=PLACED)
    assert flows.run(mark.pk, FLOWS)


@pytest.fixture(params=["plugin", "rest"])
def parts(stock: StockBox, request: pytest.FixtureRequest) -> Iterator[StockBox]:
    """The owner wants parts of pieces; the site keeps whole ones only, until it is told otherwise."""
    if request.param == "rest":
        without_the_plugin(stock)
    Shop.objects.update(decimal_quantities=True)
    stock.shop.refresh_from_db()
    yield stock
    stock.box.store.configure(decimal_stock=False)


def asked(stock: StockBox) -> int:
    """Calls by which numbers were written since the last reset."""
    return stock.calls("/sklad-bridge/v1/stock") + stock.calls("/products/batch")


def again(stock: StockBox) -> None:
    """Every number is worked out anew, after the site and the whole report were read."""
    read_the_site(stock)
    stock.read("stock_full")
    news.listings_changed(stock.shop, None)
    stock.write()


def test_a_number_the_site_makes_whole_pieces_of_is_written_once(parts: StockBox) -> None:
    sku = parts.item(stock=7.5)
    parts.all()
    assert (parts.shown(sku), parts.listing(sku).site_quantity) == (7, 7)
    parts.box.store.reset_stats()
    again(parts)
    assert asked(parts) == 0
    assert parts.listing(sku).wanted_quantity == 7, "what the site can show"
    parts.box.moysklad.set_stock(sku, STORE, 7.9)
    again(parts)
    assert asked(parts) == 0, "the same in whole pieces"
    sold(parts, {sku: 2})
    again(parts)
    assert (parts.shown(sku), asked(parts)) == (5, 0)
    parts.box.moysklad.set_stock(sku, STORE, 9.5)
    again(parts)
    assert (parts.shown(sku), asked(parts)) == (7, 1)


def test_so_is_one_of_an_item_whose_last_sale_is_older_than_the_bridge(parts: StockBox) -> None:
    sku = parts.item(stock=7.5)
    parts.box.store.place_order({sku: 1})
    parts.box.store.age_sales(3600)
    Shop.objects.update(started_at=timezone.now())
    parts.all()
    again(parts)
    parts.box.store.reset_stats()
    again(parts)
    assert (parts.shown(sku), asked(parts)) == (7, 0)


def test_a_site_that_learns_to_keep_parts_of_pieces_gets_them(parts: StockBox) -> None:
    sku = parts.item(stock=7.5)
    parts.all()
    parts.box.store.configure(decimal_stock=True)
    parts.box.store.set_stock(sku, 6.5)
    again(parts)
    assert parts.shown(sku) == 7.5
    parts.box.store.reset_stats()
    again(parts)
    assert asked(parts) == 0


def test_a_part_of_a_piece_that_was_sold_a_moment_ago_is_not_taken_for_rounding(stock: StockBox) -> None:
    Shop.objects.update(decimal_quantities=True)
    stock.box.store.configure(decimal_stock=True)
    try:
        sku = stock.item(stock=10)
        stock.all()
        order = stock.box.store.place_order({sku: 0.5})
        received(stock, sku, 5.5)
        assert (stock.shown(sku), stock.listing(sku).whole_pieces) == (15, False)
        stock.hear(stock.event(order["id"]))
        stock.all()
        received(stock, sku, 0.25)
        assert stock.shown(sku) == 15.25
    finally:
        stock.box.store.configure(decimal_stock=False)


def test_by_rest_a_write_that_was_not_noted_is_not_taken_for_sales(stock: StockBox) -> None:
    without_the_plugin(stock)
    sku = stock.item(stock=10)
    stock.all()
    stock.box.moysklad.set_stock(sku, STORE, 4)
    stock.read()
    stock.box.store.set_stock(sku, 4)  # it got through, and the worker died before noting it
    stock.deliver(kinds.STOCK)
    assert stock.shown(sku) == 4


def test_by_rest_a_sale_nobody_has_heard_of_is_not_put_back_by_the_next_write(stock: StockBox) -> None:
    without_the_plugin(stock)
    sku = stock.item(stock=10)
    stock.all()
    stock.box.store.place_order({sku: 2})
    received(stock, sku, 5)
    news.listings_changed(stock.shop, None)
    stock.write()
    assert stock.shown(sku) == 13


def test_by_rest_a_sale_in_the_journal_is_not_taken_off_twice(stock: StockBox) -> None:
    stock.box.store.configure(stock_capability=False)  # it refuses to write, its journal goes on
    try:
        sku = stock.item(stock=10)
        stock.all()
        order = stock.box.store.place_order({sku: 2})
        stock.box.moysklad.receive({sku: 5}, STORE)
        stock.read()
        stock.deliver(kinds.STOCK)
        assert stock.listing(sku).site_quantity == 13
        stock.hear(stock.event(order["id"]))
        assert stock.listing(sku).site_quantity == 13
    finally:
        stock.box.store.configure(stock_capability=True)


def test_pieces_sold_elsewhere_go_off_once_the_journal_was_switched_off(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    stock.all()
    order = sold(stock, {sku: 2})
    stock.all()
    stock.box.store.set_status(order, "completed")
    body = json.loads(stock.event(order))
    body["order"].pop("sklad_bridge_sales")
    stock.hear(json.dumps(body))
    stock.box.moysklad.sell({sku: 2}, STORE)
    stock.read()
    stock.write()
    assert stock.shown(sku) == 6


def test_a_sale_while_the_goods_were_first_read_is_not_put_back(stock: StockBox) -> None:
    """The event is late, and another item, sold after it, was read with that later sale in it."""
    Shop.objects.update(started_at=timezone.now())
    stock.shop.refresh_from_db()
    sku, other = stock.item(stock=10), stock.item(stock=10)
    order = stock.box.store.place_order({sku: 2})
    stock.box.store.place_order({other: 1})
    Listing.objects.filter(sku=other).update(site_sale=stock.box.store.last_sale(other))
    stock.all()
    assert (stock.shown(sku), stock.shown(other)) == (8, 9)
    stock.hear(stock.event(order["id"]))
    stock.all()
    assert stock.shown(sku) == 8


def test_what_the_site_sold_before_the_bridge_began_is_in_the_numbers_of_moysklad(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    stock.box.store.place_order({sku: 2})
    stock.box.store.age_sales(3600)
    Shop.objects.update(started_at=timezone.now())
    stock.all()
    assert stock.shown(sku) == 10


def test_a_journal_without_its_old_sales_hides_no_new_one(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    stock.all()
    for pieces in (3, 1):
        sold(stock, {sku: pieces})
        stock.all()
    stock.box.store.age_sales(31 * 86400)
    SiteSale.objects.update(at=F("at") - timedelta(days=31))
    stock.box.store.place_order({sku: 2})
    received(stock, sku, 5)
    assert stock.shown(sku) == 9


def test_a_bridge_restored_from_a_backup_writes_with_newer_revisions_than_the_site_has(
    stock: StockBox,
) -> None:
    sku = stock.item(stock=10)
    Shop.objects.update(stock_revision=500)
    stock.all()
    Shop.objects.update(stock_revision=100)
    stock.box.moysklad.set_stock(sku, STORE, 3)
    stock.read()
    stock.write()
    assert stock.shown(sku) == 3


def test_a_number_a_restored_site_gives_again_is_a_new_sale(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    stock.all()
    sold(stock, {sku: 2})
    number = SiteSale.objects.get().number
    body = json.loads(stock.event(stock.box.store.place_order({sku: 3})["id"]))
    for row in body["order"]["sklad_bridge_sales"]:
        row["number"] = number
    stock.hear(json.dumps(body))
    assert SiteSale.objects.get(number=number).quantity == 3


def test_a_clock_of_the_site_that_jumped_settles_no_sale_nobody_has_heard_of(stock: StockBox) -> None:
    sku, other = stock.item(stock=10), stock.item(stock=10)
    stock.all()
    stock.box.store.place_order({sku: 2})
    body = json.loads(stock.event(stock.box.store.place_order({other: 1})["id"]))
    for row in body["order"]["sklad_bridge_sales"]:
        row["at"] += 8 * 86400
    stock.hear(json.dumps(body))
    received(stock, sku, 5)
    assert stock.shown(sku) == 13


def test_backorders_allowed_by_hand_on_the_site_are_put_back(stock: StockBox) -> None:
    Shop.objects.update(backorders="no")
    sku = stock.item(stock=5)
    stock.all()
    stock.box.store.edit_product(sku, backorders="yes")
    read_the_site(stock)
    stock.write()
    assert stock.box.store.product(sku)["backorders"] == "no"


@pytest.mark.parametrize("plugin", [True, False], ids=["plugin", "rest"])
def test_goods_whose_stock_the_site_begins_to_keep_get_their_number(stock: StockBox, plugin: bool) -> None:
    if not plugin:
        without_the_plugin(stock)
    sku = stock.item(stock=5, there=None)
    stock.all()
    assert stock.listing(sku).keeper == "nobody"
    received(stock, sku, 2)
    stock.box.store.edit_product(sku, manage_stock=True, stock_quantity=0)
    read_the_site(stock)
    stock.write()
    assert stock.shown(sku) == 7
