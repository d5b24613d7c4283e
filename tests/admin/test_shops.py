"""Shops on the desk: added, their settings chosen by name and kept in bounds."""

from typing import Any

import pytest

from bridge.connections.models import Shop
from bridge.sync.models import Watermark
from tests import factories
from tests.admin import shop_page
from tests.admin.conftest import Desk, Rows
from tests.admin.shop_page import rows, save_shop
from tests.admin.test_pages import words_of


@pytest.fixture
def shop(db: None) -> Shop:
    return shop_page.with_everything_to_name()


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
        ({"organization_account_id": "bank-2"}, "Этот счёт принадлежит другой организации."),
        ({"match_by_0": "inn", "match_by_1": "inn"}, "Выберите каждый способ один раз."),
        ({"planned_days": "366"}, "меньше либо равно 365"),
        ({"inn_fields": "x" * 101}, "слишком длинное"),
        ({"stock_share": "0"}, "больше либо равно 1"),
        ({"sale_from_attribute_id": "field-3"}, "field-3"),
        ({"owned_fields": ["images"]}, "images"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_is_saved(
    desk: Desk, shop: Shop, changes: dict[str, Any], mistake: str
) -> None:
    before = Shop.objects.values().get()
    response = save_shop(desk, shop, **changes)
    assert response.status_code == 200
    assert mistake in response.content.decode()
    assert Shop.objects.values().get() == before


def test_the_section_with_a_mistake_is_opened(desk: Desk, shop: Shop) -> None:
    response = save_shop(desk, shop, planned_days="366")
    assert "section: 'documents'" in response.content.decode()
    response = save_shop(desk, shop, **rows("payment_methods", shop, {"method": "", "document": "cashin"}))
    assert "section: 'money'" in response.content.decode()


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
