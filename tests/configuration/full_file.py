"""A configuration file that sets everything, and an account and a site it fits."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import (
    AttributeMapping,
    Connection,
    DirectoryEntry,
    GoodsRule,
    OrderRule,
    PaymentMethod,
    Shop,
    StatusMapping,
)
from bridge.sync.models import Watermark
from connectors.errors import ConnectorError

kind = DirectoryEntry.Kind


FULL: dict[str, Any] = {
    "alerts": {
        "backlog_minutes": 45,
        "away_minutes": 0,
        "budget_percent": 70,
        "digest_weekday": 7,
        "digest_hour": 20,
        "smtp_host": "smtp.example.test",
        "smtp_port": 587,
        "smtp_security": "starttls",
        "smtp_user": "shop@example.test",
        "smtp_sender": "",
        "smtp_password": "geheim",
        "telegram_token": "",
        "recipients": [],
    },
    "people": {"second_step_required": True},
    "moysklad": {"main": {"base_url": "https://api.example.test/api/remap/1.2", "token": "t"}},
    "shop": {
        "site": {
            "url": "https://shop.example.test",
            "consumer_key": "ck_1",
            "consumer_secret": "cs_1",
            "event_secret": "secret",
            "moysklad": "main",
            "organization": "ООО «Ромашка»",
            "stores": ["Основной склад", "Магазин"],
            "sku_field": "code",
            "stock_type": "quantity",
            "send_statuses": ["processing"],
            "sales_channel": "Интернет-магазин",
            "number_prefix": "WOO-",
            "shipping_service": "Доставка",
            "reserve": False,
            "started_at": "2026-01-31T06:00:00+00:00",
            "home_url": "https://www.shop.example.test",
            "intervals": {"orders": 60, "statuses": 61, "stock": 62},
            "log": {"days": 90},
            "documents": {
                "number_suffix": "/2026",
                "prices": "list",
                "project": "Сайт",
                "contract": "Договор 7",
                "owner": "Петрова А.",
                "organization_account": "40702810000000000001",
                "planned_days": 3,
                "planned_field": "_delivery_date",
                "pickup_fields": ["_pickup"],
                "on_removed": "create",
                "bin_deleted": True,
            },
            "buyers": {
                "match_by": ["phone", "email"],
                "create": False,
                "update": True,
                "common_buyer": "Розничный покупатель",
                "inn_fields": ["inn"],
                "kpp_fields": [],
            },
            "money": {"expense_item": "Возврат", "mark_paid": True, "send_refunds": False},
            "back": {
                "accept_edits": True,
                "accept_returns": False,
                "follow_returns": True,
                "status_when_paid": "processing",
                "status_when_partly_shipped": "partly-shipped",
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
                {"folder": "Одежда/Платья", "buffer": 3, "backorders": "no", "price": "site"},
                {"item": "item-1", "last_pieces": 0, "stock": "site", "name": "moysklad"},
            ],
            "states": {"processing": "Новый"},
            "statuses": {"Завершен": "completed"},
            "rules": [
                {"shipping_method": "local_pickup", "store": "Магазин", "state": "Новый"},
                {"country": "KZ", "organization": "ООО «Ромашка»", "project": "Сайт"},
                {"role": "wholesale", "contract": "Договор 7", "owner": "Петрова А."},
                {"payment_method": "cod", "sales_channel": "Интернет-магазин"},
            ],
            "fields": [
                {"to": "order", "from": "order.transaction_id", "attribute": "Номер оплаты"},
                {"to": "buyer", "from": "_birthday", "attribute": "День рождения"},
            ],
            "payments": {
                "cod": {"document": "cashin", "project": "Сайт"},
                "bank": {"document": "paymentin", "account": "40702810000000000001"},
                "*": {"document": "none"},
            },
            "pauses": [
                {
                    "what": "everything",
                    "why": "Переезд склада",
                    "by": "Анна",
                    "since": "2026-11-20T08:00:00+00:00",
                    "until": "",
                },
                {
                    "what": "stock_to_site",
                    "why": "",
                    "by": "",
                    "since": "2026-11-21T08:00:00+00:00",
                    "until": "2036-11-22T08:00:00+00:00",
                },
            ],
        }
    },
}


class Wire:
    """What the account and the site answer; `error` is raised by whoever is named in it."""

    def __init__(self) -> None:
        self.names: list[tuple[str, str]] = [
            (kind.ORGANIZATION, "ООО «Ромашка»"),
            (kind.STORE, "Основной склад"),
            (kind.STORE, "Магазин"),
            (kind.SALES_CHANNEL, "Интернет-магазин"),
            (kind.SERVICE, "Доставка"),
            (kind.SERVICE, "Упаковка"),
            (kind.SERVICE, "Упаковка"),
            (kind.STATE, "Новый"),
            (kind.STATE, "Завершен"),
            (kind.PROJECT, "Сайт"),
            (kind.CONTRACT, "Договор 7"),
            (kind.EMPLOYEE, "Петрова А."),
            (kind.EXPENSE_ITEM, "Возврат"),
            (kind.ORDER_ATTRIBUTE, "Номер оплаты"),
            (kind.BUYER_ATTRIBUTE, "День рождения"),
            (kind.ACCOUNT, "40702810000000000001"),
            (kind.PRICE_TYPE, "Цена продажи"),
            (kind.PRICE_TYPE, "Цена со скидкой"),
            (kind.GOODS_ATTRIBUTE, "Акция с"),
            (kind.GOODS_ATTRIBUTE, "Акция до"),
            (kind.FOLDER, "Одежда"),
            (kind.FOLDER, "Платья"),
        ]
        self.details = {kind.ACCOUNT: "id-0", kind.GOODS_ATTRIBUTE: "time", "Платья": "id-20"}
        self.items = {"item-1": ["item-1"], "A-1": ["item-1"], "TWICE": ["item-1", "item-2"]}
        self.buyers = [("buyer-1", "Розничный покупатель")]
        self.error: dict[str, ConnectorError] = {}
        self.site = self

    def account_id(self, account: Connection) -> str:
        return f"account of {account.credentials.get('token')}"

    def read(self, account: object) -> list[DirectoryEntry]:
        if "account" in self.error:
            raise self.error["account"]
        return [
            DirectoryEntry(
                kind=what,
                external_id=f"id-{number}",
                name=name,
                detail=self.details.get(name, self.details.get(what, "")),
            )
            for number, (what, name) in enumerate(self.names)
        ]

    def candidates(self, account: object, wanted: str, known_id: str = "") -> list[tuple[str, str]]:
        return [one for one in self.buyers if wanted in one[1]]

    def goods(self, account: object, words: list[str]) -> list[DirectoryEntry]:
        return [
            DirectoryEntry(kind="item", external_id=one, name=word)
            for word in words
            for one in self.items.get(word, ())
        ]

    def info(self) -> dict[str, str]:
        if "site" in self.error:
            raise self.error["site"]
        return {}


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch, db: None) -> Wire:
    """An account with names and a site that answers; reading them over HTTP is proved by the flow tests."""
    wire = Wire()
    monkeypatch.setattr("bridge.sync.account.directory.of_account", wire.read)
    monkeypatch.setattr("bridge.sync.account.directory.account_id", wire.account_id)
    monkeypatch.setattr("bridge.connections.clients.woocommerce", lambda site: wire)
    monkeypatch.setattr("bridge.sync.buyers.common_buyer.candidates", wire.candidates)
    monkeypatch.setattr("bridge.sync.goods.item_search.candidates", wire.goods)
    return wire


def everything() -> dict[str, list[Any]]:
    rows = (StatusMapping, OrderRule, AttributeMapping, PaymentMethod, GoodsRule)
    models = (Connection, DirectoryEntry, Shop, *rows, Watermark)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def changed(**shop: Any) -> dict[str, Any]:
    return {"moysklad": FULL["moysklad"], "shop": {"site": {**FULL["shop"]["site"], **shop}}}
