"""THE TABLE of keys: where a setting stands in the file, which field of Shop it is, and what it may be.

A new option is one line here. Tables of rows (states, rules, …) are in rows.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from bridge.configuration.names import BUYER, Kind
from bridge.configuration.shapes import (
    Address,
    Flag,
    Moment,
    Name,
    NameList,
    OneOf,
    Shape,
    Text,
    Texts,
    Whole,
)
from bridge.connections.models import Shop
from bridge.domain.fields import FIELDS
from bridge.mapping.goods_from_moysklad import DATE

DAY = 24 * 3600
MOST = 500
MOST_PIECES = 1_000_000
WAYS_TO_KNOW = ("email", "phone", "inn")
AS_THE_SITE = "site"


class Key(NamedTuple):
    """`path` is the key within [shop.NAME], with the table it stands in: `documents.prices`."""

    path: str
    field: str
    shape: Shape

    @property
    def table(self) -> str:
        return self.path.rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    def where(self, shop: str) -> str:
        """How a mistake names the key: `[shop.site.documents] prices`."""
        return f"[shop.{shop}{'.' * bool(self.table)}{self.table}] {self.name}"

    def given(self, table: Mapping[str, Any]) -> bool:
        """Whether a shop's table has the key; without it the setting keeps its value."""
        return self.name in self._around(table)

    def value(self, table: Mapping[str, Any]) -> Any:
        return self._around(table)[self.name]

    def _around(self, table: Mapping[str, Any]) -> Mapping[str, Any]:
        around: Mapping[str, Any] = table.get(self.table, {}) if self.table else table
        return around


# The organization comes first: which bank accounts may be named depends on it.
KEYS = (
    Key("organization", "organization_id", Name(Kind.ORGANIZATION)),
    Key("stores", "store_ids", NameList(Kind.STORE)),
    Key("sku_field", "sku_field", OneOf(*Shop.SkuField.values)),
    Key("stock_type", "stock_type", OneOf(*Shop.StockType.values)),
    Key("send_statuses", "send_statuses", Texts(60)),
    Key("sales_channel", "sales_channel_id", Name(Kind.SALES_CHANNEL)),
    Key("number_prefix", "number_prefix", Text(30)),
    Key("shipping_service", "shipping_service_id", Name(Kind.SERVICE)),
    Key("reserve", "reserve", Flag()),
    Key("started_at", "started_at", Moment()),
    Key("home_url", "home_url", Address()),
    Key("intervals.orders", "orders_interval", Whole(1, DAY, "seconds")),
    Key("intervals.statuses", "statuses_interval", Whole(1, DAY, "seconds")),
    Key("intervals.stock", "stock_interval", Whole(1, DAY, "seconds")),
    Key("documents.number_suffix", "number_suffix", Text(30)),
    Key("documents.prices", "prices", OneOf(*Shop.Prices.values)),
    Key("documents.project", "project_id", Name(Kind.PROJECT)),
    Key("documents.contract", "contract_id", Name(Kind.CONTRACT)),
    Key("documents.owner", "owner_id", Name(Kind.EMPLOYEE)),
    Key("documents.organization_account", "organization_account_id", Name(Kind.ACCOUNT)),
    Key("documents.planned_days", "planned_days", Whole(0, 365, "days", optional=True)),
    Key("documents.planned_field", "planned_field", Text(100)),
    Key("documents.pickup_fields", "pickup_fields", Texts(100)),
    Key("documents.on_removed", "on_removed", OneOf(*Shop.Removed.values)),
    Key("documents.bin_deleted", "bin_deleted", Flag()),
    Key("buyers.match_by", "match_by", Texts(10, WAYS_TO_KNOW)),
    Key("buyers.create", "create_buyers", Flag()),
    Key("buyers.update", "update_buyers", Flag()),
    Key("buyers.common_buyer", "common_buyer_id", Name(BUYER)),
    Key("buyers.inn_fields", "inn_fields", Texts(100)),
    Key("buyers.kpp_fields", "kpp_fields", Texts(100)),
    Key("money.expense_item", "expense_item_id", Name(Kind.EXPENSE_ITEM)),
    Key("money.mark_paid", "mark_paid", Flag()),
    Key("money.send_refunds", "send_refunds", Flag()),
    Key("back.accept_edits", "accept_edits", Flag()),
    Key("back.accept_returns", "accept_returns", Flag()),
    Key("back.follow_returns", "follow_returns", Flag()),
    Key("back.status_when_paid", "status_when_paid", Text(60)),
    Key("back.status_when_partly_shipped", "status_when_partly_shipped", Text(60)),
    Key("back.status_when_shipped", "status_when_shipped", Text(60)),
    Key("log.days", "api_log_days", Whole(1, 365, "days")),
    Key("stock.write", "write_goods", Flag()),
    Key("stock.buffer", "stock_buffer", Whole(0, MOST_PIECES, "pieces")),
    Key("stock.last_pieces", "last_pieces", Whole(0, MOST_PIECES, "pieces")),
    Key("stock.share", "stock_share", Whole(1, 100, "percent")),
    Key("stock.decimals", "decimal_quantities", Flag()),
    Key("stock.backorders", "backorders", OneOf(*Shop.Backorders.values, empty=AS_THE_SITE)),
    Key("stock.pick_store", "pick_store", OneOf(*Shop.PickStore.values)),
    Key("prices.price_type", "price_type_id", Name(Kind.PRICE_TYPE)),
    Key("prices.sale_price_type", "sale_price_type_id", Name(Kind.PRICE_TYPE)),
    Key("prices.sale_from", "sale_from_attribute_id", Name(Kind.GOODS_ATTRIBUTE, DATE)),
    Key("prices.sale_to", "sale_to_attribute_id", Name(Kind.GOODS_ATTRIBUTE, DATE)),
    Key("prices.rounding", "price_rounding", OneOf(*Shop.Rounding.values)),
    Key("prices.min_margin", "min_margin", Whole(0, 1000, "percent", optional=True)),
    Key("goods.owned", "owned_fields", Texts(20, FIELDS)),
    Key("goods.publish_new", "publish_new", Flag()),
    Key("goods.hide_archived", "hide_archived", Flag()),
)
TABLES = tuple(dict.fromkeys(key.table for key in KEYS if key.table))
_BY_FIELD = {key.field: key for key in KEYS}
COMMON_BUYER, WRITE = _BY_FIELD["common_buyer_id"], _BY_FIELD["write_goods"]
SALE_PRICE_TYPE = _BY_FIELD["sale_price_type_id"]

# Which site and which account: the connections' own settings, not the shop's.
SITE_KEYS: dict[str, Shape] = {
    "url": Address(),
    "consumer_key": Text(MOST),
    "consumer_secret": Text(MOST),
    "event_secret": Text(MOST),
    "moysklad": Text(MOST),
}
ACCOUNT_KEYS: dict[str, Shape] = {
    "base_url": Address(),
    "token": Text(MOST),
    "login": Text(MOST),
    "password": Text(MOST),
}
# [people]: what is asked of everybody who signs in.
PEOPLE_KEYS: dict[str, Shape] = {"second_step_required": Flag()}
REQUIRED = {"moysklad": ("base_url",), "shop": ("url", "moysklad")}
# Logins that are whole only together. A file without any keeps those that are stored (apply.py).
TOGETHER = {"moysklad": ("login", "password"), "shop": ("consumer_key", "consumer_secret")}
