"""Shops on the desk: names are chosen, numbers kept in bounds, and saving sets waiting orders free."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bridge.configuration.dump import dump
from bridge.connections.models import Shop, StatusMapping
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Watermark
from tests import factories
from tests.admin.conftest import Desk, Rows
from tests.admin.test_pages import words_of


def shop_form(shop: Shop, **changes: Any) -> dict[str, Any]:
    """What the browser sends back when nothing is changed, with `changes`."""
    first, *others = shop.store_ids or [""]
    data: dict[str, Any] = {
        "name": shop.name,
        "organization_id": shop.organization_id,
        "order_store": first,
        "more_stores": others,
        "sales_channel_id": shop.sales_channel_id,
        "shipping_service_id": shop.shipping_service_id,
        "number_prefix": shop.number_prefix,
        "send_statuses": shop.send_statuses,
        "other_statuses": "",
        "started_at_0": "01.01.2026",
        "started_at_1": "03:00:00",
        "sku_field": shop.sku_field,
        "stock_type": shop.stock_type,
        "orders_interval": shop.orders_interval,
        "statuses_interval": shop.statuses_interval,
        "stock_interval": shop.stock_interval,
        "home_url": shop.home_url,
    }
    data |= {"reserve": "on"} if shop.reserve else {}
    return data | mappings("status_mappings", []) | mappings("status_mappings-2", []) | changes


def mappings(prefix: str, rows: list[tuple[str, str]], shop: Shop | None = None) -> dict[str, str]:
    data = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, (status, state) in enumerate(rows):
        data |= {f"{prefix}-{number}-site_status": status, f"{prefix}-{number}-state_id": state}
        data |= {f"{prefix}-{number}-shop": str(shop.pk)} if shop else {}
    return data


def save_shop(desk: Desk, shop: Shop, **changes: Any) -> Any:
    return desk.post(f"/admin/bridge/shop/{shop.pk}/change/", shop_form(shop, **changes))


def test_a_shop_saved_as_it_is_stays_as_it_is(desk: Desk) -> None:
    shop = factories.ShopFactory(send_statuses=["processing", "on-hold"], store_ids=["store-2", "store-1"])
    desk.said(save_shop(desk, shop))
    before, after = (
        {k: v for k, v in vars(row).items() if not k.startswith("_")} for row in (shop, Shop.objects.get())
    )
    assert sorted(before.pop("send_statuses")) == sorted(after.pop("send_statuses"))
    assert {k: v for k, v in before.items() if not k.endswith("_cache")} == after


def test_what_the_desk_saved_is_what_the_file_would_say(desk: Desk) -> None:
    shop = factories.ShopFactory()
    chosen = {
        "number_prefix": "WOO-",
        "sku_field": "code",
        "stock_type": "stock",
        "order_store": "store-2",
        "more_stores": ["store-1"],
        "sales_channel_id": "channel-1",
        "send_statuses": ["completed"],
        "orders_interval": 61,
        "statuses_interval": 62,
        "stock_interval": 63,
    }
    rows = mappings("status_mappings", [("processing", "state-new")], shop)
    desk.said(save_shop(desk, shop, **chosen, **rows))
    written = dump()["shop"][shop.name]
    assert written == {
        "url": shop.site.base_url,
        "moysklad": shop.account.name,
        "organization": "ООО «Ромашка»",
        "stores": ["Склад на Лесной", "Основной склад"],
        "sku_field": "code",
        "stock_type": "stock",
        "send_statuses": ["completed"],
        "sales_channel": "Сайт",
        "number_prefix": "WOO-",
        "shipping_service": "Доставка",
        "reserve": True,
        "intervals": {"orders": 61, "statuses": 62, "stock": 63},
        "states": {"processing": "Новый"},
        "statuses": {},
    }


def test_things_of_the_account_are_chosen_by_name(desk: Desk) -> None:
    shop = factories.ShopFactory(store_ids=["store-1", "vanished"])
    text = words_of(desk.get(f"/admin/bridge/shop/{shop.pk}/change/"))
    for name in ("ООО «Ромашка»", "Основной склад", "Склад на Лесной", "Доставка", "Сайт"):
        assert name in text
    assert "больше нет в МойСклад" in text
    assert "store-1" not in text


def test_settings_are_saved_in_their_columns(desk: Desk) -> None:
    shop = factories.ShopFactory()
    desk.said(
        save_shop(
            desk,
            shop,
            order_store="store-2",
            more_stores=["store-1"],
            sales_channel_id="channel-1",
            send_statuses=["completed"],
            other_statuses="wc-packed, on-the-way",
            stock_interval="60",
        )
    )
    shop.refresh_from_db()
    assert shop.store_ids == ["store-2", "store-1"]
    assert shop.first_store_id == "store-2"
    assert shop.sales_channel_id == "channel-1"
    assert shop.send_statuses == ["completed", "packed", "on-the-way"]
    assert shop.stock_interval == 60


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"stock_interval": "0"}, "больше либо равно 1"),
        ({"orders_interval": "86401"}, "меньше либо равно 86400"),
        ({"other_statuses": "checkout-draft"}, "Такой статус отправлять нельзя"),
        ({"other_statuses": "Собран"}, "Такой статус отправлять нельзя"),
        ({"order_store": "", "more_stores": ["store-1"]}, "Сначала выберите склад для заказов."),
        ({"organization_id": "somebody-elses"}, "somebody-elses"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_is_saved(
    desk: Desk, changes: dict[str, Any], mistake: str
) -> None:
    shop = factories.ShopFactory()
    before = Shop.objects.values().get()
    response = save_shop(desk, shop, **changes)
    assert response.status_code == 200
    assert mistake in response.content.decode()
    assert Shop.objects.values().get() == before


@pytest.mark.parametrize(
    ("missing", "problem", "changes"),
    [
        ({"organization_id": ""}, "organization_missing", {"organization_id": "organization-1"}),
        ({"store_ids": []}, "store_missing", {"order_store": "store-1"}),
        ({"shipping_service_id": ""}, "shipping_service_missing", {"shipping_service_id": "service-1"}),
    ],
)
def test_filling_in_what_was_missing_lets_the_orders_go(
    desk: Desk, missing: dict[str, Any], problem: str, changes: dict[str, str]
) -> None:
    shop = factories.ShopFactory(**missing)
    message = factories.ParkedFactory(
        order=factories.OrderFactory(shop=shop), problem=problem, problem_params={}
    )
    other = factories.ParkedFactory(order=factories.OrderFactory(shop=shop))
    said = desk.said(save_shop(desk, shop, **changes))
    assert "Заказов, которые ждали этой настройки и теперь отправляются: 1." in said
    message.refresh_from_db()
    other.refresh_from_db()
    assert (message.state, other.state) == (OutboxMessage.State.WAITING, OutboxMessage.State.PARKED)


def test_other_warehouses_have_the_stock_counted_anew_by_a_job(desk: Desk) -> None:
    shop = factories.ShopFactory()
    listing = factories.LinkedListingFactory(shop=shop, wanted_quantity=5, site_quantity=5)
    later = timezone.now() + timedelta(hours=1)
    flow = factories.WatermarkFactory(connection=shop.account, flow="stock_full", next_due_at=later)
    desk.said(save_shop(desk, shop, more_stores=["store-2"]))
    flow.refresh_from_db()
    listing.refresh_from_db()
    assert flow.next_due_at <= timezone.now()
    assert listing.wanted_quantity == 5  # a hundred thousand goods are no work for the request that saves


def test_status_mappings_are_saved_replaced_and_may_swap(desk: Desk) -> None:
    shop = factories.ShopFactory()
    first = [("processing", "state-new"), ("completed", "state-done")]
    desk.said(save_shop(desk, shop, **mappings("status_mappings", first, shop)))
    swapped = [("processing", "state-done"), ("completed", "state-new")]
    back = [("completed", "state-done")]
    desk.said(
        save_shop(
            desk,
            shop,
            **mappings("status_mappings", swapped, shop),
            **mappings("status_mappings-2", back, shop),
        )
    )
    rows = StatusMapping.objects.order_by("pk").values_list("direction", "site_status", "state_id")
    assert set(rows) == {
        ("to_state", "processing", "state-done"),
        ("to_state", "completed", "state-new"),
        ("to_site", "completed", "state-done"),
    }


def test_one_status_has_one_state(desk: Desk) -> None:
    shop = factories.ShopFactory()
    twice = [("processing", "state-new"), ("processing", "state-done")]
    response = save_shop(desk, shop, **mappings("status_mappings", twice, shop))
    assert "Каждое значение левого столбца может встретиться только один раз." in response.content.decode()
    assert not StatusMapping.objects.exists()


def test_a_state_may_not_be_somebody_elses(desk: Desk) -> None:
    shop = factories.ShopFactory()
    response = save_shop(desk, shop, **mappings("status_mappings", [("processing", "foreign")], shop))
    assert response.status_code == 200
    assert not StatusMapping.objects.exists()


def test_a_shop_is_added_with_what_needs_no_choice_and_its_flows_begin(desk: Desk) -> None:
    account, site = factories.AccountFactory(), factories.SiteFactory()
    factories.EntryFactory(connection=account, kind="organization", external_id="only", name="ИП Ли")
    factories.EntryFactory(connection=account, kind="store", external_id="store", name="Склад")
    response = desk.post(
        "/admin/bridge/shop/add/", {"name": "new", "site": str(site.pk), "account": str(account.pk)}
    )
    shop = Shop.objects.get()
    assert response["Location"] == f"/admin/bridge/shop/{shop.pk}/change/"
    assert (shop.organization_id, shop.store_ids, shop.home_url) == ("only", ["store"], site.base_url)
    flows = set(Watermark.objects.values_list("connection__vendor", "flow"))
    assert {("moysklad", "catalogue"), ("woocommerce", "orders")} <= flows


def test_site_and_account_of_a_shop_stay(desk: Desk, rows: Rows) -> None:
    other = factories.AccountFactory()
    desk.said(save_shop(desk, rows.shop, account=str(other.pk)))
    assert Shop.objects.get().account == rows.shop.account


def test_a_shop_with_orders_is_not_deleted(desk: Desk, rows: Rows) -> None:
    assert desk.client.get(f"/admin/bridge/shop/{rows.shop.pk}/delete/").status_code == 403
    idle = factories.ShopFactory()
    assert desk.client.post(f"/admin/bridge/shop/{idle.pk}/delete/", {"post": "yes"}).status_code == 302


def test_the_address_for_events_is_shown(desk: Desk, rows: Rows, settings: Any) -> None:
    url = f"/admin/bridge/shop/{rows.shop.pk}/change/"
    assert "У моста нет адреса в интернете" in desk.get(url)
    settings.BRIDGE_PUBLIC_URL = "https://bridge.example.test"
    expected = f"https://bridge.example.test/api/v1/events/woocommerce/{rows.shop.site_id}/"
    assert expected in desk.get(url)
