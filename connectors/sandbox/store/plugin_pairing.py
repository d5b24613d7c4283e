"""The companion plugin's settings page and order pages: connecting with a code, asking where orders stand.

Written from docs/pairing.md. Calls of the bridge come in while a call to it is under way, so the shop's lock is never
held over one.
"""

from __future__ import annotations

import json
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors.sandbox.store.plugin_events import PluginEvents, signature
from connectors.sandbox.store.shop import VERSION, ApiKey, Shop

PAIR_SECONDS = 25
ASK_SECONDS = 3
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class PluginPairing:
    """What a person with the right to manage the shop does in wp-admin."""

    def __init__(self, shop: Shop, events: PluginEvents) -> None:
        self.shop = shop
        self.events = events
        self.key: ApiKey | None = None  # the one the plugin has made itself
        self._session = requests.Session()
        self._session.trust_env = False

    def connect(self, code: str, language: str = "ru", times: int = 1) -> dict[str, Any]:
        """Paste a code and press “Connect”; `times` sends the same offer again, as after an answer that was lost.

        `{"ok": True, "event_url", "consumer_key", "consumer_secret"}`, or the bridge's refusal `{"ok": False, "status",
        "code", "message", "remedy"}`; status 0 when nothing was sent or no answer came.
        """
        address, _, secret = code.strip().partition("#")
        parts = urlsplit(address)
        if not secret or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
            return {"ok": False, "status": 0, "code": "code_malformed", "message": "", "remedy": ""}
        with self.shop.lock:
            made = ApiKey(self.shop.secret("ck_"), self.shop.secret("cs_"))
            self.shop.keys.append(made)
            offer = self._offer(secret, made, language)
        for _time in range(times):
            status, answer = self._post(
                f"{address}/api/v1/pair/", json.dumps(offer).encode(), {}, PAIR_SECONDS
            )
        if status != 200:
            self._revoke(made)
            return {"ok": False, "status": status, "code": "", "message": "", "remedy": "", **answer}
        self.events.pair(answer["event_url"], answer["event_secret"])
        former, self.key = self.key, made
        if former is not None:
            self._revoke(former)
        keys = {"consumer_key": made.consumer_key, "consumer_secret": made.consumer_secret}
        return {"ok": True, "event_url": answer["event_url"], **keys}

    def disconnect(self) -> None:
        """The key it made goes; keys that people made stay."""
        if self.key is not None:
            self._revoke(self.key)
        self.key = None
        self.events.pair("", [])

    def valid_keys(self) -> list[str]:
        """The consumer keys that are valid now."""
        with self.shop.lock:
            return [key.consumer_key for key in self.shop.keys]

    def ask_orders(self, order_ids: list[int], language: str = "ru") -> dict[str, Any]:
        """What the bridge says of these orders: `{"status", "orders"}`."""
        return self._ask("", order_ids, language)

    def send_orders(self, order_ids: list[int]) -> dict[str, Any]:
        """“Send again” on an order's page."""
        return self._ask("send/", order_ids, "ru")

    def _offer(self, code: str, key: ApiKey, language: str) -> dict[str, str]:
        return {
            "code": code,
            "site": self.shop.home_url,
            "consumer_key": key.consumer_key,
            "consumer_secret": key.consumer_secret,
            "plugin_version": self.shop.plugin_version,
            "woocommerce_version": VERSION,
            "wordpress_version": "7.1",
            "language": language,
        }

    def _ask(self, what: str, order_ids: list[int], language: str) -> dict[str, Any]:
        url = self.events.event_url.replace("/api/v1/events/woocommerce/", "/api/v1/site/") + f"orders/{what}"
        body = {"site": self.shop.home_url, "language": language, "orders": order_ids}
        raw = json.dumps(body).encode()
        asked, now = str(uuid.uuid4()), int(time.time() + self.shop.options.clock_skew)
        headers = {
            "X-Sklad-Bridge-Id": asked,
            "X-Sklad-Bridge-Timestamp": str(now),
            "X-Sklad-Bridge-Signature": " ".join(
                signature(secret, asked, now, raw) for secret in self.events.secrets
            ),
        }
        status, answer = self._post(url, raw, headers, ASK_SECONDS)
        return {"status": status, **answer}

    def _revoke(self, key: ApiKey) -> None:
        with self.shop.lock:
            self.shop.keys.remove(key)

    def _post(
        self, url: str, raw: bytes, headers: dict[str, str], seconds: float
    ) -> tuple[int, dict[str, Any]]:
        try:
            answer = self._session.post(
                url,
                data=raw,
                headers={"Content-Type": "application/json", **headers},
                timeout=seconds,
                allow_redirects=False,
            )
            return answer.status_code, answer.json()
        except (requests.RequestException, ValueError) as problem:
            return 0, {"code": type(problem).__name__}
