"""A setting that changes what the site is given: the desk holds the writing, says so and leads to the preview."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from bridge.connections.models import GoodsRule, Shop
from bridge.sync.models import GoodsRun
from tests import factories
from tests.admin.browser import form_of
from tests.admin.conftest import Desk
from tests.admin.test_pages import words_of

EN = "en"
HELD = "Nothing is written until you have looked at what would change."


@pytest.fixture
def shop(db: None) -> Shop:
    made: Shop = factories.ShopFactory(name="kruzhki", write_goods=True)
    return made


def save(desk: Desk, shop: Shop, **changes: Any) -> list[str]:
    url = f"/admin/bridge/shop/{shop.pk}/change/"
    data = form_of(desk.get(url, EN), "shop_form") | changes
    said = desk.said(desk.post(url, data, EN))
    shop.refresh_from_db()
    return [unescape(text) for text in said]


def rule(shop: Shop, pieces: str) -> dict[str, str]:
    """The table of rules with one of them, for the folder of the fixture."""
    row = {"scope": "folder", "place": "Одежда", "rule": "buffer", "pieces": pieces, "shop": str(shop.pk)}
    totals = {"goods_rules-TOTAL_FORMS": "1", "goods_rules-INITIAL_FORMS": "0"}
    return totals | {f"goods_rules-0-{name}": value for name, value in row.items()}


@pytest.mark.parametrize(
    "changes",
    [
        {"owned_fields": ["price"]},
        {"stock_buffer": "3"},
        {"price_rounding": "ends_9"},
        {"order_store": "store-2"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_saving_it_writes_nothing_and_leads_to_the_preview(
    desk: Desk, shop: Shop, changes: dict[str, Any]
) -> None:
    asked = f"/admin/bridge/goodsrun/add/?shop={shop.pk}"
    said = [text for text in save(desk, shop, **changes) if HELD in text]
    assert len(said) == 1
    assert f'href="{asked}"' in said[0]
    assert not shop.write_goods
    page = desk.get(f"/admin/bridge/shop/{shop.pk}/change/", EN)
    assert "are not written to the site until you have looked at what would change" in words_of(page)
    for html in (page, desk.get("/admin/", EN)):
        assert asked in html
    assert not [text for text in save(desk, shop, stock_buffer="4") if HELD in text], "it is held already"


def test_a_rule_for_a_folder_does_too_and_the_same_rule_again_does_not(desk: Desk, shop: Shop) -> None:
    factories.EntryFactory(
        connection=shop.account, kind="folder", external_id="folder-1", name="Одежда", detail=""
    )
    assert HELD in save(desk, shop, **rule(shop, "3"))[0]
    assert GoodsRule.objects.get().value == "3"
    Shop.objects.update(write_goods=True)
    assert not [text for text in save(desk, shop, **rule(shop, "3")) if HELD in text]
    assert shop.write_goods


def test_another_setting_and_a_shop_saved_as_it_is_go_on_writing(desk: Desk, shop: Shop) -> None:
    for changes in ({}, {"number_prefix": "WC-"}, {"stock_interval": "61"}, {"publish_new": "on"}):
        assert not [text for text in save(desk, shop, **changes) if HELD in text]
        assert shop.write_goods


def test_a_preview_of_the_former_settings_is_dropped_and_that_is_said(desk: Desk, shop: Shop) -> None:
    Shop.objects.update(write_goods=False)
    run = GoodsRun.objects.create(shop=shop, step="ready", state="paused")
    said = [text for text in save(desk, shop, stock_buffer="3") if "no longer valid" in text]
    assert len(said) == 1
    run.refresh_from_db()
    assert run.step == "dropped"
    assert desk.client.get(f"/admin/bridge/goodsrun/add/?shop={shop.pk}").status_code == 200


def test_a_sale_price_that_follows_moysklad_needs_its_price_type(desk: Desk, shop: Shop) -> None:
    url = f"/admin/bridge/shop/{shop.pk}/change/"
    data = form_of(desk.get(url, EN), "shop_form") | {"owned_fields": ["sale_price"]}
    html = desk.post(url, data, EN).content.decode()
    assert "The sale price follows MoySklad: choose the price type it is taken from." in html
    shop.refresh_from_db()
    assert (shop.owned_fields, shop.write_goods) == ([], True)
