"""The companion plugin's part: one signed event per changed order and call, retried until the bridge takes it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests

from connectors.sandbox.delivery import Courier, Parcel
from connectors.sandbox.store.order_shape import shown_order
from connectors.sandbox.store.refund_shape import shown_refunds
from connectors.sandbox.store.shop import Shop

KEPT_EVENTS = 5000
HIDDEN_STATUSES = ("checkout-draft", "auto-draft", "draft")


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """`v1=` and base64 of HMAC-SHA256 over "<id>.<timestamp>." and the raw body."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    return "v1=" + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


class PluginEvents:
    """Paired with one bridge address; `changed` and `ping` queue, the courier delivers."""

    def __init__(self, shop: Shop, courier: Courier) -> None:
        self.shop = shop
        self.courier = courier
        self.event_url = ""
        self.secrets: list[str] = []
        self.paired_home = ""
        self.clock_offset = 0.0
        self.log: deque[dict[str, Any]] = deque(maxlen=KEPT_EVENTS)
        self._session = requests.Session()
        self._session.trust_env = False

    def pair(self, event_url: str, secret: str | list[str]) -> None:
        """Several secrets sign every event several times, as during a rotation. A new first one begins the revisions of
        stock anew."""
        self.event_url = event_url
        before, self.secrets = self.secrets, [secret] if isinstance(secret, str) else list(secret)
        if before[:1] != self.secrets[:1]:
            self.shop.revisions.clear()
        self.clock_offset = 0.0
        self.paired_home = self.shop.home_url

    def changed(self, order_id: int, deleted: bool) -> None:
        """Queue the event of an order that changed; drafts of the checkout are none."""
        order = self.shop.orders.get(order_id)
        if order is not None and order["status"] in HIDDEN_STATUSES:
            return
        self.queue("order.deleted" if deleted else "order.changed", order_id)

    def queue(self, event: str, order_id: int) -> str:
        """The event reads its order now; a retry reads it again under the same event id."""
        if not (self.event_url and self.shop.options.events):
            return ""
        event_id = str(uuid.uuid4())
        record: dict[str, Any] = {"id": event_id, "event": event, "order_id": order_id, "answers": []}
        self.log.append(record)
        first = self.body(event, event_id, order_id)
        deliver = self._delivery(self.event_url, event, event_id, order_id, first, record)
        self.courier.send(Parcel(self.event_url, deliver, record))
        return event_id

    def ping_now(self) -> str:
        """Send the test event and wait for its answer: '' when the bridge took it, else what came instead."""
        event_id = str(uuid.uuid4())
        record: dict[str, Any] = {"id": event_id, "event": "ping", "order_id": 0, "answers": []}
        self.log.append(record)
        raw = self.body("ping", event_id, 0)
        for _time in range(2):
            answer = self._post(self.event_url, event_id, raw)
            record["answers"].append(answer)
            if answer != "clock":  # then the bridge told its time: once more with that
                break
        good = isinstance(answer, int) and 200 <= answer < 300
        record["outcome"] = "delivered" if good else "given up"
        return "" if good else str(answer)

    def body(self, event: str, event_id: str, order_id: int) -> bytes:
        with self.shop.lock:
            order = self.shop.orders.get(order_id) if event == "order.changed" else None
            shown = shown_order(self.shop, order) if order else None
            refunds = shown_refunds(self.shop, order) if order else None
            sales = {"sales": self.shop.journal.shown(order_id)} if self.shop.keeps_journal else {}
            read_at = self._site_time()
        content = {
            "event": event,
            "id": event_id,
            "site": self.shop.home_url,
            "plugin_version": self.shop.plugin_version,
            "sent_at": datetime.fromtimestamp(read_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "order_id": order_id,
            "read_at": round(read_at, 6),
            "order": shown,
            "refunds": refunds,
            **sales,
        }
        raw = json.dumps(content, ensure_ascii=False).encode()
        if len(raw) > self.shop.options.max_event_bytes:
            raw = json.dumps(content | {"order": None, "refunds": None}, ensure_ascii=False).encode()
        return raw

    def _site_time(self) -> float:
        return time.time() + self.shop.options.clock_skew

    def _delivery(
        self, url: str, event: str, event_id: str, order_id: int, first: bytes, record: dict[str, Any]
    ) -> Callable[[], float | None]:
        def deliver() -> float | None:
            tries = len(record["answers"])
            raw = first if tries == 0 else self.body(event, event_id, order_id)
            answer = self._post(url, event_id, raw)
            record["answers"].append(answer)
            if answer == "clock":  # the bridge told its time: correct and send once more at once
                answer = self._post(url, event_id, raw)
                record["answers"].append(answer)
            if isinstance(answer, int) and 200 <= answer < 300:
                record["outcome"] = "delivered"
                return None
            options = self.shop.options
            if len(record["answers"]) >= options.event_tries:
                record["outcome"] = "given up"
                return None
            return float(min(options.event_backoff_max_ms, options.event_backoff_ms * 2**tries)) / 1000

        return deliver

    def _post(self, url: str, event_id: str, raw: bytes) -> int | str:
        timestamp = int(self._site_time() + self.clock_offset)
        signatures = " ".join(signature(secret, event_id, timestamp, raw) for secret in self.secrets)
        headers = {
            "Content-Type": "application/json",
            "X-Sklad-Bridge-Id": event_id,
            "X-Sklad-Bridge-Timestamp": str(timestamp),
            "X-Sklad-Bridge-Signature": signatures,
            "User-Agent": f"SkladBridge/{self.shop.plugin_version}; {self.shop.home_url}",
        }
        timeout = self.shop.options.event_timeout_ms / 1000
        try:
            answer = self._session.post(
                url, data=raw, headers=headers, timeout=timeout, allow_redirects=False
            )
        except requests.RequestException as problem:
            return type(problem).__name__
        if answer.status_code == 401 and (server_time := told_time(answer)):
            self.clock_offset = server_time - self._site_time()
            return "clock"
        return int(answer.status_code)


def told_time(answer: requests.Response) -> float:
    """The bridge's clock from a refusal for the clock, 0 for any other refusal."""
    try:
        body = answer.json()
    except ValueError:
        return 0.0
    return (
        float(body.get("server_time", 0)) if isinstance(body, dict) and body.get("code") == "clock" else 0.0
    )
