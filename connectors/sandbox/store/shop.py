"""The shop in memory: products, orders, notes, refunds, keys, and the one lock that guards them."""

from __future__ import annotations

import random
import string
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from connectors.sandbox.store.catalogue import Catalogue, Product
from connectors.sandbox.store.journal import Journal
from connectors.sandbox.store.options import Options
from connectors.sandbox.store.refusals import Refusals

Obj = dict[str, Any]
SHOP_ZONE = timezone(timedelta(hours=3))  # Europe/Moscow
API = "/wp-json/wc/v3"
VERSION = "11.0.1"
KEPT_STOCK_WRITES = 300_000


@dataclass
class ApiKey:
    consumer_key: str
    consumer_secret: str
    permissions: str = "read_write"
    nonces: dict[str, int] = field(default_factory=dict)


class Shop:
    """The state of the stand-in. Everything here is read and changed under `lock`; money is decimal."""

    def __init__(self, origin: str, seed: int = 1) -> None:
        self.origin = origin
        self.lock = threading.RLock()
        self.options = Options()
        self.random = random.Random(seed)
        self.products = Catalogue()
        self.categories = {15: "Uncategorized", 16: "Одежда", 17: "Обувь"}
        self.refusals = Refusals()
        self.stock_writes: deque[Obj] = deque(maxlen=KEPT_STOCK_WRITES)
        self.items_written = 0  # products a call has written, for `write_ms`
        self.journal = Journal()
        self.revisions: dict[int, int] = {}  # the last one the plugin accepted, per stock item
        self.orders: dict[int, Obj] = {}
        self.notes: dict[int, list[Obj]] = {}
        self.refunds: dict[int, list[Obj]] = {}
        self.coupons: dict[str, Obj] = {}
        self.customers: dict[int, Obj] = {}
        self.webhooks: dict[int, Obj] = {}
        self.keys = [
            ApiKey(self.secret("ck_"), self.secret("cs_")),
            ApiKey(self.secret("ck_"), self.secret("cs_"), "read"),
        ]
        self._last: dict[str, int] = {"post": 12}
        self.touched: dict[int, set[str]] = {}

    @property
    def home_url(self) -> str:
        return self.options.home_url or self.origin

    @property
    def keeps_journal(self) -> bool:
        """The companion plugin is active and new enough to know of sales."""
        return self.options.events and self.options.plugin_stock

    @property
    def plugin_version(self) -> str:
        return self.options.plugin_version or ("1.3.0" if self.options.plugin_stock else "1.1.0")

    def next(self, counter: str) -> int:
        """Posts (products, orders, refunds) share one row of ids, as in WordPress; items, metas, notes have their
        own."""
        self._last[counter] = self._last.get(counter, 0) + 1
        return self._last[counter]

    def letters(self, count: int) -> str:
        return "".join(self.random.choices(string.ascii_letters + string.digits, k=count))

    def secret(self, prefix: str) -> str:
        return f"{prefix}{self.random.getrandbits(160):040x}"

    def meta(self, key: str, value: Any) -> Obj:
        return {"id": self.next("meta"), "key": key, "value": value}

    def refunds_in_sight(self, order_id: int) -> list[Obj]:
        """In legacy storage the trash hides them, though they still count against the total."""
        return [refund for refund in self.refunds.get(order_id, []) if not refund["trashed"]]

    def touch(self, order_id: int, what: str) -> None:
        """Remember that an order changed in this call; events and webhooks go out once at its end."""
        self.touched.setdefault(order_id, set()).add(what)

    def note(self, order_id: int, text: str, customer_note: bool = False) -> Obj:
        note = {"id": self.next("note"), "text": text, "customer_note": customer_note, "at": now()}
        self.notes.setdefault(order_id, []).append(note)
        return note

    def by_sku(self, sku: str) -> Product | None:
        """Whoever has the SKU, the trash last."""
        found = [self.products[id_] for id_ in self.products.holders("sku", sku)] if sku else []
        return min(found, key=lambda product: (product["status"] == "trash", product["id"]), default=None)


def now() -> int:
    """WooCommerce keeps whole seconds."""
    return int(time.time())


def local(seconds: int | None) -> str | None:
    return (
        None if seconds is None else datetime.fromtimestamp(seconds, SHOP_ZONE).strftime("%Y-%m-%dT%H:%M:%S")
    )


def gmt(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def find_meta(metas: list[Obj], key: str) -> Obj | None:
    return next((meta for meta in metas if meta["key"] == key), None)


def set_meta(shop: Shop, metas: list[Obj], key: str, value: Any) -> None:
    """By key: added, changed, or with null removed."""
    old = find_meta(metas, key)
    if old is None:
        metas.append(shop.meta(key, value))
    elif value is None:
        metas.remove(old)
    else:
        old["value"] = value
        old.pop("shown", None)
