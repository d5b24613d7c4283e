"""The order of a shop's warehouses on the desk: orders are tried in it, so it is shown, changed and kept."""

from __future__ import annotations

import re

import pytest
from django.contrib.staticfiles import finders

from bridge.connections.models import DirectoryEntry, Shop
from tests import factories
from tests.admin.conftest import Desk
from tests.admin.shop_page import save_shop

EN = "en"


@pytest.fixture
def shop(db: None) -> Shop:
    shop: Shop = factories.ShopFactory(store_ids=["store-1", "store-4", "store-3"])
    for number in (3, 4, 5):
        factories.EntryFactory(
            connection=shop.account,
            kind=DirectoryEntry.Kind.STORE,
            external_id=f"store-{number}",
            name=f"Warehouse {number}",
        )
    return shop


def page(shop: Shop) -> str:
    return f"/admin/bridge/shop/{shop.pk}/change/"


def test_the_chosen_ones_stand_first_in_their_order(desk: Desk, shop: Shop) -> None:
    html = desk.get(page(shop), EN)
    listed = re.findall(r'name="more_stores" value="([^"]+)"', html)
    assert listed[:2] == ["store-4", "store-3"]
    assert set(listed[2:]) == {"store-1", "store-2", "store-5"}


def test_another_order_is_kept_though_the_warehouses_are_the_same(desk: Desk, shop: Shop) -> None:
    desk.said(save_shop(desk, shop, more_stores=["store-3", "store-5", "store-4"]))
    shop.refresh_from_db()
    assert shop.store_ids == ["store-1", "store-3", "store-5", "store-4"]
    desk.said(save_shop(desk, shop, more_stores=["store-5", "store-3", "store-4"]))
    shop.refresh_from_db()
    assert shop.store_ids == ["store-1", "store-5", "store-3", "store-4"]


def test_each_warehouse_has_buttons_with_names_that_a_keyboard_reaches(desk: Desk, shop: Shop) -> None:
    html = desk.get(page(shop), EN)
    for number in (3, 4, 5):
        for way, name in (("up", "Higher"), ("down", "Lower")):
            label = f"{name}: Warehouse {number}"
            assert re.search(rf'<button type="button"[^>]*data-move="{way}" aria-label="{label}">', html), (
                label
            )
    [script] = re.findall(r'src="/static/(bridge/ranked_list[^"]*\.js)"', html)
    assert finders.find(script), script
