"""Goods of both sides compared: numbers, prices and links changed by hand or refused are found and repaired."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bridge.catalog import bindings
from bridge.models import Listing, Shop
from bridge.sync.models import Drift
from bridge.sync.reconcile import reconciliations
from bridge.sync.stock import news
from tests.both_sides import QUICK, all_equal, compared, differing, repaired, said, unheard

WORLD = {"env": QUICK}


@pytest.fixture(scope="module", autouse=True)
def shop_with_a_past(bridge: Any) -> None:
    """The shop works since yesterday and writes its goods; what the site has is what the bridge wrote."""
    Shop.objects.update(started_at=timezone.now() - timedelta(days=1), write_goods=True)
    news.listings_changed(Shop.objects.get(), None)
    unwritten = Listing.objects.filter(stock_stale=True)
    bridge.until(lambda: not unwritten.exists(), "the numbers are on the site")
    bridge.quiet()


@pytest.fixture(autouse=True)
def loopback(settings: Any) -> None:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True


def test_a_number_changed_by_hand_on_the_site_is_put_right(world: Any) -> None:
    listing = Listing.objects.get(sku="S-00005")
    world.box.store.set_stock("S-00005", 777)
    (drift,) = differing(world)
    assert (drift.code, drift.here) == ("drift_stock_changed_here", "777")
    assert said(drift).count(drift.there)
    assert repaired(world, drift) == []
    assert all_equal(world)
    assert listing.drifts.get().state == "gone"


def test_a_number_that_the_site_refuses_names_its_reason(world: Any) -> None:
    world.box.store.refuse_product("S-00006", message="Товар закрыт")
    item = world.box.moysklad.item("S-00006")
    assert item
    world.box.store.set_stock("S-00006", 555)
    (drift,) = differing(world)
    (still,) = repaired(world, drift)
    assert still.code == "drift_stock_refused"
    assert "Товар закрыт" in said(still)
    world.box.store.accept_products()
    assert repaired(world, still) == []
    assert all_equal(world)


def test_stock_is_not_compared_before_it_is_written(world: Any) -> None:
    Shop.objects.update(write_goods=False)
    try:
        world.box.store.set_stock("S-00005", 333)
        assert all_equal(world)
        assert "stock" not in reconciliations.whole(world.shop).latest("pk").counts
    finally:
        Shop.objects.update(write_goods=True)
    (drift,) = differing(world)
    assert repaired(world, drift) == []


def test_one_item_is_compared_by_itself_from_the_terminal(world: Any) -> None:
    world.box.store.set_stock("S-00005", 11)
    world.box.store.set_stock("S-00006", 12)
    with pytest.raises(RuntimeError, match="1 differ"):
        world.bridge.manage("reconcile", "--sku", "S-00005")
    assert "all equal." in world.bridge.manage("reconcile", "--sku", "S-00005", "--repair")
    (drift,) = differing(world)
    assert drift.title.endswith("(S-00006)")
    assert repaired(world, drift) == []
    assert all_equal(world)


def test_a_change_in_moysklad_that_was_not_heard_of_is_brought_to_the_site(world: Any) -> None:
    with unheard(world):
        world.box.moysklad.set_stock("S-00005", "Основной склад", 7)
    assert all_equal(world)
    world.quiet()
    assert world.box.store.product("S-00005")["stock_quantity"] == 7


def test_a_price_changed_by_hand_is_put_right(world: Any) -> None:
    world.configure(goods={"owned": ["price"]})
    world.run_flow("catalogue")
    world.run_flow("site_catalogue")
    world.until(lambda: all_equal_now(world), "prices are written")
    world.box.store.edit_product("S-00005", regular_price="1.00")
    (drift,) = differing(world)
    assert (drift.code, drift.here, drift.params["field"]) == ("drift_field_changed_here", "1.00", "price")
    assert "“price” follows MoySklad" in said(drift)
    assert repaired(world, drift) == []
    assert all_equal(world)


def all_equal_now(world: Any) -> bool:
    return compared(world) == []


def test_goods_that_sell_without_a_link_are_listed(world: Any) -> None:
    listing = Listing.objects.get(sku="S-00003")
    assert all_equal(world)
    world.box.store.place_order({"S-00003": 1})
    world.quiet()
    unlinked = world.box.store.set_sku("S-00003", "НЕТ-ТАКОГО")
    assert unlinked
    world.run_flow("site_catalogue")
    (drift,) = differing(world)
    assert (drift.subject, drift.code, drift.listing_id) == ("link", "drift_link_lost_sku", listing.pk)
    assert "НЕТ-ТАКОГО" in said(drift)
    assert "S-00003" in drift.there
    Listing.objects.filter(pk=listing.pk).update(lost_link=None)  # as one that never had a link
    assert [one.code for one in compared(world)] == ["drift_link_missing"]
    world.box.store.set_sku("НЕТ-ТАКОГО", "S-00003")
    world.run_flow("site_catalogue")
    assert all_equal(world)


@pytest.mark.parametrize("code", ["drift_link_sku_renamed", "drift_link_sku_emptied"])
def test_a_sku_changed_on_the_site_is_found_before_the_link_goes(world: Any, code: str) -> None:
    assert all_equal(world)
    run = reconciliations.whole(world.shop).latest("pk")
    assert run.counts["link"]["compared"] == Listing.objects.filter(binding__isnull=False).count()
    new = "ДРУГОЙ" if code.endswith("renamed") else ""
    world.box.store.set_sku("S-00004", new)
    (drift,) = differing(world)
    assert (drift.code, drift.here, drift.repair) == (code, new, "")
    assert "S-00004" in said(drift)
    if new:
        world.box.store.set_sku(new, "S-00004")
    else:  # a link that a person made does not hang on the SKU
        listing = Listing.objects.get(pk=drift.listing_id)
        bindings.bind(listing, listing.binding.product)
    assert all_equal(world)


def test_a_new_product_without_a_link_is_listed_until_it_has_one(world: Any) -> None:
    assert all_equal(world)
    world.box.store.seed_products(simple=1, prefix="NEW")
    (drift,) = differing(world)
    assert drift.code == "drift_link_new"
    assert [one.code for one in compared(world)] == ["drift_link_new"]  # the next night too
    reconciliations.accept(Drift.objects.filter(pk=drift.pk))
    assert all_equal(world)


def test_a_lost_side_of_a_link_is_listed(world: Any) -> None:
    world.box.moysklad.delete_item("S-00007")
    world.until(Listing.objects.filter(bindings.LOST).exists, "it is told")
    world.quiet()
    found = {drift.code for drift in differing(world)}
    assert found == {"drift_link_lost_there"}
