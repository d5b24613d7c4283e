"""Goods as people change them: renamed SKUs, doubled ones, and stock that was sold before MoySklad heard of it."""

from __future__ import annotations

from typing import Any

from bridge.catalog.models import Listing
from bridge.sync import flows
from bridge.sync.models import Watermark


def imported(world: Any, flow: str) -> None:
    """Run a flow of the site or the account and wait for its end."""
    connection = world.shop.site if flow == "site_catalogue" else world.shop.account
    mark = Watermark.objects.get(connection=connection, flow=flow)
    flows.run_soon(connection, flow)
    world.until(
        lambda: Watermark.objects.filter(
            pk=mark.pk, last_success_at__gt=mark.last_success_at, cursor={}, running_since=None
        ).exists(),
        f"{flow} has run",
    )
    world.quiet()


def test_a_sku_renamed_on_the_site_loses_its_link_and_finds_it_again(world: Any) -> None:
    world.box.store.set_sku("S-00004", "S-RENAMED")
    imported(world, "site_catalogue")
    listing = Listing.objects.get(sku="S-RENAMED")
    assert (listing.match, hasattr(listing, "binding")) == ("missing", False)
    world.box.store.set_sku("S-RENAMED", "S-00004")
    imported(world, "site_catalogue")
    assert Listing.objects.get(pk=listing.pk).binding.product.article == "S-00004"


def test_pieces_sold_in_an_order_that_waits_for_a_person_are_not_put_back(world: Any) -> None:
    world.box.store.set_sku("S-00006", "S-NOBODY-KNOWS")
    imported(world, "site_catalogue")
    before = world.box.store.product("S-00005")["stock_quantity"]
    order = world.box.store.place_order({"S-00005": 2, "S-NOBODY-KNOWS": 1})
    assert world.message(order["id"], state="parked").problem == "unlinked_lines"
    assert world.box.store.product("S-00005")["stock_quantity"] == before - 2
    imported(world, "site_catalogue")
    imported(world, "stock_full")
    assert world.box.store.product("S-00005")["stock_quantity"] == before - 2
    world.box.store.set_sku("S-NOBODY-KNOWS", "S-00006")
    imported(world, "site_catalogue")
    world.document(order["id"])
    imported(world, "stock_full")
    assert world.box.store.product("S-00005")["stock_quantity"] == before - 2
