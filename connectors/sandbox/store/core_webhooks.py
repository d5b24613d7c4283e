"""WooCommerce's own webhooks: form-encoded ping, signed deliveries, an id shared by all of one second, no retries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections import deque
from typing import Any

import requests

from connectors.sandbox.delivery import Courier, Parcel
from connectors.sandbox.store.errors import unknown_order
from connectors.sandbox.store.order_shape import shown_order
from connectors.sandbox.store.shop import VERSION, Obj, Shop
from connectors.sandbox.store.site_pages import add_webhook

KEPT_DELIVERIES = 5000
MAX_FAILURES = 5
AGENT = f"WooCommerce/{VERSION} Hookshot (WordPress/7.1)"
TOPICS_OF_CHANGE = {
    "created": ("order.created", "order.updated"),
    "updated": ("order.updated",),
    "trashed": ("order.deleted",),
    "restored": ("order.restored",),
    "deleted": (),  # a live order deleted by force tells nobody
}


class CoreWebhooks:
    def __init__(self, shop: Shop, courier: Courier) -> None:
        self.shop = shop
        self.courier = courier
        self.log: deque[dict[str, Any]] = deque(maxlen=KEPT_DELIVERIES)
        self._session = requests.Session()
        self._session.trust_env = False

    def add(self, body: Obj) -> Obj:
        """Make a webhook and send its ping: an unsigned form `webhook_id=N`."""
        webhook = add_webhook(self.shop, body)
        record: dict[str, Any] = {"webhook_id": webhook["id"], "topic": "ping", "order_id": 0, "answers": []}
        self.log.append(record)
        headers = {"User-Agent": AGENT, "Content-Type": "application/x-www-form-urlencoded"}
        raw = f"webhook_id={webhook['id']}".encode()

        def deliver() -> None:
            self._post(webhook, raw, headers, record)

        self.courier.send(Parcel(webhook["delivery_url"], deliver, record))
        return webhook

    def changed(self, order_id: int, changes: set[str]) -> None:
        """At most one delivery per topic for all that happened to an order in one call."""
        topics = list(
            dict.fromkeys(
                topic
                for change in TOPICS_OF_CHANGE
                if change in changes
                for topic in TOPICS_OF_CHANGE[change]
            )
        )
        if self.shop.options.updated_before_created:
            topics.reverse()
        for topic in topics:
            for webhook in self.shop.webhooks.values():
                if webhook["topic"] == topic and webhook["status"] == "active":
                    self._queue(webhook, order_id)

    def _queue(self, webhook: Obj, order_id: int) -> None:
        record: dict[str, Any] = {
            "webhook_id": webhook["id"],
            "topic": webhook["topic"],
            "order_id": order_id,
            "answers": [],
        }
        self.log.append(record)

        def deliver() -> None:
            raw = self._body(webhook["topic"], order_id)
            delivery_id = hashlib.md5(f"{webhook['id']}{int(time.time())}".encode()).hexdigest()  # noqa: S324
            record["delivery_id"] = delivery_id
            self._post(webhook, raw, self._headers(webhook, raw, delivery_id), record)

        self.courier.send(Parcel(webhook["delivery_url"], deliver, record))

    def _body(self, topic: str, order_id: int) -> bytes:
        """The state at delivery time; an order gone by then is an error body under the topic."""
        with self.shop.lock:
            order = self.shop.orders.get(order_id)
            if topic == "order.deleted":
                content: dict[str, Any] = {"id": order_id}
            else:
                content = shown_order(self.shop, order) if order else unknown_order().body()
        return json.dumps(content, separators=(",", ":")).replace("/", "\\/").encode()

    def _headers(self, webhook: Obj, raw: bytes, delivery_id: str) -> dict[str, str]:
        resource, event = webhook["topic"].split(".")
        digest = hmac.new(webhook["secret"].encode(), raw, hashlib.sha256).digest()
        return {
            "User-Agent": AGENT,
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{self.shop.home_url}/",
            "X-WC-Webhook-Topic": webhook["topic"],
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
            "X-WC-Webhook-ID": str(webhook["id"]),
            "X-WC-Webhook-Delivery-ID": delivery_id,
        }

    def _post(self, webhook: Obj, raw: bytes, headers: dict[str, str], record: dict[str, Any]) -> None:
        """One try; more than five failures in a row disable the webhook."""
        try:
            answer = self._session.post(
                webhook["delivery_url"], data=raw, headers=headers, timeout=60, allow_redirects=False
            )
            status: int | str = answer.status_code
        except requests.RequestException as problem:
            status = type(problem).__name__
        record["answers"].append(status)
        if isinstance(status, int) and 200 <= status < 303:
            record["outcome"] = "delivered"
            webhook["failures"] = 0
            return
        record["outcome"] = "lost"
        webhook["failures"] += 1
        if webhook["failures"] > MAX_FAILURES:
            webhook["status"] = "disabled"
