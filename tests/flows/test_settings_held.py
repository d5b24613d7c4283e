"""Another setting does not change a whole site at once: it is shown first, and written when the owner agrees."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.outbox.models import OutboxMessage
from bridge.sync import settings_agreed, settings_changed
from tests.flows.test_previews import shown, warehouse, written


def save(world: Any, **fields: Any) -> settings_agreed.Followed:
    """As the desk saves a shop: in one transaction, so that no worker sees the new setting before the holding."""
    shop, before = world.shop, world.shop
    with transaction.atomic():
        agreed = settings_agreed.chosen(shop.pk)
        for name, value in fields.items():
            setattr(shop, name, value)
        shop.save()
        settings_changed.shop_changed(before, shop)
        return settings_agreed.follow(agreed, shop)


def prices(world: Any) -> dict[str, str]:
    return {row["sku"]: row["regular_price"] for row in world.box.store.products() if row["sku"]}


def test_prices_that_begin_to_follow_moysklad_are_shown_before_they_are_written(world: Any) -> None:
    assert world.shop.write_goods
    for number in range(1, 9):
        world.box.moysklad.set_price(f"S-{number:05}", 100000 + 100 * number)
    world.run_flow("goods_changes")
    before = prices(world)
    world.box.store.clear_stock_writes()
    assert save(world, owned_fields=["price"]).held
    warehouse(world, s1=3)
    world.run_flow("fields")
    world.run_flow("site_catalogue")
    world.until(lambda: Listing.objects.filter(fields_differ=True).count() >= 8, "what should be is known")
    world.quiet()
    assert prices(world) == before
    assert world.box.store.stock_writes() == []
    assert not OutboxMessage.objects.filter(kind="fields_to_site").exists()

    run = shown(world)
    assert run.changes.filter(field="price", state="planned").count() >= 8
    written(world, run, then_on=True)
    assert world.shop.write_goods
    assert prices(world)["S-00001"] == "1001.00"
    world.box.moysklad.set_price("S-00002", 55500)
    world.until(lambda: prices(world)["S-00002"] == "555.00", "from now on it is written by itself")


def test_sale_prices_without_a_price_type_are_said_once_and_after_what_is_planned(world: Any) -> None:
    Shop.objects.update(write_goods=False, owned_fields=["price", "sale_price"], sale_price_type_id="")
    world.box.moysklad.set_price("S-00003", 77700)
    world.run_flow("goods_changes")
    run = shown(world)
    missing = run.changes.get(reason="sale_price_type_missing")
    assert (missing.listing, missing.state, missing.field) == (None, "kept", "sale_price")
    assert missing.values["items"] >= 15
    assert run.counts["sale_price"]["kept"] == 1
