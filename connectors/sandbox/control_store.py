"""Control of the store stand-in: buyers, the shopkeeper, the companion plugin, and the knobs."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.control_stock import Json, StockControl


class StoreControl(StockControl):
    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.url = str(self.info["url"])
        self.consumer_key = str(self.info["consumer_key"])
        self.consumer_secret = str(self.info["consumer_secret"])
        self.read_only_key = str(self.info["read_only_key"])
        self.read_only_secret = str(self.info["read_only_secret"])

    def pair(self, event_url: str, secret: str | list[str]) -> None:
        """Where the plugin sends its events and with what secret(s); an empty address switches it off."""
        self.call("pair", event_url=event_url, secret=secret)

    def connect(self, code: str, *, language: str = "ru", times: int = 1) -> Json:
        """Paste a pairing code into the plugin's settings and press “Connect” (store/plugin_pairing.py)."""
        return dict(self.call("connect", code=code, language=language, times=times))

    def disconnect(self) -> None:
        """The plugin forgets the bridge and revokes the key it made."""
        self.call("disconnect")

    def valid_keys(self) -> list[str]:
        """The consumer keys that are valid now."""
        return list(self.call("valid_keys"))

    def ask_orders(self, *order_ids: int, language: str = "ru") -> Json:
        """What the bridge tells the site's order pages: `{"status", "orders"}`."""
        return dict(self.call("ask_orders", order_ids=list(order_ids), language=language))

    def send_orders(self, *order_ids: int) -> Json:
        """“Send again” on order pages."""
        return dict(self.call("send_orders", order_ids=list(order_ids)))

    def ping(self) -> str:
        """Send the plugin's test event; returns its id."""
        return str(self.call("ping"))

    def place_order(self, lines: dict[str, float] | list[Json], **order: Any) -> Json:
        """Buy something; returns the order as REST shows it. Arguments: see README."""
        return dict(self.call("place_order", lines=lines, **order))

    def place_orders(self, count: int, per_second: float = 0.0, **order: Any) -> list[int]:
        """`count` one-line orders of different buyers; returns their ids."""
        return list(self.call("place_orders", count=count, per_second=per_second, **order))

    def add_customer(self, *, role: str = "customer", meta: Json | None = None, **fields: str) -> int:
        """A registered buyer; returns the id for `place_order(customer_id=…)`."""
        return int(self.call("add_customer", role=role, meta=meta, **fields))

    def expire_coupon(self, code: str) -> None:
        """Orders keep it until somebody sends their coupons anew."""
        self.call("expire_coupon", code=code)

    def delete_coupon(self, code: str) -> None:
        self.call("delete_coupon", code=code)

    def order(self, order_id: int) -> Json | None:
        found: Json | None = self.call("order", order_id=order_id)
        return found

    def orders(self) -> list[Json]:
        """All of them, trash and drafts included."""
        return list(self.call("orders"))

    def set_status(self, order_id: int, status: str) -> Json:
        return dict(self.call("set_status", order_id=order_id, status=status))

    def edit_order(self, order_id: int, body: Json) -> Json:
        """Like PUT /orders/ID, by the shopkeeper."""
        return dict(self.call("edit_order", order_id=order_id, body=body))

    def trash_order(self, order_id: int) -> None:
        self.call("trash_order", order_id=order_id)

    def untrash_order(self, order_id: int) -> None:
        self.call("untrash_order", order_id=order_id)

    def delete_order(self, order_id: int) -> None:
        """For good."""
        self.call("delete_order", order_id=order_id)

    def resend(self, order_id: int) -> str:
        """One more event about an order, with an id of its own."""
        return str(self.call("resend", order_id=order_id))

    def refund(
        self,
        order_id: int,
        lines: dict[str, float] | None = None,
        *,
        amount: str | None = None,
        shipping: bool | str | None = None,
        fees: bool = False,
        reason: str = "",
        restock: bool = True,
    ) -> Json:
        """The refund box of wp-admin; nothing named: all that is left. Returns the refund as REST shows it."""
        what: Json = {"lines": lines, "amount": amount, "shipping": shipping, "fees": fees}
        return dict(self.call("refund", order_id=order_id, reason=reason, restock=restock, **what))

    def delete_refund(self, order_id: int, refund_id: int) -> None:
        self.call("delete_refund", order_id=order_id, refund_id=refund_id)

    def refunds(self, order_id: int) -> list[Json]:
        """As GET /orders/ID/refunds, the newest first."""
        return list(self.call("refunds", order_id=order_id))

    def every_refund(self) -> list[Json]:
        """Those of all orders in one call, each with its `order_id`."""
        return list(self.call("every_refund"))

    def notes(self, order_id: int) -> list[Json]:
        """As GET /orders/ID/notes: the newest second first, within a second as they were written."""
        return list(self.call("notes", order_id=order_id))

    def mails(self, order_id: int | None = None) -> list[Json]:
        """Mails the shop sent: order_id, mail ("Processing order", "Refunded order", ...)."""
        return list(self.call("mails", order_id=order_id))

    def set_line(
        self, order_id: int, sku: str, quantity: float | None = None, total: str | None = None
    ) -> Json:
        """Edit a line in wp-admin: a quantity takes the amounts along, `total` (net) is set as it is."""
        return dict(self.call("set_line", order_id=order_id, sku=sku, quantity=quantity, total=total))

    def add_line(
        self, order_id: int, sku: str, quantity: float = 1, total: str | None = None, recalculate: bool = True
    ) -> Json:
        """Add a line in wp-admin; without `recalculate` the order's total, date and stock wait for the next save."""
        line: Json = {"sku": sku, "quantity": quantity, "total": total, "recalculate": recalculate}
        return dict(self.call("add_line", order_id=order_id, **line))

    def remove_line(self, order_id: int, sku: str) -> Json:
        return dict(self.call("remove_line", order_id=order_id, sku=sku))

    def recalculate(self, order_id: int) -> Json:
        return dict(self.call("recalculate", order_id=order_id))

    def pay(self, order_id: int, transaction_id: str = "") -> Json:
        """A gateway confirms the money: date_paid, transaction_id, and from pending, failed, on-hold to processing."""
        return dict(self.call("pay", order_id=order_id, transaction_id=transaction_id))

    def hold_events(self) -> None:
        """Plugin events wait from now on, with the order as it was when they arose."""
        self.call("event_knobs", hold=True)

    def release_events(self, order: str = "fifo", copies: int = 1, drop: int = 0, seed: int = 1) -> int:
        """Let held events go: fifo, reverse or shuffle (by `seed`); the first `drop` are lost. Returns how many go."""
        return int(self.call("release_events", order=order, copies=copies, drop=drop, seed=seed))

    def events_met(self) -> dict[str, int]:
        """How many the knobs have met: dropped, doubled, delayed, reordered."""
        return dict(self.call("events_met"))

    def event_knobs(self, **knobs: Any) -> None:
        """hold: bool, drop: bool, drop_next: int, copies: int, delay_ms: int."""
        self.call("event_knobs", **knobs)

    def events(self) -> list[Json]:
        """Plugin events: id, event, order_id, answers (statuses, exception names, "clock"), outcome."""
        return list(self.call("events"))

    def core_webhooks(self, url: str, secret: str, topics: list[str] | None = None) -> list[int]:
        """Subscribe an address to WooCommerce's own order webhooks; returns their ids."""
        return list(self.call("core_webhooks", url=url, secret=secret, topics=topics))

    def remove_core_webhook(self, webhook_id: int) -> None:
        self.call("remove_core_webhook", webhook_id=webhook_id)

    def core_knobs(self, **knobs: Any) -> None:
        self.call("core_knobs", **knobs)

    def release_core(self, order: str = "fifo", copies: int = 1, drop: int = 0) -> int:
        return int(self.call("release_core", order=order, copies=copies, drop=drop))

    def core_deliveries(self) -> list[Json]:
        """webhook_id, topic, order_id, delivery_id, answers, outcome."""
        return list(self.call("core_deliveries"))
