"""What a shop may offer of its listings, from levels, sales in flight and the owner's choices."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
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

from bridge.catalog.models import BundlePart, Listing, Product
from bridge.connections.models import DirectoryEntry, GoodsRule, Shop
from bridge.domain.order import Line
from bridge.orders.models import Order
from bridge.orders.record_sales import record_sales
from bridge.orders.sales import Sale
from bridge.sync.stock.offers import Offer, offers

pytestmark = pytest.mark.django_db
Kind = Product.Kind


@pytest.fixture
def shop() -> Shop:
    made: Shop = ShopFactory(store_ids=["main"], stock_buffer=0)
    return made


def item(shop: Shop, kind: str = Kind.PRODUCT, **stock: float) -> Product:
    """An item with so many pieces by store ('none': reserved without a store)."""
    product: Product = ProductFactory(connection=shop.account, kind=kind)
    for store, quantity in stock.items():
        StockLevelFactory(
            connection=shop.account,
            product_external_id=product.external_id,
            store_id="" if store == "none" else store,
            quantity=Decimal(str(quantity)),
        )
    return product


def listing(shop: Shop, product: Product, **fields: Any) -> Listing:
    made: Listing = LinkedListingFactory(shop=shop, link=product, **fields)
    return made


def offer(shop: Shop, one: Listing) -> Offer:
    row = Listing.objects.select_related("binding__product").get(pk=one.pk)
    return offers(Shop.objects.get(pk=shop.pk), [row])[one.pk]


def shown(shop: Shop, one: Listing) -> Decimal | None:
    return offer(shop, one).quantity


def buy(one: Listing, pieces: int, source_id: str = "1", **order: Any) -> Order:
    line = Line("1", one.product_id, one.variation_id, one.sku, one.name, Decimal(pieces), 1000)
    seen = canonical_order(source_id, lines=(line,), charges=(), total_minor=1000, **order)
    made: Order = OrderFactory(shop=one.shop, source_id=source_id, seen=seen)
    record_sales([made])
    return made


def test_what_was_sold_and_moysklad_does_not_know_of_is_not_for_sale(shop: Shop) -> None:
    mug = listing(shop, item(shop, main=10))
    buy(mug, 3)
    assert shown(shop, mug) == 7
    assert offer(shop, mug).in_flight == 3


def test_a_reserve_the_report_shows_is_not_taken_off_twice(shop: Shop) -> None:
    product = item(shop, main=7)
    mug = listing(shop, product)
    order = buy(mug, 3)
    positions = [{"item": product.external_id, "quantity": 3.0}]
    BindingFactory(order=order, external_id="doc", written={"positions": positions, "reserved": True})
    order = Order.objects.get(pk=order.pk)
    record_sales([order])
    assert shown(shop, mug) == 4, "written, but no report has told of it"
    record_sales([order], history=True)
    assert shown(shop, mug) == 7


def test_without_reserves_an_unshipped_order_keeps_its_pieces(shop: Shop) -> None:
    product = item(shop, main=10)
    mug = listing(shop, product)
    order = buy(mug, 3)
    positions = [{"item": product.external_id, "quantity": 3.0}]
    written = {"positions": positions, "reserved": None}
    binding = BindingFactory(order=order, external_id="doc", written=written, sum_minor=1000)
    order = Order.objects.get(pk=order.pk)
    record_sales([order], history=True)
    assert shown(shop, mug) == 7
    binding.shipped_minor = 1000
    binding.save()
    order = Order.objects.get(pk=order.pk)
    record_sales([order])
    Sale.objects.update(shown=3, in_flight=0, settled=True)  # a report told of the shipment
    assert shown(shop, mug) == 10


def test_where_the_physical_stock_is_shown_a_reserve_keeps_no_pieces(shop: Shop) -> None:
    Shop.objects.update(stock_type="stock")
    product = ProductFactory(connection=shop.account)
    StockLevelFactory(
        connection=shop.account, stock_type="stock", product_external_id=product.external_id, store_id="main"
    )
    mug = listing(Shop.objects.get(pk=shop.pk), product)
    order = buy(mug, 2)
    positions = [{"item": product.external_id, "quantity": 2.0}]
    BindingFactory(order=order, external_id="doc", written={"positions": positions, "reserved": True})
    record_sales([Order.objects.get(pk=order.pk)], history=True)
    assert shown(shop, mug) == 3


@pytest.mark.parametrize("status", ["cancelled", "failed", "refunded", "trash", "pending"])
def test_an_order_that_keeps_nothing_takes_nothing_off(shop: Shop, status: str) -> None:
    mug = listing(shop, item(shop, main=10))
    buy(mug, 3, status=status)
    assert shown(shop, mug) == 10


def test_a_sale_in_one_shop_is_off_the_number_of_another_that_sells_the_same(shop: Shop) -> None:
    product = item(shop, main=10)
    here = listing(shop, product)
    other: Shop = ShopFactory(account=shop.account, store_ids=["main"])
    there = listing(other, product)
    buy(here, 4)
    assert shown(other, there) == 6


def take(order: Order, age: timedelta = timedelta(0), status: str = "processing") -> None:
    """The site says that it took the pieces from its stock."""
    Sale.objects.filter(order=order).update(taken=F("needed"))
    Order.objects.filter(pk=order.pk).update(status=status, placed_at=timezone.now() - age)


def test_pieces_bought_here_that_are_not_there_are_owed(shop: Shop) -> None:
    mug = listing(shop, item(shop, main=3))
    take(buy(mug, 5))
    assert shown(shop, mug) == -2
    Shop.objects.update(stock_buffer=4, last_pieces=3, stock_share=30)
    assert shown(shop, mug) == -2, "what is kept back is no debt"


@pytest.mark.parametrize("terms", [{"stock_buffer": 9}, {"last_pieces": 9}, {"stock_share": 1}])
def test_what_is_kept_back_is_not_owed(shop: Shop, terms: dict[str, int]) -> None:
    mug = listing(shop, item(shop, main=5))
    take(buy(mug, 4))
    Shop.objects.update(**terms)
    assert shown(shop, mug) == 0


def test_below_zero_in_moysklad_is_none_here_unless_buyers_here_are_owed(shop: Shop) -> None:
    mug = listing(shop, item(shop, main=-40))
    assert shown(shop, mug) == 0
    take(buy(mug, 3))
    assert shown(shop, mug) == -3
    other: Shop = ShopFactory(account=shop.account, store_ids=["main"])
    assert shown(other, listing(other, mug.binding.product)) == 0, "its buyers can give nothing back"


def test_an_order_closed_long_ago_gives_nothing_back(shop: Shop) -> None:
    mug = listing(shop, item(shop, main=-40))
    order = buy(mug, 3)
    take(order, timedelta(days=61))
    assert shown(shop, mug) == -3, "open for long"
    take(order, timedelta(days=61), "completed")
    assert shown(shop, mug) == 0
    take(order, timedelta(days=59), "completed")
    assert shown(shop, mug) == -3, "it may be refunded still"


def test_a_bundle_owes_what_its_scarcest_part_lacks(shop: Shop) -> None:
    cup, saucer, whole = item(shop, main=1), item(shop, main=9), item(shop, Kind.BUNDLE)
    for part, quantity in ((cup, 2), (saucer, 1)):
        BundlePart.objects.create(bundle=whole, item_external_id=part.external_id, quantity=quantity)
    tea_set = listing(shop, whole)
    assert shown(shop, tea_set) == 0
    take(buy(tea_set, 2))
    assert shown(shop, tea_set) == -2, "three cups are missing, so two sets"
    Shop.objects.update(stock_buffer=5)
    assert shown(shop, tea_set) == -2


def test_a_parent_that_keeps_the_stock_owes_what_was_sold_of_its_variants(shop: Shop) -> None:
    dress, size = item(shop), item(shop, Kind.VARIANT, main=1)
    Product.objects.filter(pk=size.pk).update(parent_external_id=dress.external_id)
    parent = listing(shop, dress, kind="variable", product_id="60")
    small = listing(shop, size, product_id="60", variation_id="61", keeper=Listing.Keeper.PARENT)
    take(buy(small, 3))
    assert shown(shop, parent) == -2


def test_shops_with_shares_split_a_stock(shop: Shop) -> None:
    product = item(shop, main=10)
    Shop.objects.filter(pk=shop.pk).update(stock_share=30)
    other: Shop = ShopFactory(account=shop.account, store_ids=["main"], stock_share=70)
    assert shown(shop, listing(shop, product)) == 3
    assert shown(other, listing(other, product)) == 7


def test_only_chosen_warehouses_and_reserves_without_one_count(shop: Shop) -> None:
    mug = listing(shop, item(shop, main=10, child=50, none=-2))
    assert shown(shop, mug) == 8


def test_a_bundle_is_as_many_as_its_scarcest_part(shop: Shop) -> None:
    cup, saucer = item(shop, main=9), item(shop, Kind.VARIANT, main=7.5)
    whole = item(shop, Kind.BUNDLE)
    for part, quantity in ((cup, 2), (saucer, 1)):
        BundlePart.objects.create(bundle=whole, item_external_id=part.external_id, quantity=quantity)
    tea_set = listing(shop, whole)
    assert shown(shop, tea_set) == 4
    buy(listing(shop, cup), 2)
    assert shown(shop, tea_set) == 3, "a part that was sold by itself"
    buy(tea_set, 1, "2")
    assert shown(shop, tea_set) == 2
    assert shown(shop, Listing.objects.get(binding__product=cup)) == 5, "a bundle takes its parts"


def test_a_bundle_with_a_part_that_is_gone_cannot_be_sold(shop: Shop) -> None:
    cup, whole = item(shop, main=9), item(shop, Kind.BUNDLE)
    BundlePart.objects.create(bundle=whole, item_external_id=cup.external_id, quantity=1)
    Product.objects.filter(pk=cup.pk).update(archived=True)
    assert shown(shop, listing(shop, whole)) == 0


def test_a_service_in_a_bundle_is_always_there(shop: Shop) -> None:
    cup, wrapping, whole = item(shop, main=3), item(shop, Kind.SERVICE), item(shop, Kind.BUNDLE)
    for part in (cup, wrapping):
        BundlePart.objects.create(bundle=whole, item_external_id=part.external_id, quantity=1)
    assert shown(shop, listing(shop, whole)) == 3


def test_a_parent_that_keeps_the_stock_shows_that_of_all_its_variants(shop: Shop) -> None:
    dress = item(shop)
    sizes = [item(shop, Kind.VARIANT, main=number) for number in (2, 5)]
    Product.objects.filter(pk__in=[size.pk for size in sizes]).update(parent_external_id=dress.external_id)
    parent = listing(shop, dress, kind="variable", product_id="50")
    small = listing(shop, sizes[0], product_id="50", variation_id="51", keeper=Listing.Keeper.PARENT)
    assert shown(shop, parent) == 7
    assert shown(shop, small) is None, "the site keeps no number of its own for it"
    buy(small, 2)
    assert shown(shop, parent) == 5


@pytest.mark.parametrize("keeper", ["nobody", "parent"])
def test_what_keeps_no_stock_of_its_own_is_left_alone(shop: Shop, keeper: str) -> None:
    assert shown(shop, listing(shop, item(shop, main=5), keeper=keeper)) is None


def test_services_and_unlinked_goods_are_left_alone(shop: Shop) -> None:
    assert shown(shop, listing(shop, item(shop, Kind.SERVICE))) is None
    assert shown(shop, ListingFactory(shop=shop)) is None


@pytest.mark.parametrize("gone", [{"archived": True}, {"present": False}])
def test_archived_and_deleted_items_show_nothing(shop: Shop, gone: dict[str, bool]) -> None:
    product = item(shop, main=5)
    Product.objects.filter(pk=product.pk).update(**gone)
    assert shown(shop, listing(shop, product)) == 0


@pytest.mark.parametrize("gone", [{"archived": True}, {"present": False}])
def test_what_buyers_are_owed_of_an_item_that_is_gone_is_not_on_sale_when_they_give_it_back(
    shop: Shop, gone: dict[str, bool]
) -> None:
    cup, whole = item(shop, main=1), item(shop, Kind.BUNDLE)
    BundlePart.objects.create(bundle=whole, item_external_id=cup.external_id, quantity=1)
    mug, tea_set = listing(shop, cup), listing(shop, whole)
    take(buy(mug, 3))
    take(buy(tea_set, 1, "2"))
    Product.objects.filter(pk=cup.pk).update(**gone)
    assert (shown(shop, mug), shown(shop, tea_set)) == (-3, -1)
    assert offer(shop, mug).in_stock == 0


def test_a_bundle_of_services_alone_is_left_alone(shop: Shop) -> None:
    assert shown(shop, listing(shop, item(shop, Kind.BUNDLE))) is None


def rule(shop: Shop, scope: str, external_id: str, sets: str, value: str) -> None:
    GoodsRule.objects.create(shop=shop, scope=scope, external_id=external_id, sets=sets, value=value)


def test_the_nearest_rule_counts(shop: Shop) -> None:
    Shop.objects.update(stock_buffer=1)
    kind = DirectoryEntry.Kind.FOLDER
    for folder, parent in (("all", ""), ("mugs", "all")):
        DirectoryEntry.objects.create(
            connection=shop.account, kind=kind, external_id=folder, name=folder, detail=parent
        )
    product = item(shop, main=10)
    Product.objects.filter(pk=product.pk).update(folder_id="mugs")
    mug = listing(shop, product)
    assert shown(shop, mug) == 9
    rule(shop, "folder", "all", "buffer", "2")
    assert shown(shop, mug) == 8
    rule(shop, "folder", "mugs", "buffer", "3")
    assert shown(shop, mug) == 7
    rule(shop, "item", product.external_id, "buffer", "4")
    assert shown(shop, mug) == 6
    rule(shop, "item", product.external_id, "stock", "site")
    assert shown(shop, mug) is None


def test_last_pieces_of_a_folder_and_of_an_item_win_over_the_shops(shop: Shop) -> None:
    Shop.objects.update(last_pieces=5)
    DirectoryEntry.objects.create(
        connection=shop.account, kind=DirectoryEntry.Kind.FOLDER, external_id="mugs", name="mugs"
    )
    product = item(shop, main=4)
    Product.objects.filter(pk=product.pk).update(folder_id="mugs")
    mug, other = listing(shop, product), listing(shop, item(shop, main=4))
    assert (shown(shop, mug), shown(shop, other)) == (0, 0)
    rule(shop, "folder", "mugs", "last_pieces", "3")
    assert (shown(shop, mug), shown(shop, other)) == (4, 0)
    rule(shop, "item", product.external_id, "last_pieces", "4")
    assert shown(shop, mug) == 0
    GoodsRule.objects.filter(scope="item").update(value="0")
    assert shown(shop, mug) == 4, "none at all is a choice too"


def test_backorders_follow_the_owners_choice(shop: Shop) -> None:
    product = item(shop, main=0)
    mug = listing(shop, product)
    assert offer(shop, mug).backorders == ""
    Shop.objects.update(backorders="notify")
    assert offer(shop, mug).backorders == "notify"
    rule(shop, "item", product.external_id, "backorders", "no")
    assert offer(shop, mug).backorders == "no"


def test_parts_of_a_piece_are_sold_where_the_owner_says_so(shop: Shop) -> None:
    cloth = listing(shop, item(shop, main=2.75))
    assert shown(shop, cloth) == 2
    Shop.objects.update(decimal_quantities=True)
    assert shown(shop, cloth) == Decimal("2.75")


def test_a_site_that_made_whole_pieces_of_a_part_is_asked_for_whole_ones(shop: Shop) -> None:
    Shop.objects.update(decimal_quantities=True)
    assert shown(shop, listing(shop, item(shop, main=2.75), whole_pieces=True)) == 2


def test_more_pieces_than_a_site_can_hold_are_cut(shop: Shop) -> None:
    assert shown(shop, listing(shop, item(shop, main=10**12))) == 2**31 - 1
