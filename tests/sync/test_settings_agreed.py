"""Settings that decide what is written hold the writing until it was looked at; other settings do not."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import GoodsRule, Shop
from bridge.sync import settings_agreed, settings_changed
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import leaving
from bridge.sync.settings_agreed import Followed
from tests import factories

pytestmark = pytest.mark.django_db
RULE = {"scope": "item", "external_id": "i", "name": "I", "sets": "buffer", "value": "3"}


def save(
    shop: Shop, rules: list[GoodsRule] | None = None, *, deliberate: bool = False, **fields: Any
) -> Followed:
    """As the desk and the file save: the shop, its rows, then what follows."""
    agreed, before = settings_agreed.chosen(shop.pk), Shop.objects.get(pk=shop.pk)
    for name, value in fields.items():
        setattr(shop, name, value)
    shop.save()
    if rules is not None:
        settings_changed.replace_rows(shop, GoodsRule.objects.filter(shop=shop), rules)
    settings_changed.shop_changed(before, shop)
    followed = settings_agreed.follow(agreed, shop, deliberate=deliberate)
    assert shop.write_goods == Shop.objects.get(pk=shop.pk).write_goods
    return followed


@pytest.mark.parametrize(
    "fields",
    [
        {"store_ids": ["store-2"]},
        {"stock_type": "stock"},
        {"stock_buffer": 3},
        {"last_pieces": 1},
        {"stock_share": 50},
        {"decimal_quantities": True},
        {"backorders": "no"},
        {"owned_fields": ["price"]},
        {"price_type_id": "p"},
        {"sale_price_type_id": "p"},
        {"price_rounding": "ends_9"},
        {"min_margin": 10},
        {"rules": [GoodsRule(**RULE)]},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_setting_that_changes_what_is_written_holds_the_writing(fields: dict[str, Any]) -> None:
    shop = factories.ShopFactory(write_goods=True)
    assert save(shop, **fields) == Followed(changed=True, held=True)
    assert not shop.write_goods


def test_what_is_only_put_in_another_order_and_other_settings_hold_nothing() -> None:
    shop = factories.ShopFactory(write_goods=True, store_ids=["a", "b"], owned_fields=["price", "name"])
    followed = save(
        shop, store_ids=["b", "a"], owned_fields=["name", "price"], number_prefix="WC-", pick_store="stocked"
    )
    assert followed == Followed()
    assert shop.write_goods


def test_one_shops_choice_holds_no_other_shop() -> None:
    other, shop = (factories.ShopFactory(write_goods=True) for _n in range(2))
    save(shop, stock_buffer=1)
    other.refresh_from_db()
    assert other.write_goods


def test_a_shop_that_wrote_nothing_and_one_that_is_switched_on_or_off_are_not_held() -> None:
    shop = factories.ShopFactory(write_goods=False)
    assert not save(shop, stock_buffer=1).held
    assert not save(shop, write_goods=True, stock_buffer=2).held
    assert shop.write_goods
    assert not save(shop, write_goods=False, stock_buffer=3).held


def test_a_deliberate_statement_goes_on_writing() -> None:
    shop = factories.ShopFactory(write_goods=True)
    assert save(shop, deliberate=True, stock_buffer=1) == Followed(changed=True)
    assert shop.write_goods


def test_a_preview_of_former_settings_cannot_be_confirmed_and_switches_nothing_on() -> None:
    shop = factories.ShopFactory(write_goods=False)
    ready = GoodsRun.objects.create(shop=shop, step="ready", state="paused")
    assert save(shop, stock_buffer=1) == Followed(changed=True, forgotten=True)
    ready.refresh_from_db()
    assert (ready.step, ready.state) == ("dropped", "cancelled")
    writing = GoodsRun.objects.create(shop=shop, step="writing", state="running", then_on=True)
    assert save(shop, price_rounding="ends_9").forgotten
    writing.refresh_from_db()
    assert (writing.step, writing.state, writing.then_on) == ("writing", "running", False)


def test_a_rule_made_in_the_preview_itself_holds_nothing() -> None:
    shop = factories.ShopFactory(write_goods=True)
    run = GoodsRun.objects.create(shop=shop, step="ready", state="paused")
    listing = factories.LinkedListingFactory(shop=shop)
    GoodsChange.objects.create(run=run, shop=shop, listing=listing, field="stock")
    assert leaving.pin(run.changes.all()) == 1
    shop.refresh_from_db()
    assert shop.write_goods
    assert not save(shop, number_prefix="WC-").held, "nor does the next save count it as new"
    run.refresh_from_db()
    assert run.step == "ready"
