"""POST /wp-json/sklad-bridge/v1/stock of the companion plugin: who may ask, then item by item within a time budget."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.store import stock_body
from connectors.sandbox.store.errors import RestError, no_route
from connectors.sandbox.store.plugin_events import PluginEvents, signature
from connectors.sandbox.store.shop import Shop
from connectors.sandbox.store.stock_body import StockBody, Wanted, refusal
from connectors.sandbox.store.stock_setting import set_item

PATH = "/wp-json/sklad-bridge/v1/stock"
PING_PATH = "/wp-json/sklad-bridge/v1/ping"
CLOCK_SECONDS = 300
BUSY_SECONDS = 0.3


class PluginStock:
    """Takes the shop's lock for one item at a time: buyers come in between, as on a real site."""

    def __init__(self, shop: Shop, events: PluginEvents) -> None:
        self.shop = shop
        self.events = events

    def answer(self, request: Request) -> Response:
        try:
            if request.method != "POST" or not self.shop.keeps_journal:
                raise no_route()
            self._check_sender(request)
            body = stock_body.read(request.body)
            self._check_site(body)
        except RestError as problem:
            return problem.response()
        started = time.monotonic()
        items = [{"id": item.id, **self._within_budget(body, item, started)} for item in body.items]
        done = sum(item["result"] in ("set", "same") for item in items)
        with self.shop.lock:
            return json_response({"done": done, "sale": self.shop.journal.last(), "items": items})

    def ping(self, request: Request) -> Response:
        """`/ping`: the test event is sent now; the answer says how that went."""
        try:
            if request.method != "POST" or not self.shop.keeps_journal or not self.shop.options.plugin_ping:
                raise no_route()
            self._check_sender(request)
            if _site_of(request.body) != self.shop.home_url.rstrip("/"):
                raise refusal(401, "site")
        except RestError as problem:
            return problem.response()
        error = self.events.ping_now()
        return json_response({"delivered": not error, "error": error})

    def _check_sender(self, request: Request) -> None:
        """Paired, signed with one of the secrets, and not long ago by the site's clock; then the right to set stock."""
        if not self.events.event_url:
            raise refusal(401, "not_paired")
        id_, timestamp = (request.header(f"x-sklad-bridge-{name}") for name in ("id", "timestamp"))
        sent = request.header("x-sklad-bridge-signature").split()
        if not id_ or not timestamp.isdecimal():
            raise refusal(401, "signature")
        good = [signature(secret, id_, int(timestamp), request.body) for secret in self.events.secrets]
        if not any(hmac.compare_digest(one.encode(), other.encode()) for one in good for other in sent):
            raise refusal(401, "signature")
        site_time = int(time.time() + self.shop.options.clock_skew)
        if abs(site_time - int(timestamp)) > CLOCK_SECONDS:
            raise refusal(401, "clock", server_time=site_time)
        if self.shop.options.site_copy or self.events.paired_home != self.shop.home_url:
            raise refusal(409, "copy")
        if not self.shop.options.stock_capability:
            raise refusal(403, "capability")

    def _check_site(self, body: StockBody) -> None:
        if body.site.rstrip("/") != self.shop.home_url.rstrip("/"):
            raise refusal(401, "site")

    def _within_budget(self, body: StockBody, item: Wanted, started: float) -> dict[str, Any]:
        options = self.shop.options
        if time.monotonic() - started >= options.stock_seconds:
            return {"result": "not_done"}
        if options.stock_item_ms:
            time.sleep(options.stock_item_ms / 1000)
        return patiently(lambda: self._set(body, item))

    def _set(self, body: StockBody, item: Wanted) -> dict[str, Any]:
        with self.shop.lock:
            return set_item(self.shop, body, item)


def _site_of(body: bytes) -> str:
    """The site a request is meant for; '' where it says none."""
    try:
        return str(json.loads(body)["site"]).rstrip("/")
    except (KeyError, TypeError, ValueError):
        return ""


def patiently(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A sale that is just being made is waited for, but not long."""
    deadline = time.monotonic() + BUSY_SECONDS
    while (result := act())["result"] == "busy" and time.monotonic() < deadline:
        time.sleep(0.01)
    return result
