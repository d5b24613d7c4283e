"""The front of the store stand-in: keys, faults and latency around the routes; events go out after every call."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, deque
from typing import Any

from connectors.sandbox import backdoor
from connectors.sandbox.delivery import Courier
from connectors.sandbox.faults import Fault, Faults
from connectors.sandbox.http import CUT, JSON_TYPE, Request, Response, json_response
from connectors.sandbox.store import checkout
from connectors.sandbox.store.commands import Commands
from connectors.sandbox.store.core_webhooks import CoreWebhooks
from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.meanwhile import Meanwhile
from connectors.sandbox.store.oauth import authenticate
from connectors.sandbox.store.plugin_events import PluginEvents
from connectors.sandbox.store.plugin_pairing import PluginPairing
from connectors.sandbox.store.plugin_stock import PATH as STOCK_PATH
from connectors.sandbox.store.plugin_stock import PING_PATH, PluginStock
from connectors.sandbox.store.routes import Routes
from connectors.sandbox.store.shop import API, Shop
from connectors.sandbox.store.site_pages import index

KEPT_CALLS = 5000
WORDPRESS_TYPE = ("Content-Type", "application/json; charset=UTF-8")
HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"
DIGITS = str.maketrans("0123456789", "##########")


class StoreApp:
    """One shop behind one port. The shop's lock is held only while a route runs, never while waiting."""

    def __init__(self, origin: str, seed: int = 1) -> None:
        self.shop = Shop(origin, seed)
        self.faults = Faults()
        self.courier = Courier()
        self.core_courier = Courier()
        self.events = PluginEvents(self.shop, self.courier)
        self.pairing = PluginPairing(self.shop, self.events)
        self.core = CoreWebhooks(self.shop, self.core_courier)
        self.routes = Routes(self.shop, self.core)
        self.plugin_stock = PluginStock(self.shop, self.events)
        self.meanwhile = Meanwhile(self._sell)
        self.calls: deque[dict[str, Any]] = deque(maxlen=KEPT_CALLS)
        self.counts: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self._counting = threading.Lock()
        self.commands = Commands(self).table()

    def handle(self, request: Request) -> Response:
        if request.path.startswith(backdoor.PREFIX):
            response = backdoor.answer(request, self.commands)
            self.flush()
            return response
        started = time.time()
        response = self._answer(request)
        self._count(request, response, started)
        return response

    def _count(self, request: Request, response: Response, started: float) -> None:
        status = 0 if response.cut else response.status
        path = request.path.removeprefix(API)
        with self._counting:
            self.counts[f"{request.method} {path.translate(DIGITS).replace('##', '#')}"] += 1
            self.statuses[str(status)] += 1
            milliseconds = round((time.time() - started) * 1000, 1)
            self.calls.append(
                {
                    "method": request.method,
                    "path": path,
                    "status": status,
                    "at": started,
                    "ms": milliseconds,
                    "order": request.header("x-sklad-bridge-order"),
                }
            )

    def _answer(self, request: Request) -> Response:
        plan = self.faults.plan(request.method, request.path)
        pause = self.shop.options.latency_ms / 2000
        time.sleep(pause + plan.wait)
        if plan.fault and plan.fault.is_late:
            self.faults.later(plan.fault, lambda: self._carried_out(request))
        if plan.fault and not plan.fault.happens_after:
            return fault_response(plan.fault)
        surprises = self.meanwhile.due(request)
        self.meanwhile.happen(surprises["before"])
        response = self._carried_out(request)
        self.meanwhile.happen(surprises["after"])
        time.sleep(pause)
        return fault_response(plan.fault) if plan.fault else response

    def _carried_out(self, request: Request) -> Response:
        if request.path.rstrip("/") in ("", "/wp-json"):
            return self._front(request)
        own = {STOCK_PATH: self.plugin_stock.answer, PING_PATH: self.plugin_stock.ping}
        response = own.get(request.path.rstrip("/"), self._rest)(request)
        self.flush()
        response.headers = [WORDPRESS_TYPE if header == JSON_TYPE else header for header in response.headers]
        if not any(name == "Link" for name, _ in response.headers):
            response.headers.append(("Link", f'<{self.shop.origin}/wp-json/>; rel="https://api.w.org/"'))
        return response

    def _rest(self, request: Request) -> Response:
        """Core REST holds the lock while it works; what its writes take is waited afterwards."""
        try:
            with self.shop.lock:
                self.shop.items_written = 0
                authenticate(self.shop, request)
                response = self.routes.answer(request)
                written = self.shop.items_written
        except RestError as problem:
            return problem.response()
        time.sleep(written * self.shop.options.write_ms / 1000)
        return response

    def _sell(self, lines: dict[str, float]) -> None:
        with self.shop.lock:
            checkout.place(self.shop, lines)
        self.flush()

    def _front(self, request: Request) -> Response:
        if request.path.rstrip("/") == "/wp-json":
            return json_response(index(self.shop))
        return Response(200, "<html><body>Магазин</body></html>".encode(), [("Content-Type", "text/html")])

    def flush(self) -> None:
        """Send what this call changed: one plugin event per order, one core delivery per topic."""
        with self.shop.lock:
            touched, self.shop.touched = self.shop.touched, {}
            for order_id, changes in touched.items():
                self.events.changed(order_id, deleted="deleted" in changes)
                self.core.changed(order_id, changes)


def fault_response(fault: Fault) -> Response:
    """The broken answer a fault stands for."""
    if fault.kind in ("cut_before", "cut_after"):
        return CUT
    if fault.kind == "html":
        return Response(fault.status, HTML.format(fault.status).encode(), [("Content-Type", "text/html")])
    headers = [("Retry-After", "1")] if fault.status == 429 else []
    body = {
        "code": "internal_server_error",
        "message": "<p>There has been a critical error.</p>",
        "data": {"status": fault.status},
    }
    return Response(
        fault.status,
        json.dumps(body).encode(),
        [WORDPRESS_TYPE, *headers],
    )
