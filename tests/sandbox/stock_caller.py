"""The plugin's stock endpoint as a caller meets it that counts its own requests."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from typing import Any

import requests

from connectors.sandbox.control_store import StoreControl
from connectors.sandbox.store.plugin_events import signature

SECRET = "s3cret"
PATH = "/wp-json/sklad-bridge/v1/stock"
DEFAULTS = {
    "plugin_stock": True,
    "events": True,
    "clock_skew": 0.0,
    "home_url": "",
    "stock_capability": True,
    "site_copy": False,
    "stock_seconds": 10.0,
    "stock_item_ms": 0.0,
    "decimal_stock": False,
}


class StockCaller:
    """Signs as the bridge does; every request has the next revision."""

    def __init__(self, store: StoreControl) -> None:
        self.store = store
        self.revision = 0
        self.session = requests.Session()

    def post(
        self, body: Any, *, secrets: Sequence[str] = (SECRET,), at: float | None = None, **headers: str
    ) -> requests.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        request_id, moment = str(uuid.uuid4()), int(time.time() if at is None else at)
        sent = {
            "Content-Type": "application/json",
            "X-Sklad-Bridge-Id": request_id,
            "X-Sklad-Bridge-Timestamp": str(moment),
            "X-Sklad-Bridge-Signature": " ".join(signature(one, request_id, moment, raw) for one in secrets),
        } | headers
        return self.session.post(self.store.url + PATH, data=raw, headers=sent, timeout=20)

    def body(
        self, items: list[Any], through: int | None = None, revision: int | None = None
    ) -> dict[str, Any]:
        """All sales so far are contained unless `through` says otherwise."""
        through = self.store.last_sale() if through is None else through
        self.revision = self.revision + 1 if revision is None else revision
        return {
            "revision": self.revision,
            "counted_through": through,
            "site": self.store.url,
            "items": items,
        }

    def set(self, *items: Any, **more: Any) -> Any:
        answer = self.post(self.body(list(items), **more))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def item(self, sku: str, quantity: str, counted: str = "0", **more: Any) -> dict[str, Any]:
        return {"id": self.store.product(sku)["id"], "quantity": quantity, "counted": counted} | more


def only(answer: Any) -> Any:
    (item,) = answer["items"]
    return item


def refused(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"].removeprefix("sklad_bridge_")
