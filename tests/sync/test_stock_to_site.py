"""Numbers on their way to the site: only what differs, no bad item holds up another, no sale is undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from stock_box import A_LONG_TIME, STORE, StockBox, box, stock

from bridge.catalog.models import Listing
from bridge.connections.models import Connection, Shop
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.goods.store_listings import store
from bridge.sync.stock import news, stock_to_site

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db
State = OutboxMessage.State
ENDPOINT = "/sklad-bridge/v1/stock"
BOTH = pytest.mark.parametrize("plugin", [True, False], ids=["plugin", "rest"])


def by(stock: StockBox, plugin: bool) -> None:
    stock.box.store.configure(plugin_stock=plugin)
    Shop.objects.update(plugin_version="1.3.0" if plugin else "1.1.0")


@BOTH
def test_the_number_of_moysklad_is_on_the_site(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    sku = stock.item(stock=7, there=3)
    stock.all()
    assert stock.shown(sku) == 7


@BOTH
def test_nothing_is_written_that_is_there_already(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    skus = [stock.item(stock=7, there=3) for _ in range(3)]
    stock.all()
    stock.box.store.clear_stock_writes()
    stock.box.moysklad.set_stock(skus[1], STORE, 9)
    stock.all()
    assert [(row["sku"], row["old"], row["new"]) for row in stock.box.store.stock_writes()] == [
        (skus[1], 7, 9)
    ]
    stock.box.store.clear_stock_writes()
    stock.read("stock_full")
    stock.write()
    assert stock.box.store.stock_writes() == []


@BOTH
def test_a_sale_of_the_site_needs_no_write(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    sku = stock.item(stock=10)
    stock.all()
    stock.box.store.clear_stock_writes()
    order = stock.box.store.place_order({sku: 2})
    stock.hear(stock.event(order["id"]))
    stock.all()
    stock.read("stock_full")
    stock.write()
    assert stock.shown(sku) == 8
    assert {row["who"] for row in stock.box.store.stock_writes()} == {"order"}


@BOTH
def test_stock_that_came_in_does_not_undo_a_sale_moysklad_does_not_know(
    stock: StockBox, plugin: bool
) -> None:
    by(stock, plugin)
    sku = stock.item(stock=10)
    stock.all()
    order = stock.box.store.place_order({sku: 2})
    stock.hear(stock.event(order["id"]))
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.read()
    stock.write()
    assert stock.shown(sku) == 13


def test_a_sale_nobody_has_heard_of_survives_a_write_by_the_plugin(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    stock.all()
    order = stock.box.store.place_order({sku: 2})
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.read()
    stock.write()
    assert stock.shown(sku) == 13
    stock.hear(stock.event(order["id"]))
    stock.all()
    assert stock.shown(sku) == 13
    assert stock.listing(sku).site_quantity == 13


def test_a_sale_between_our_reckoning_and_the_write_survives_it(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    stock.all()
    stock.box.store.sell_during({sku: 3}, path=ENDPOINT)
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.read()
    stock.write()
    assert stock.shown(sku) == 12


def test_by_rest_a_sale_nobody_has_heard_of_is_kept_off_the_number(stock: StockBox) -> None:
    by(stock, plugin=False)
    sku = stock.item(stock=10)
    stock.all()
    order = stock.box.store.place_order({sku: 2})
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.read()
    stock.deliver(kinds.STOCK)
    assert stock.shown(sku) == 13
    stock.hear(stock.event(order["id"]))
    stock.all()
    assert stock.shown(sku) == 13


def test_by_rest_a_sale_during_the_write_is_seen_when_the_number_is_read_again(stock: StockBox) -> None:
    by(stock, plugin=False)
    sku = stock.item(stock=10)
    stock.all()
    stock.box.store.sell_during({sku: 2}, when="after", path="/products/batch", method="POST")
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.read()
    stock.deliver(kinds.STOCK)
    assert stock.shown(sku) == 13
    assert stock.listing(sku).site_quantity == 13


@BOTH
@pytest.mark.parametrize(
    ("backorders", "status"), [("", "outofstock"), ("notify", "onbackorder")], ids=["sold out", "on order"]
)
def test_a_site_that_owes_pieces_does_not_sell_what_a_buyer_gives_back(
    stock: StockBox, plugin: bool, backorders: str, status: str
) -> None:
    by(stock, plugin)
    Shop.objects.update(backorders=backorders)
    sku = stock.item(stock=5)
    stock.all()
    order = stock.box.store.place_order({sku: 4})
    stock.hear(stock.event(order["id"]))
    stock.all()
    stock.box.moysklad.sell({sku: 3}, STORE)
    stock.all()
    assert stock.shown(sku) == -2
    assert stock.box.store.product(sku)["stock_status"] == status
    stock.box.store.clear_stock_writes()
    news.listings_changed(stock.shop, None)
    stock.write()
    assert stock.box.store.stock_writes() == [], "it is there already"
    stock.box.store.set_status(order["id"], "cancelled")
    assert stock.shown(sku) == 2, "so many exist, and nobody has heard of the cancellation yet"
    stock.hear(stock.event(order["id"]))
    stock.all()
    assert (stock.shown(sku), stock.listing(sku).site_quantity) == (2, 2)
    assert {row["who"] for row in stock.box.store.stock_writes()} <= {"order"}


@BOTH
def test_what_is_sold_on_order_stays_owed(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    Shop.objects.update(backorders="yes")
    sku = stock.item(stock=1)
    stock.all()
    order = stock.box.store.place_order({sku: 4})
    stock.hear(stock.event(order["id"]))
    stock.all()
    assert (stock.shown(sku), stock.listing(sku).wanted_quantity) == (-3, -3)
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.all()
    assert stock.shown(sku) == 2


@BOTH
@pytest.mark.parametrize("how", ["cancelled", "taken out of the order"])
def test_what_a_buyer_gave_back_does_not_hide_what_was_sold_elsewhere(
    stock: StockBox, plugin: bool, how: str
) -> None:
    by(stock, plugin)
    sku, other = stock.item(stock=10), stock.item(stock=10)
    stock.all()
    order = stock.box.store.place_order({sku: 2, other: 1})["id"]
    stock.hear(stock.event(order))
    stock.all()
    assert stock.shown(sku) == 8
    if how == "cancelled":
        stock.box.store.set_status(order, "cancelled")
    else:
        stock.box.store.set_line(order, sku, quantity=0)
    stock.hear(stock.event(order))
    stock.box.moysklad.sell({sku: 2}, STORE)
    stock.all()
    assert stock.shown(sku) == 8
    assert stock.listing(sku).sales.get().taken == 0, "nothing can be given back any more"


def test_the_report_that_lags_does_not_put_sold_pieces_back(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    stock.all()
    order = stock.box.store.place_order({sku: 4})
    stock.hear(stock.event(order["id"]))
    stock.box.moysklad.configure(recalculation_ms=A_LONG_TIME)
    while stock.deliver(kinds.ORDER):
        pass
    for flow in ("stock", "stock_full"):
        stock.read(flow)
        news.listings_changed(stock.shop, None)
        stock.write()
        assert stock.shown(sku) == 6
    stock.box.moysklad.configure(recalculation_ms=0)
    stock.read()
    stock.write()
    assert stock.shown(sku) == 6
    assert stock.listing(sku).sales.get().in_flight == 0


@BOTH
def test_an_item_the_site_refuses_holds_up_no_other(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    skus = [stock.item(stock=5) for _ in range(3)]
    stock.box.store.refuse_product(skus[1], code="no_such_stock", message="Не сегодня", status=400)
    stock.read()
    stock.write()
    assert [stock.shown(sku) for sku in skus] == [5, 0, 5]
    assert "Не сегодня" in stock.listing(skus[1]).write_error
    assert not Connection.objects.get(pk=stock.shop.site_id).failures
    stock.box.store.accept_products()
    stock.read("stock_full")
    stock.write()
    assert stock.shown(skus[1]) == 5, "once a day it is tried again"


@BOTH
def test_an_item_that_fails_in_passing_is_tried_again(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    sku = stock.item(stock=5)
    stock.box.store.refuse_product(sku, message="Deadlock found when trying to get lock", status=500)
    stock.read()
    message = stock.deliver(kinds.STOCK)
    assert message is not None
    assert (message.state, stock.listing(sku).write_error) == (State.WAITING, "")
    assert "Deadlock" in str(message.problem_params)
    stock.box.store.accept_products()
    stock.write()
    assert stock.shown(sku) == 5


def test_a_site_that_is_away_pauses_and_nothing_is_lost(stock: StockBox) -> None:
    sku = stock.item(stock=5)
    stock.read()
    stock.box.store.faults.add("status", status=503, path=ENDPOINT)
    message = stock.deliver(kinds.STOCK)
    assert message is not None
    assert (message.state, message.attempts) == (State.WAITING, 0)
    assert Connection.objects.get(pk=stock.shop.site_id).is_paused()
    stock.box.store.faults.clear()
    Connection.objects.update(paused_until=None)
    stock.write()
    assert stock.shown(sku) == 5


@BOTH
def test_a_page_of_html_instead_of_an_answer_is_no_success(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    sku = stock.item(stock=5)
    stock.read()
    stock.box.store.faults.add("html", path=ENDPOINT if plugin else "/products/batch", status=200, count=1)
    message = stock.deliver(kinds.STOCK)
    assert message is not None
    assert message.state == State.WAITING
    Connection.objects.update(paused_until=None)
    stock.write()
    assert (stock.shown(sku), stock.listing(sku).site_quantity) == (5, 5)


def test_what_the_plugin_did_not_reach_comes_next_in_portions_it_manages(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_to_site, "LEAST", 2)
    skus = [stock.item(stock=5) for _ in range(8)]
    stock.read()
    stock.box.store.configure(stock_item_ms=40.0, stock_seconds=0.1)
    stock.box.store.reset_stats()
    stock.write()
    stock.box.store.configure(stock_item_ms=0.0, stock_seconds=10.0)
    assert {stock.shown(sku) for sku in skus} == {5}
    assert 3 <= stock.calls(ENDPOINT) <= 5


def test_an_item_in_the_middle_of_a_sale_is_written_a_moment_later(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    stock.all()
    order = stock.box.store.start_sale({sku: 2})
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.read()
    stock.deliver(kinds.STOCK)
    assert stock.shown(sku) == 10
    waiting = OutboxMessage.objects.get(kind=kinds.STOCK, state=State.WAITING)
    assert waiting.due_at > timezone.now() + timedelta(seconds=1)
    stock.box.store.finish_sale(order["id"])
    stock.write()
    assert stock.shown(sku) == 13


def test_a_plugin_that_is_too_old_leaves_it_to_rest(stock: StockBox) -> None:
    stock.box.store.configure(plugin_stock=False)
    sku = stock.item(stock=5)
    stock.all()
    assert stock.shown(sku) == 5
    shop = Shop.objects.get(pk=stock.shop.pk)
    assert (shop.plugin_version, shop.plugin_problem) == ("0", "rest_no_route")


@pytest.mark.parametrize(
    ("knobs", "secret"), [({"stock_capability": False}, None), ({"site_copy": True}, None), ({}, "other")]
)
def test_a_plugin_that_refuses_us_is_noted_and_stock_goes_by_rest(
    stock: StockBox, knobs: dict[str, Any], secret: str | None
) -> None:
    if secret:
        site = Connection.objects.get(pk=stock.shop.site_id)
        site.credentials = {**site.credentials, "event_secret": secret}
        site.save()
    stock.box.store.configure(**knobs)
    sku = stock.item(stock=5)
    stock.all()
    stock.box.store.configure(stock_capability=True, site_copy=False)
    assert stock.shown(sku) == 5
    assert Shop.objects.get(pk=stock.shop.pk).plugin_problem.startswith("sklad_bridge_")


def test_nothing_is_written_before_the_owner_says_so(stock: StockBox) -> None:
    Shop.objects.update(write_goods=False)
    sku = stock.item(stock=5, there=1)
    stock.all()
    assert stock.shown(sku) == 1
    assert stock.listing(sku).wanted_quantity == 5, "it is known what it would be"
    Shop.objects.update(write_goods=True)
    news.ask(stock.shop)
    stock.write()
    assert stock.shown(sku) == 5


@BOTH
def test_a_product_that_keeps_no_stock_any_more_is_left_alone(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    sku = stock.item(stock=5)
    stock.box.store.set_stock(sku, None)
    stock.all()
    assert stock.listing(sku).keeper == Listing.Keeper.NOBODY
    stock.box.store.reset_stats()
    stock.read("stock_full")
    stock.write()
    assert stock.calls(ENDPOINT) + stock.calls("/products/batch") == 0


@BOTH
def test_the_owners_choice_of_backorders_goes_along(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    Shop.objects.update(backorders="notify")
    sku = stock.item(stock=0, there=3)
    stock.all()
    product = stock.box.store.product(sku)
    assert (product["backorders"], product["stock_status"]) == ("notify", "onbackorder")
    stock.box.store.reset_stats()
    stock.write()
    assert stock.calls(ENDPOINT) + stock.calls("/products/batch") == 0, "written once"


@BOTH
def test_a_number_changed_by_hand_on_the_site_is_put_right(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    sku = stock.item(stock=10)
    stock.all()
    stock.box.store.set_stock(sku, 50)
    Listing.objects.filter(sku=sku).update(site_quantity=50, stock_differs=True)  # as the next reading tells
    news.ask(stock.shop)
    stock.write()
    assert stock.shown(sku) == 10


def test_a_product_deleted_on_the_site_is_told_of_and_not_written_again(stock: StockBox) -> None:
    sku = stock.item(stock=5)
    stock.box.store.delete_product(sku)
    stock.read()
    stock.write()
    assert not stock.listing(sku).present


@pytest.mark.parametrize(
    "choice", [{"reserve": False}, {"stock_type": "stock"}], ids=["no reserves", "physical"]
)
def test_without_reserves_pieces_are_kept_until_they_are_shipped(
    stock: StockBox, choice: dict[str, Any]
) -> None:
    Shop.objects.update(**choice)
    stock.shop.refresh_from_db()
    sku = stock.item(stock=10)
    stock.read("stock_full")
    stock.write()
    order = stock.box.store.place_order({sku: 4})
    stock.hear(stock.event(order["id"]))
    stock.all()
    assert stock.shown(sku) == 6, "ordered, nothing is shipped"
    document = next(row for row in stock.box.moysklad.documents() if row["name"] == str(order["number"]))
    stock.box.moysklad.receive({sku: 5}, STORE)
    stock.box.moysklad.ship(document["id"], {sku: 3}, STORE)
    for flow in ("statuses", "progress", "stock"):
        stock.read(flow)
    stock.all()
    assert stock.shown(sku) == 11, "one piece is still to be shipped"
    stock.box.moysklad.ship(document["id"], {sku: 1}, STORE)
    for flow in ("statuses", "progress", "stock"):
        stock.read(flow)
    stock.all()
    assert stock.shown(sku) == 11


@BOTH
def test_a_reading_begun_before_a_write_does_not_take_it_back(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    sku = stock.item(stock=10, there=50)
    asked = timezone.now()
    listing = stock.listing(sku)
    read = {
        "product_id": listing.product_id,
        "variation_id": "",
        "sku": sku,
        "name": sku,
        "site_quantity": 50,
        "site_fields": {},
    }
    stock.all()
    assert stock.shown(sku) == 10
    store(stock.shop, [read], timezone.now(), read_at=asked)
    assert stock.listing(sku).site_quantity == 10
    stock.write()
    assert stock.shown(sku) == 10


def test_by_rest_a_number_lowered_by_hand_is_put_right_once_no_order_came(stock: StockBox) -> None:
    by(stock, plugin=False)
    sku = stock.item(stock=10)
    stock.all()
    stock.box.store.set_stock(sku, 1)
    stock.box.moysklad.set_stock(sku, STORE, 4)
    stock.read()
    stock.deliver(kinds.STOCK)
    assert stock.shown(sku) == 0, "nine pieces may have been sold just now"
    stock.write()
    assert stock.shown(sku) == 0
    Listing.objects.update(unheard_until=timezone.now())
    stock.write()
    assert stock.shown(sku) == 4


@BOTH
def test_backorders_are_written_once(stock: StockBox, plugin: bool) -> None:
    by(stock, plugin)
    Shop.objects.update(backorders="yes")
    sku = stock.item(stock=5)
    stock.all()
    stock.box.store.clear_stock_writes()
    news.listings_changed(stock.shop, None)
    stock.write()
    assert stock.box.store.stock_writes() == []
    assert stock.listing(sku).backorders == "yes"
