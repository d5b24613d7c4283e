"""A shop's page and its file say the same: every setting has its place on both."""

import re
from typing import Any

import pytest

from bridge.configuration.dump import dump
from bridge.configuration.keys import KEYS, SITE_KEYS
from bridge.configuration.read import check
from bridge.configuration.rows import ROWS
from bridge.connections.models import Shop
from bridge.dashboard.shops.shop_desk import ShopDesk
from bridge.outbox.models import Pause
from tests.admin import shop_page
from tests.admin.conftest import Desk
from tests.admin.shop_page import mappings, rows, save_shop


@pytest.fixture
def shop(db: None) -> Shop:
    return shop_page.with_everything_to_name()


EVERYTHING: dict[str, Any] = {
    "organization": "ООО «Ромашка»",
    "stores": ["Склад на Лесной", "Основной склад"],
    "sku_field": "code",
    "stock_type": "stock",
    "send_statuses": ["completed", "packed"],
    "sales_channel": "Сайт",
    "number_prefix": "WOO-",
    "shipping_service": "Доставка",
    "reserve": False,
    "started_at": "2026-01-01T00:00:00+00:00",
    "home_url": "https://www.example.test",
    "intervals": {"orders": 61, "statuses": 62, "stock": 63},
    "log": {"days": 90},
    "documents": {
        "number_suffix": "/26",
        "prices": "list",
        "project": "Розница",
        "contract": "Договор 7",
        "owner": "Петрова А.",
        "organization_account": "40702810000000000001",
        "planned_days": 3,
        "planned_field": "_delivery_date",
        "pickup_fields": ["_pickup", "_pvz"],
        "on_removed": "leave",
        "bin_deleted": True,
    },
    "buyers": {
        "match_by": ["inn", "email"],
        "create": False,
        "update": True,
        "common_buyer": "",
        "inn_fields": ["_inn"],
        "kpp_fields": [],
    },
    "money": {"expense_item": "Возврат", "mark_paid": True, "send_refunds": False},
    "back": {
        "accept_edits": True,
        "accept_returns": False,
        "follow_returns": True,
        "status_when_paid": "processing",
        "status_when_partly_shipped": "packed",
        "status_when_shipped": "completed",
    },
    "stock": {
        "write": True,
        "buffer": 2,
        "last_pieces": 1,
        "share": 50,
        "decimals": True,
        "backorders": "notify",
        "pick_store": "stocked",
    },
    "prices": {
        "price_type": "Цена продажи",
        "sale_price_type": "Цена со скидкой",
        "sale_from": "Акция с",
        "sale_to": "Акция до",
        "rounding": "ends_99",
        "min_margin": 15,
    },
    "goods": {"owned": ["price", "barcode"], "publish_new": True, "hide_archived": True},
    "goods_rules": [
        {"folder": "Одежда/Платья", "buffer": 3, "price": "site"},
        {"item": "A-1", "last_pieces": 0, "backorders": "no", "stock": "site"},
    ],
    "states": {"processing": "Новый"},
    "statuses": {"Выполнен": "completed"},
    "rules": [
        {"shipping_method": "local_pickup", "store": "Основной склад", "state": "Новый"},
        {"country": "KZ", "organization": "ИП Ли"},
        {"role": "wholesale", "owner": "Петрова А."},
    ],
    "fields": [
        {"to": "order", "from": "order.transaction_id", "attribute": "Номер оплаты"},
        {"to": "buyer", "from": "_birthday", "attribute": "День рождения"},
    ],
    "payments": {
        "cod": {"document": "cashin", "project": "Розница"},
        "bacs": {"document": "paymentin", "account": "40702810000000000001"},
        "*": {"document": "none"},
    },
}


def save_everything(desk: Desk, shop: Shop) -> Any:
    rules = [
        ("shipping_method", "local_pickup", "store:store-1"),
        ("shipping_method", "local_pickup", "state:state-new"),
        ("country", "KZ", "organization:organization-2"),
        ("role", "wholesale", "owner:employee-1"),
    ]
    names = ("when", "value", "gets")
    fields = [("order.transaction_id", "order:attribute-1"), ("_birthday", "buyer:attribute-2")]
    payments = [("cod", "cashin", "", "project-1"), ("bacs", "paymentin", "bank-1", ""), ("*", "", "", "")]
    goods = [
        ("folder", "Одежда/Платья", "buffer", "3"),
        ("folder", "Одежда/Платья", "price:site", ""),
        ("item", "A-1", "last_pieces", "0"),
        ("item", "A-1", "backorders:no", ""),
        ("item", "A-1", "stock:site", ""),
    ]
    of_goods = ("scope", "place", "rule", "pieces")
    of_payment = ("method", "document", "organization_account_id", "project_id")
    chosen = {
        "number_prefix": "WOO-",
        "number_suffix": "/26",
        "sku_field": "code",
        "stock_type": "stock",
        "order_store": "store-2",
        "more_stores": ["store-1"],
        "sales_channel_id": "channel-1",
        "send_statuses": ["completed"],
        "other_statuses": "wc-packed",
        "orders_interval": "61",
        "statuses_interval": "62",
        "stock_interval": "63",
        "api_log_days": "90",
        "home_url": "https://www.example.test",
        "reserve": None,
        "prices": "list",
        "project_id": "project-1",
        "contract_id": "contract-1",
        "owner_id": "employee-1",
        "organization_account_id": "bank-1",
        "planned_days": "3",
        "planned_field": "_delivery_date",
        "pickup_fields": " _pickup,, _pvz,_pickup ",
        "on_removed": "leave",
        "bin_deleted": "on",
        "match_by_0": "",
        "match_by_1": "inn",
        "match_by_2": "email",
        "create_buyers": None,
        "update_buyers": "on",
        "inn_fields": "_inn",
        "kpp_fields": "",
        "expense_item_id": "expense-1",
        "mark_paid": "on",
        "send_refunds": None,
        "accept_edits": "on",
        "accept_returns": None,
        "follow_returns": "on",
        "status_when_paid": "processing",
        "status_when_shipped": "completed",
        "write_goods": "on",
        "stock_buffer": "2",
        "last_pieces": "1",
        "stock_share": "50",
        "decimal_quantities": "on",
        "backorders": "notify",
        "pick_store": "stocked",
        "owned_fields": ["price", "barcode"],
        "price_type_id": "price-1",
        "sale_price_type_id": "price-2",
        "sale_from_attribute_id": "field-1",
        "sale_to_attribute_id": "field-2",
        "price_rounding": "ends_99",
        "min_margin": "15",
        "publish_new": "on",
        "hide_archived": "on",
        **rows("goods_rules", shop, *(dict(zip(of_goods, one, strict=True)) for one in goods)),
        **mappings("status_mappings", [("processing", "state-new")], shop),
        **mappings("status_mappings-2", [("completed", "state-done")], shop),
        **rows("order_rules", shop, *(dict(zip(names, rule, strict=True)) for rule in rules)),
        **rows("attribute_mappings", shop, *({"source": s, "fills": f} for s, f in fields)),
        **rows("payment_methods", shop, *(dict(zip(of_payment, one, strict=True)) for one in payments)),
    }
    desk.said(save_shop(desk, shop, **chosen))
    return desk.said(save_shop(desk, shop, status_when_partly_shipped="packed"))


# On the page these two are asked for in other words.


ASKED_AS = {"store_ids": "order_store", "common_buyer_id": "common_buyer"}


def test_every_setting_and_every_table_of_the_file_has_its_place_on_the_page(desk: Desk, shop: Shop) -> None:
    html = desk.get(f"/admin/bridge/shop/{shop.pk}/change/")
    names = {ASKED_AS.get(key.field, key.field) for key in KEYS}
    assert {name for name in names if not re.search(rf'name="{name}(_0)?"', html)} == set()
    apart = {Pause}  # begun and ended by a button
    assert {inline.model for inline in ShopDesk.inlines} == {row.of(shop).model for row in ROWS} - apart


def test_what_the_desk_saved_is_what_the_file_would_say(desk: Desk, shop: Shop) -> None:
    save_everything(desk, shop)
    written = dump(secrets=True)
    check(written)  # and a file may say it
    site = written["shop"][shop.name]
    assert {key: site[key] for key in EVERYTHING} == EVERYTHING
    assert set(site) - set(EVERYTHING) == {*SITE_KEYS, "pauses"}


def test_a_shop_saved_as_it_is_stays_as_it_is(desk: Desk, shop: Shop) -> None:
    save_everything(desk, shop)
    before = Shop.objects.values().get(), dump()
    desk.said(save_shop(desk, shop))
    assert (Shop.objects.values().get(), dump()) == before
