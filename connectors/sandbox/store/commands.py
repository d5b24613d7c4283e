"""What a test or the demo may do to the shop from outside: buy, be the shopkeeper, break things, look inside."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectors.sandbox.knobs import set_knobs
from connectors.sandbox.seed import Seed
from connectors.sandbox.store import checkout, orders
from connectors.sandbox.store.order_shape import shown_order
from connectors.sandbox.store.seed import fill
from connectors.sandbox.store.shop import Obj
from connectors.sandbox.store.shopkeeper import Shopkeeper
from connectors.sandbox.store.site_pages import HOOKS
from connectors.sandbox.store.stockkeeper import Stockkeeper

if TYPE_CHECKING:
    from connectors.sandbox.store.api import StoreApp


class Commands:
    def __init__(self, app: StoreApp) -> None:
        self.app = app
        self.shop = app.shop

    def table(self) -> dict[str, Callable[..., Any]]:
        app = self.app
        return {
            "info": self.info,
            "seed": self.seed,
            "pair": app.events.pair,
            "connect": app.pairing.connect,
            "disconnect": app.pairing.disconnect,
            "valid_keys": app.pairing.valid_keys,
            "ask_orders": app.pairing.ask_orders,
            "send_orders": app.pairing.send_orders,
            "ping": lambda: app.events.queue("ping", 0),
            "place_order": self.place_order,
            "place_orders": self.place_orders,
            "order": self.order,
            "orders": self.orders,
            "set_status": self.set_status,
            "edit_order": self.edit_order,
            "trash_order": self.trash_order,
            "untrash_order": self.untrash_order,
            "delete_order": self.delete_order,
            "resend": lambda order_id: app.events.queue("order.changed", order_id),
            "event_knobs": lambda **knobs: set_knobs(app.courier, **knobs),
            "release_events": app.courier.release,
            "events_met": lambda: dict(app.courier.met),
            "events": lambda: list(app.events.log),
            "core_webhooks": self.core_webhooks,
            "remove_core_webhook": lambda webhook_id: self.shop.webhooks.pop(webhook_id, None) is not None,
            "core_knobs": lambda **knobs: set_knobs(app.core_courier, **knobs),
            "release_core": app.core_courier.release,
            "core_deliveries": lambda: list(app.core.log),
            **Shopkeeper(self.shop).table(),
            **Stockkeeper(self.shop).table(),
            "sell_during": app.meanwhile.add,
            "sell_no_more": app.meanwhile.clear,
            "settle": self.settle,
            "configure": self.configure,
            "options": app.shop.options.shown,
            "faults_add": app.faults.add,
            "faults_end": app.faults.end,
            "faults_hold": app.faults.hold,
            "faults_clear": app.faults.clear,
            "faults": app.faults.listed,
            "stats": self.stats,
            "calls": lambda: list(app.calls),
            "reset_stats": self.reset_stats,
        }

    def info(self) -> dict[str, Any]:
        key, reader = self.shop.keys[:2]  # the plugin makes its own beside them
        return {
            "url": self.shop.origin,
            "consumer_key": key.consumer_key,
            "consumer_secret": key.consumer_secret,
            "read_only_key": reader.consumer_key,
            "read_only_secret": reader.consumer_secret,
        }

    def seed(self, **settings: Any) -> dict[str, Any]:
        with self.shop.lock:
            fill(self.shop, Seed(**settings))
        return self.info()

    def place_order(self, **order: Any) -> dict[str, Any]:
        with self.shop.lock:
            return shown_order(self.shop, checkout.place(self.shop, **order))

    def place_orders(self, count: int, per_second: float = 0.0, **order: Any) -> list[int]:
        """`count` orders of one item each, walking through the catalogue; at once, or at a steady rate."""
        with self.shop.lock:
            skus = [p["sku"] for p in self.shop.products.values() if p["type"] != "variable" and p["sku"]]
        ids, start = [], time.monotonic()
        for number in range(count):
            if per_second:
                time.sleep(max(0.0, start + number / per_second - time.monotonic()))
            buyer = {"email": f"buyer{number}@example.test", "phone": f"+7 999 {number:07d}"} | order
            lines = buyer.pop("lines", {skus[number % len(skus)]: 1})
            with self.shop.lock:
                ids.append(int(checkout.place(self.shop, lines, **buyer)["id"]))
            self.app.flush()
        return ids

    def order(self, order_id: int) -> dict[str, Any] | None:
        with self.shop.lock:
            order = self.shop.orders.get(order_id)
            return shown_order(self.shop, order) if order else None

    def orders(self) -> list[dict[str, Any]]:
        with self.shop.lock:
            return [shown_order(self.shop, order) for order in self.shop.orders.values()]

    def set_status(self, order_id: int, status: str) -> dict[str, Any]:
        return self._on_order(order_id, lambda order: orders.change_status(self.shop, order, status))

    def edit_order(self, order_id: int, body: Obj) -> dict[str, Any]:
        """Like PUT /orders/ID, from wp-admin."""
        return self._on_order(order_id, lambda order: orders.update(self.shop, order, body))

    def trash_order(self, order_id: int) -> dict[str, Any]:
        return self._on_order(order_id, lambda order: orders.trash(self.shop, order))

    def untrash_order(self, order_id: int) -> dict[str, Any]:
        return self._on_order(order_id, lambda order: orders.untrash(self.shop, order))

    def delete_order(self, order_id: int) -> dict[str, Any]:
        return self._on_order(order_id, lambda order: orders.delete(self.shop, order))

    def core_webhooks(self, url: str, secret: str, topics: list[str] | None = None) -> list[int]:
        """Subscribe an address to the core's order topics (all four unless named); each sends its ping."""
        with self.shop.lock:
            bodies = [{"topic": topic, "delivery_url": url, "secret": secret} for topic in topics or HOOKS]
            return [int(self.app.core.add(body)["id"]) for body in bodies]

    def settle(self, timeout: float) -> bool:
        app = self.app
        return all(one.settle(timeout) for one in (app.faults, app.courier, app.core_courier))

    def configure(self, **switches: Any) -> dict[str, Any]:
        with self.shop.lock:
            self.shop.options.change(**switches)
            return self.shop.options.shown()

    def stats(self) -> dict[str, Any]:
        app = self.app
        return {
            "calls": sum(app.counts.values()),
            "by_route": dict(app.counts),
            "by_status": dict(app.statuses),
        }

    def reset_stats(self) -> None:
        self.app.counts.clear()
        self.app.statuses.clear()
        self.app.calls.clear()

    def _on_order(self, order_id: int, act: Callable[[Obj], object]) -> dict[str, Any]:
        with self.shop.lock:
            order = self.shop.orders.get(order_id)
            if order is None:
                raise LookupError(f"no order {order_id}")
            act(order)
            return shown_order(self.shop, order)
