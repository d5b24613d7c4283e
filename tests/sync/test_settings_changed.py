"""A changed setting is followed up at once: what waited for it goes on, and only that."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bridge.connections.models import Connection, GoodsRule, OrderRule, Shop
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Watermark
from bridge.sync.settings_changed import credentials_changed, replace_rows, shop_changed
from tests import factories

pytestmark = pytest.mark.django_db


def test_new_credentials_wake_what_the_outage_put_off() -> None:
    later = timezone.now() + timedelta(hours=1)
    shop = factories.ShopFactory(
        account__paused_until=later, account__failures=3, account__pause_problem="auth"
    )
    away = factories.MessageFactory(order=factories.OrderFactory(shop=shop), due_at=later, problem="auth")
    own_error = factories.MessageFactory(
        order=factories.OrderFactory(shop=shop), due_at=later, problem="refused"
    )
    event = factories.EventFactory(connection=shop.account, state="waiting", due_at=later, problem="away")
    flow = factories.WatermarkFactory(connection=shop.account, next_due_at=later, problem="auth")
    credentials_changed(shop.account)
    account = Connection.objects.get(pk=shop.account_id)
    assert (account.paused_until, account.failures, account.pause_problem) == (None, 0, "")
    for row in (away, own_error, event, flow):
        row.refresh_from_db()
    now = timezone.now()
    assert away.due_at <= now
    assert event.due_at <= now
    assert flow.next_due_at <= now
    assert own_error.due_at == later


def changed(shop: Shop, **fields: object) -> int:
    before = Shop.objects.get(pk=shop.pk)
    for name, value in fields.items():
        setattr(shop, name, value)
    shop.save()
    return shop_changed(before, shop)


def test_nothing_is_released_by_a_setting_that_did_not_change() -> None:
    shop = factories.ShopFactory()
    factories.ParkedFactory(order=factories.OrderFactory(shop=shop), problem="organization_missing")
    assert changed(shop, number_prefix="WC-") == 0
    assert OutboxMessage.objects.get().state == "parked"


def test_a_setting_releases_only_the_shops_own_orders() -> None:
    shop, other = factories.ShopFactory(organization_id=""), factories.ShopFactory()
    for one in (shop, other):
        factories.ParkedFactory(order=factories.OrderFactory(shop=one), problem="organization_missing")
    assert changed(shop, organization_id="organization-1") == 1
    assert dict(OutboxMessage.objects.values_list("shop", "state")) == {
        shop.pk: "waiting",
        other.pk: "parked",
    }


@pytest.mark.parametrize(
    ("fields", "concerned"),
    [
        ({"store_ids": ["store-2"]}, {"stock_full"}),
        ({"stock_type": "stock"}, {"stock_full", "subscriptions"}),
        ({"sku_field": "code"}, {"catalogue"}),
        ({"stock_interval": 10}, {"stock", "goods_changes"}),
        ({"owned_fields": ["price"]}, {"fields"}),
        ({"owned_fields": ["description"]}, {"fields", "site_catalogue"}),
        ({"price_rounding": "ends_9"}, {"fields"}),
        ({"min_margin": 10}, {"fields"}),
        ({"write_goods": True}, {"fields", "subscriptions"}),
        ({"stock_buffer": 3}, set()),
        ({"statuses_interval": 10}, {"statuses", "returns", "progress"}),
        ({"mark_paid": True}, {"subscriptions"}),
    ],
)
def test_the_flows_concerned_run_at_once(fields: dict[str, object], concerned: set[str]) -> None:
    shop = factories.ShopFactory()
    later = timezone.now() + timedelta(hours=1)
    others = ("stock_full", "catalogue", "stock", "subscriptions", "goods_changes")
    for name in (*others, "statuses", "returns", "progress"):
        factories.WatermarkFactory(connection=shop.account, flow=name, next_due_at=later)
    for name in ("fields", "site_catalogue"):
        factories.WatermarkFactory(connection=shop.site, flow=name, next_due_at=later)
    changed(shop, **fields)
    soon = Watermark.objects.filter(next_due_at__lte=timezone.now()).values_list("flow", flat=True)
    assert set(soon) == concerned


@pytest.mark.parametrize(
    "fields",
    [
        {"stock_buffer": 3},
        {"last_pieces": 2},
        {"stock_share": 50},
        {"backorders": "no"},
        {"write_goods": True},
    ],
)
def test_what_stock_is_made_with_counts_every_listing_anew(fields: dict[str, object]) -> None:
    shop = factories.ShopFactory(write_goods=False)
    row = factories.ListingFactory(shop=shop, stock_stale=False)
    changed(shop, **fields)
    row.refresh_from_db()
    assert row.stock_stale
    assert OutboxMessage.objects.get().kind == "stock_to_site"


def test_a_rule_for_goods_works_out_stock_and_fields_anew() -> None:
    shop = factories.ShopFactory()
    row = factories.ListingFactory(shop=shop, stock_stale=False)
    later = timezone.now() + timedelta(hours=1)
    flow = factories.WatermarkFactory(connection=shop.site, flow="fields", next_due_at=later)
    rule = GoodsRule(scope="folder", external_id="f", name="F", sets="price", value="moysklad")
    replace_rows(shop, GoodsRule.objects.filter(shop=shop), [rule])
    flow.refresh_from_db()
    row.refresh_from_db()
    assert (row.stock_stale, flow.next_due_at < later) == (True, True)


def test_a_longer_interval_hurries_nothing() -> None:
    shop = factories.ShopFactory()
    factories.WatermarkFactory(connection=shop.account, next_due_at=timezone.now() + timedelta(hours=1))
    changed(shop, stock_interval=3600)
    assert not Watermark.objects.filter(next_due_at__lte=timezone.now()).exists()


def rules(shop: Shop, *values: str) -> int:
    rows = [
        OrderRule(place=place, when="role", value=value, sets="store", external_id="store-1")
        for place, value in enumerate(values)
    ]
    return replace_rows(shop, OrderRule.objects.filter(shop=shop).order_by("place"), rows)


def test_rows_are_replaced_and_release_what_waited_only_when_they_changed() -> None:
    shop, other = factories.ShopFactory(), factories.ShopFactory()
    rules(other, "a")
    for one in (shop, other):
        factories.ParkedFactory(order=factories.OrderFactory(shop=one), problem="store_missing")
    assert rules(shop, "a", "b") == 1
    OutboxMessage.objects.update(state="parked")
    kept = list(OrderRule.objects.values_list("pk", flat=True))
    assert rules(shop, "a", "b") == 0
    assert list(OrderRule.objects.values_list("pk", flat=True)) == kept
    assert rules(shop) == 0  # what is gone helps nobody
    assert list(OrderRule.objects.values_list("shop", flat=True)) == [other.pk]
