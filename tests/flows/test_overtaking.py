"""An order goes before ten thousand numbers of stock, and a small shop beside a large one of the same account."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from call_budget import LIMITED, fresh, within
from django.db import transaction
from shop_file import toml

from bridge.catalog.models import Listing, Product, ProductBinding, StockLevel
from bridge.connections.models import Shop
from bridge.orders.models import OrderBinding
from bridge.outbox import pauses
from bridge.outbox.models import OutboxMessage, Pause
from bridge.sync import kinds
from bridge.sync.stock import news
from connectors.sandbox.control import Sandbox, running_sandbox

WORLD = LIMITED
GOODS, NUMBER = 10_000, 7
ITEM_MS = 4.0  # the site takes so long for a number, until the order is through
LARGE = 400


def linked_goods(world: Any, count: int) -> None:
    """Items of the site, each linked with goods of which MoySklad has another number, as the bridge keeps them."""
    before = set(world.box.store.stocks_by_id())
    world.box.store.seed_products(simple=count, prefix="H", stock=0)
    shop = world.shop
    site_ids = sorted(set(world.box.store.stocks_by_id()) - before)
    products = Product.objects.bulk_create(
        Product(connection=shop.account, external_id=str(uuid.uuid4()), kind="product", name=f"H {one}")
        for one in site_ids
    )
    listings = Listing.objects.bulk_create(
        Listing(
            shop=shop, product_id=str(one), sku=f"H-{one}", name=f"H {one}", match=Listing.Match.LINKED,
            keeper=Listing.Keeper.OWN, site_quantity=0, stock_stale=True,
        )
        for one in site_ids
    )  # fmt: skip
    pairs = zip(listings, products, strict=True)
    ProductBinding.objects.bulk_create(ProductBinding(listing=one, product=goods) for one, goods in pairs)
    StockLevel.objects.bulk_create(
        StockLevel(
            connection=shop.account, stock_type=shop.stock_type, product_external_id=goods.external_id,
            store_id=shop.store_ids[0], quantity=NUMBER,
        )
        for goods in products
    )  # fmt: skip


def test_an_order_overtakes_ten_thousand_waiting_numbers_of_stock(world: Any) -> None:
    """By the clock of both stand-ins, which are one process."""
    linked_goods(world, GOODS)
    fresh(world)
    world.box.store.clear_stock_writes()
    world.box.store.configure(stock_item_ms=ITEM_MS)
    try:
        with transaction.atomic():
            news.ask(world.shop)
        world.until(lambda: world.box.store.stock_writes(who="plugin"), "the first numbers are written")
        order = world.box.store.place_order({"S-00001": 1})
        world.document(order["id"])
    finally:
        world.box.store.configure(stock_item_ms=0.0)
    world.quiet()
    calls = world.box.moysklad.calls()
    [made] = [c["at"] for c in calls if (c["method"], c["path"]) == ("POST", "/entity/customerorder")]
    written = [row["at"] for row in world.box.store.stock_writes() if row["new"] == NUMBER]
    assert len(written) >= GOODS
    earlier = sum(1 for moment in written if moment < made)
    assert earlier < GOODS / 2, f"{earlier} numbers were written before the order's document"


# --- two shops of one account ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def second(bridge: Any) -> Iterator[Sandbox]:
    """Another site, whose shop works in the same account; the same goods are sold there."""
    with running_sandbox(items=20, limiter=False) as box:
        other = toml(box, number_prefix="TWO-").partition("[shop.site]")[2]
        path = bridge.directory / "second.toml"
        path.write_text(f"{toml(bridge.box)}\n[shop.second]{other}")
        bridge.bridge.manage("configure", str(path))
        shop = Shop.objects.select_related("site").get(name="second")
        url = f"{bridge.bridge.url}/api/v1/events/woocommerce/{shop.site_id}/"
        box.store.pair(url, shop.site.credentials["event_secret"])
        linked = Listing.objects.filter(shop=shop, match="linked")
        bridge.until(lambda: linked.count() >= 16, "the goods of the second site are linked")
        bridge.quiet()
        yield box
        bridge.quiet()


@contextmanager
def heaps(world: Any, **counts: int) -> Iterator[None]:
    """Orders that are placed inside wait, so many of each shop, and go from then on."""
    for shop in Shop.objects.filter(name__in=counts):
        pauses.begin(shop, until=None)
    yield
    queued = OutboxMessage.objects.filter(kind=kinds.ORDER, state="waiting")
    for name, count in counts.items():
        world.until(lambda: queued.filter(shop__name=name).count() == count, f"the orders of {name} wait")  # noqa: B023
    fresh(world, idle=False)
    pauses.end(Pause.objects.all())


def test_an_order_of_a_small_shop_goes_before_most_of_a_large_shops_heap(world: Any, second: Sandbox) -> None:
    """Both wait for the same moment, and the heap takes several calls in several workers."""
    with heaps(world, site=LARGE, second=1):
        world.box.store.place_orders(LARGE, lines={"S-00002": 1})
        second.store.place_order({"S-00001": 1})
    there = OrderBinding.objects.filter(order__shop__name="second").exclude(external_id="")
    world.until(there.exists, "the small shop's order is there")
    world.quiet()
    within(world.box.moysklad.calls())
    rows = sorted(world.box.moysklad.documents(), key=lambda row: str(row["created"]))
    names = [str(row["name"])[:4] for row in rows]
    behind = names[names.index("TWO-") :].count("WOO-")
    assert behind >= LARGE / 2, f"only {behind} of {LARGE} orders of the large shop came after it"
