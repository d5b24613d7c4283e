"""Thousands of numbers at once, most of them variations of one product: none is missed, whatever happens meanwhile."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from killing import cluster_workers, kill
from world import KILLING, SLOW_MACHINE

from bridge.catalog.models import Listing
from bridge.connections.models import Shop

WORLD = {"env": KILLING}
STORE = "Основной склад"
FEWER, MANY = 1200, 2000
SIMPLE = [f"B-{n:06d}" for n in range(1, FEWER + 1)]
SIZES = [f"BV-000001-{n}" for n in range(1, MANY + 1)]
AMOUNTS = itertools.count(11)
# One item on the site takes so long where a test needs the time to come between.
ITEM_MS = 50.0
SECONDS = SLOW_MACHINE


@pytest.fixture(scope="module", autouse=True)
def imported(bridge: Any) -> None:
    """Both catalogues are read and linked by the bridge itself."""
    bridge.box.moysklad.add_goods(FEWER, prefix="B", stock={STORE: 10})
    bridge.box.moysklad.add_goods(1, prefix="BV", stock={STORE: 10}, variants=MANY)
    bridge.box.store.seed_products(simple=FEWER, variations=MANY, stock=10)
    bridge.run_flow("catalogue", 120)
    bridge.run_flow("site_catalogue", 120)
    linked = Listing.objects.filter(match="linked", sku__startswith="B", keeper="own")
    bridge.until(lambda: linked.exclude(sku="BV-000001").count() == FEWER + MANY, "all are linked", 120)
    bridge.run_flow("stock_full", 120)


@pytest.fixture(autouse=True)
def fresh(world: Any) -> Iterator[None]:
    world.quiet(SECONDS)
    world.box.store.clear_stock_writes()
    yield
    world.box.store.configure(plugin_stock=True, stock_item_ms=0.0)
    Shop.objects.update(plugin_version="1.3.0")


def counted(world: Any, skus: list[str]) -> int:
    """An inventory finds another number of each of them, and MoySklad says so; returns the number."""
    amount = next(AMOUNTS)
    world.box.moysklad.set_stocks(STORE, dict.fromkeys(skus, amount))
    world.box.moysklad.tell_stock()
    return amount


def numbers(world: Any, skus: list[str]) -> Counter[float | None]:
    there = world.box.store.stocks()
    return Counter(there[sku] for sku in skus)


def arrives(world: Any, skus: list[str], amount: int) -> None:
    world.until(lambda: numbers(world, skus) == {amount: len(skus)}, f"all show {amount}", SECONDS)
    world.quiet(SECONDS)
    known = Listing.objects.filter(sku__in=skus).values_list("site_quantity", "stock_differs")
    assert Counter(known) == {(amount, False): len(skus)}


def writers(world: Any) -> Counter[str]:
    return Counter(row["who"] for row in world.box.store.stock_writes())


def begun(world: Any) -> None:
    """The site has set the first of many numbers."""
    world.until(world.box.store.stock_writes, "the first number is written")


@pytest.mark.parametrize("plugin", [True, False], ids=["plugin", "rest"])
@pytest.mark.parametrize("skus", [SIMPLE, SIZES], ids=["products", "variations of one product"])
def test_thousands_of_numbers_are_written_once_each(world: Any, skus: list[str], plugin: bool) -> None:
    world.box.store.configure(plugin_stock=plugin)
    Shop.objects.update(plugin_version="1.3.0" if plugin else "1.1.0")
    amount = counted(world, skus)
    arrives(world, skus, amount)
    assert writers(world) == {"plugin" if plugin else "rest": len(skus)}


def test_workers_killed_in_the_middle_of_many_numbers_leave_none_behind(world: Any) -> None:
    world.box.store.configure(stock_item_ms=ITEM_MS)
    amount = counted(world, SIMPLE)
    begun(world)
    assert numbers(world, SIMPLE)[amount] < len(SIMPLE)
    kill(cluster_workers(world.bridge.worker.pid))
    world.box.store.configure(stock_item_ms=0.0)
    arrives(world, SIMPLE, amount)


def test_a_plugin_switched_off_in_the_middle_of_many_numbers_leaves_the_rest_to_rest(world: Any) -> None:
    world.box.store.configure(stock_item_ms=ITEM_MS)
    amount = counted(world, SIZES)
    begun(world)
    world.box.store.configure(plugin_stock=False, stock_item_ms=0.0)
    arrives(world, SIZES, amount)
    wrote = writers(world)
    assert wrote["plugin"] > 0
    assert wrote["rest"] > 0
    assert Shop.objects.get().plugin_version == "0"
