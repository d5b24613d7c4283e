"""What a test or the demo may do to the account from outside: be the manager, set switches, look inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectors.sandbox.knobs import set_knobs
from connectors.sandbox.moysklad.manager import Manager
from connectors.sandbox.moysklad.seed import fill
from connectors.sandbox.moysklad.warehouse import Warehouse
from connectors.sandbox.seed import Seed

if TYPE_CHECKING:
    from connectors.sandbox.moysklad.api import MoyskladApp


class Commands:
    def __init__(self, app: MoyskladApp) -> None:
        self.app = app
        self.account = app.account
        self.manager = Manager(app)

    def table(self) -> dict[str, Callable[..., Any]]:
        app = self.app
        return {
            "info": self.info,
            "seed": self.seed,
            **self.manager.table(),
            **Warehouse(app, self.manager).table(),
            "set_stock": self.set_stock,
            "stock": self.stock,
            "revoke_token": self.revoke_token,
            "configure": self.configure,
            "options": app.account.options.shown,
            "faults_add": app.faults.add,
            "faults_end": app.faults.end,
            "faults_hold": app.faults.hold,
            "faults_clear": app.faults.clear,
            "faults": app.faults.listed,
            "stats": app.stats.shown,
            "calls": app.stats.log,
            "created": app.stats.created_of,
            "reset_stats": self.reset_stats,
            "deliveries": self.deliveries,
            "webhook_knobs": self.webhook_knobs,
            "release_webhooks": app.courier.release,
            "webhooks_met": lambda: dict(app.courier.met),
            "tell_stock": app.webhooks.tell_stock,
            "settle": self.settle,
        }

    def settle(self, timeout: float) -> bool:
        return all(one.settle(timeout) for one in (self.app.faults, self.app.courier))

    def info(self) -> dict[str, Any]:
        account = self.account
        with account.lock:
            admin = next(iter(account.users.values()))
            return {
                "url": account.base,
                "token": admin.token,
                "login": admin.login,
                "password": admin.password,
                "account_id": account.id,
                "organization": account.defaults["organization"].id,
                "stores": {store["name"]: store["id"] for store in account.objects["store"].values()},
                "states": {state["name"]: state["id"] for state in account.states["customerorder"].values()},
                "sales_channels": {
                    item["name"]: item["id"] for item in account.objects["saleschannel"].values()
                },
                "currency": account.defaults["currency"].id,
            }

    def seed(self, **settings: Any) -> dict[str, Any]:
        with self.account.lock:
            fill(self.account, self.app.writer, self.app.stock, Seed(**settings))
        return self.info()

    def set_stock(self, article: str, store: str, amount: float) -> None:
        with self.account.lock:
            item, place = self.manager.find_item(article), self.manager.find_store(store)
            self.app.stock.set_physical(item.id, place, float(amount))

    def stock(self, article: str, store: str | None = None) -> dict[str, float]:
        with self.account.lock:
            stores = None if store is None else {self.manager.find_store(store)}
            level = self.app.stock.of_item(self.manager.find_item(article).id, stores)
            names = ("stock", "freeStock", "quantity", "reserve", "inTransit")
            return {name: level.value(name) for name in names}

    def revoke_token(self) -> str:
        """The old token is dead from now on; returns the new one."""
        with self.account.lock:
            admin = next(iter(self.account.users.values()))
            admin.token = f"{self.account.random.getrandbits(160):040x}"
            return admin.token

    def configure(self, **switches: Any) -> dict[str, Any]:
        with self.account.lock:
            self.account.options.change(**switches)
            return self.account.options.shown()

    def reset_stats(self) -> None:
        self.app.stats.reset()
        self.app.limiter.forget()

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.app.webhooks.log)

    def webhook_knobs(self, **knobs: Any) -> None:
        """hold, drop (bool), drop_next (int), copies (int), delay_ms (int)."""
        set_knobs(self.app.courier, **knobs)
