"""What orders keep of an item, through edits, uploads, staff's work on documents, other shops, bundles and links.

Each proves one way by which a piece could come off a number twice, stay off for ever, or be sold again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from factories import (
    BindingFactory,
    LinkedListingFactory,
    ListingFactory,
    OrderFactory,
    ProductFactory,
    ShopFactory,
    StockLevelFactory,
    canonical_order,
)
from stock_box import A_LONG_TIME, STORE, StockBox, box, stock

from bridge.catalog.bindings import bind, unbind
from bridge.catalog.models import BundlePart, Listing, Product
from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.domain.order import Line
from bridge.orders.models import Order, OrderBinding
from bridge.orders.record_sales import record_sales
from bridge.outbox.enqueue import enqueue
from bridge.sync import kinds
from bridge.sync.settings_changed import shop_changed
from bridge.sync.states import observed
from bridge.sync.stock import news, stock_from_moysklad
from bridge.sync.stock.offers import offers
from bridge.sync.stock.settled_sales import Unsettled

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db
FREE = Shop.StockType.FREE
PHYSICAL = Shop.StockType.STOCK


def choose(stock: StockBox, **choices: Any) -> None:
    """The owner saves other settings."""
    before = Shop.objects.get(pk=stock.shop.pk)
    Shop.objects.filter(pk=stock.shop.pk).update(**choices)
    stock.shop.refresh_from_db()
    shop_changed(before, stock.shop)


def ordered(stock: StockBox, pieces: dict[str, int], **order: Any) -> int:
    """The id of an order that was placed on the site and heard of."""
    placed: int = stock.box.store.place_order(pieces, **order)["id"]
    stock.hear(stock.event(placed))
    return placed


def settle(stock: StockBox) -> None:
    """All that is on its way arrives, and the report of the night is read."""
    stock.all()
    stock.read("stock_full")
    stock.write()


def document_of_the_order() -> str:
    return OrderBinding.objects.get().external_id


def look_at(stock: StockBox, document: str) -> None:
    observed.look(clients.moysklad(stock.shop.account), stock.shop.account, [document])


def another_shop(stock: StockBox, product: Product, **choices: Any) -> Listing:
    """Its listing of the item; it is a shop of the same account, with the same warehouses."""
    shop = ShopFactory(account=stock.shop.account, store_ids=stock.shop.store_ids, **choices)
    return LinkedListingFactory(shop=shop, link=product)


def offered(listing: Listing) -> Decimal | None:
    row = Listing.objects.select_related("binding__product", "shop").get(pk=listing.pk)
    return offers(row.shop, [row])[row.pk].quantity


def order_of(listing: Listing, pieces: int) -> Order:
    line = Line("1", listing.product_id, listing.variation_id, listing.sku, "x", Decimal(pieces), 1000)
    seen = canonical_order("1", lines=(line,), charges=(), total_minor=1000)
    return OrderFactory(shop=listing.shop, source_id="1", seen=seen)


def meanwhile(
    happens: Callable[[], None], module: Any, name: str, patch: pytest.MonkeyPatch, *, answered: bool = False
) -> None:
    """Something happens just before the first call of a function, or once that is answered and not yet used."""
    real, waiting = getattr(module, name), [happens]

    def happen() -> None:
        if waiting:
            waiting.pop()()

    def calling(*args: Any, **named: Any) -> Any:
        if not answered:
            happen()
        found = real(*args, **named)
        happen()
        return found

    patch.setattr(module, name, calling)


def test_an_order_edited_while_it_is_sent_keeps_what_it_has_now(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sku = stock.item(stock=10)
    stock.all()
    order = ordered(stock, {sku: 2})

    def edited() -> None:
        stock.box.store.set_line(order, sku, quantity=6)
        stock.hear(stock.event(order))

    meanwhile(edited, observed, "note", monkeypatch)
    stock.deliver(kinds.ORDER)
    stock.box.moysklad.receive({sku: 1}, STORE)
    stock.read()
    stock.write()
    assert stock.shown(sku) == 11 - 6, "the edit is not in MoySklad yet"


def test_a_report_asked_for_before_a_document_does_not_put_sold_pieces_back(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sku = stock.item(stock=10)
    stock.all()
    ordered(stock, {sku: 4})
    sent = list[str]()

    def send() -> None:
        while stock.deliver(kinds.ORDER):
            sent.append(document_of_the_order())

    meanwhile(send, stock_from_moysklad, "_report", monkeypatch, answered=True)
    assert stock.read("stock_full").problem == ""
    assert len(sent) == 1
    stock.write()
    assert stock.shown(sku) == 6
    stock.read()
    stock.write()
    assert stock.shown(sku) == 6


@pytest.mark.parametrize("reserve", [True, False])
def test_an_old_completed_order_sent_by_hand_takes_nothing_off(stock: StockBox, reserve: bool) -> None:
    choose(stock, reserve=reserve)
    sku = stock.item(stock=10)
    stock.all()
    order = stock.box.store.place_order({sku: 4}, status="completed")
    body = json.loads(stock.event(order["id"]))
    body["order"]["date_created_gmt"] = "2020-01-01T10:00:00"
    stock.hear(json.dumps(body))
    stock.all()
    row = Order.objects.get()
    Order.objects.update(requested=True)
    enqueue(row.shop, row.shop.account, kinds.ORDER, row.object_key)
    settle(stock)
    assert document_of_the_order()
    assert stock.shown(sku) == 10


def test_statuses_that_are_sent_from_now_on_keep_their_pieces(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    stock.all()
    ordered(stock, {sku: 4}, status="pending")
    stock.all()
    assert stock.shown(sku) == 10
    choose(stock, send_statuses=["pending", "processing", "on-hold"])
    settle(stock)
    assert stock.shown(sku) == 6


def test_a_completed_order_whose_document_staff_deleted_keeps_nothing(stock: StockBox) -> None:
    choose(stock, on_removed="leave")
    sku = stock.item(stock=10)
    stock.all()
    order = ordered(stock, {sku: 4})
    stock.all()
    stock.box.store.set_status(order, "completed")
    stock.hear(stock.event(order))
    stock.all()
    document = document_of_the_order()
    stock.box.moysklad.delete(document)
    look_at(stock, document)
    settle(stock)
    assert stock.shown(sku) == 10


def test_a_free_order_that_staff_shipped_is_not_taken_off_twice(stock: StockBox) -> None:
    choose(stock, stock_type=PHYSICAL)
    stock.read("stock_full")
    sku = stock.item(stock=10)
    stock.all()
    body = json.loads(stock.event(stock.box.store.place_order({sku: 4})["id"]))
    wire = body["order"]
    for line in wire["line_items"]:
        line.update(total="0.00", subtotal="0.00", total_tax="0.00", subtotal_tax="0.00", price=0, taxes=[])
    for lines in ("shipping_lines", "fee_lines", "coupon_lines", "tax_lines"):
        wire[lines] = []
    for total in ("total", "cart", "shipping", "discount"):
        wire[f"{total}_tax"] = wire[total if total == "total" else f"{total}_total"] = "0.00"
    stock.hear(json.dumps(body))
    stock.all()
    document = document_of_the_order()
    stock.box.moysklad.ship(document)
    look_at(stock, document)
    settle(stock)
    assert stock.shown(sku) == 6


@pytest.mark.parametrize(("first", "then"), [(PHYSICAL, FREE), (FREE, PHYSICAL)])
def test_another_kind_of_stock_counts_open_orders_once(stock: StockBox, first: str, then: str) -> None:
    choose(stock, stock_type=first)
    stock.read("stock_full")
    sku = stock.item(stock=10)
    stock.all()
    ordered(stock, {sku: 4})
    stock.all()
    choose(stock, stock_type=then)
    settle(stock)
    assert stock.shown(sku) == 6


def test_another_kind_of_stock_empties_no_site_before_its_report_is_read(stock: StockBox) -> None:
    sku = stock.item(stock=7)
    stock.all()
    choose(stock, stock_type=PHYSICAL)
    stock.write()
    assert stock.shown(sku) == 7


@pytest.mark.parametrize(("mine", "theirs"), [(FREE, PHYSICAL), (PHYSICAL, FREE)])
def test_a_sale_is_off_once_in_a_shop_that_shows_another_kind_of_stock(
    stock: StockBox, mine: str, theirs: str
) -> None:
    choose(stock, stock_type=mine)
    sku = stock.item(stock=10)
    other = another_shop(stock, stock.listing(sku).binding.product, stock_type=theirs)
    stock.read("stock_full")
    stock.all()
    ordered(stock, {sku: 4})
    assert offered(other) == 6, "heard of, and not in MoySklad yet"
    settle(stock)
    assert offered(other) == 6


def test_unlinking_an_item_keeps_its_sales_off_other_shops(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    other = another_shop(stock, stock.listing(sku).binding.product)
    stock.all()
    ordered(stock, {sku: 4})
    stock.box.moysklad.configure(recalculation_ms=A_LONG_TIME)
    while stock.deliver(kinds.ORDER):
        pass
    unbind(stock.listing(sku))
    assert offered(other) == 6


def test_linking_an_item_with_sales_takes_them_off_other_shops(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    product = stock.listing(sku).binding.product
    other = another_shop(stock, product)
    stock.all()
    unbind(stock.listing(sku))
    ordered(stock, {sku: 4})
    assert offered(other) == 10
    Listing.objects.filter(pk=other.pk).update(stock_stale=False)
    listing = Listing.objects.get(shop=stock.shop, sku=sku)
    bind(listing, product)
    news.listings_changed(stock.shop, [listing.pk])
    other.refresh_from_db()
    assert other.stock_stale
    assert offered(other) == 6


def test_an_item_linked_anew_leaves_its_old_sales_with_the_old_one(stock: StockBox) -> None:
    sold, kept = stock.item(stock=10), stock.item(stock=20)
    stock.all()
    ordered(stock, {sold: 4})
    stock.all()
    bind(stock.listing(sold), stock.listing(kept).binding.product)
    news.listings_changed(stock.shop, None)
    stock.all()
    document = document_of_the_order()
    stock.box.moysklad.ship(document)
    look_at(stock, document)
    settle(stock)
    assert stock.shown(kept) == 20


def test_two_listings_of_one_item_share_what_was_sold(stock: StockBox) -> None:
    one, two = stock.item(stock=10), stock.item(stock=10)
    bind(stock.listing(two), stock.listing(one).binding.product)
    news.listings_changed(stock.shop, None)
    stock.all()
    ordered(stock, {one: 1, two: 2})
    settle(stock)
    assert (stock.shown(one), stock.shown(two)) == (7, 7)


@pytest.mark.parametrize("with_service", [False, True])
def test_a_bundle_is_told_of_once_a_report_names_its_parts(with_service: bool) -> None:
    shop = ShopFactory()
    part, bundle, service = (
        ProductFactory(connection=shop.account, kind=kind) for kind in ("product", "bundle", "service")
    )
    for item in (part, service) if with_service else (part,):
        BundlePart.objects.create(bundle=bundle, item_external_id=item.external_id, quantity=1)
    order = order_of(LinkedListingFactory(shop=shop, link=bundle), 2)
    written = {"positions": [{"item": bundle.external_id, "quantity": 2.0}], "reserved": True}
    BindingFactory(order=order, external_id="document", written=written)
    record_sales([Order.objects.get()])
    assert len(Unsettled(shop.account, FREE).shown({part.external_id}, set())) == 1
    assert not Unsettled(shop.account, FREE).shown({"another item"}, set())


def test_a_parent_does_not_offer_what_variations_keep_for_themselves() -> None:
    shop = ShopFactory(store_ids=["main"])
    product = ProductFactory(connection=shop.account)
    parent = LinkedListingFactory(shop=shop, link=product, kind="variable")
    found = {}
    for keeper, pieces in (("own", 5), ("parent", 3)):
        variant = ProductFactory(
            connection=shop.account, kind="variant", parent_external_id=product.external_id
        )
        StockLevelFactory(
            connection=shop.account,
            product_external_id=variant.external_id,
            store_id="main",
            quantity=pieces,
        )
        found[keeper] = LinkedListingFactory(
            shop=shop,
            link=variant,
            product_id=parent.product_id,
            variation_id=f"7{pieces}",
            kind="variation",
            keeper=keeper,
        )
    assert (offered(found["own"]), offered(parent)) == (5, 3)


def test_a_variation_nobody_linked_is_off_the_number_of_its_parent() -> None:
    shop = ShopFactory(store_ids=["main"])
    product = ProductFactory(connection=shop.account)
    StockLevelFactory(
        connection=shop.account, product_external_id=product.external_id, store_id="main", quantity=10
    )
    parent = LinkedListingFactory(shop=shop, link=product, kind="variable")
    variation = ListingFactory(
        shop=shop, product_id=parent.product_id, variation_id="77", kind="variation", keeper="parent"
    )
    record_sales([order_of(variation, 3)])
    assert offered(parent) == 7
