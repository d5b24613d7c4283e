"""What a test or the demo may do to the account from outside: be the manager, break things, look inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectors.sandbox.knobs import set_knobs
from connectors.sandbox.moysklad.account import Caller, Obj, Ref
from connectors.sandbox.moysklad.references import meta
from connectors.sandbox.moysklad.render import Renderer
from connectors.sandbox.moysklad.seed import fill
from connectors.sandbox.moysklad.state_pages import StatePages
from connectors.sandbox.seed import Seed

if TYPE_CHECKING:
    from connectors.sandbox.moysklad.api import MoyskladApp

MANAGER = "manager@sandbox"
SHOWN = {
    "customerorder": "positions.assortment,agent,state,store",
    "demand": "positions.assortment,customerOrder",
}
GOODS = ("product", "variant", "bundle", "service")


class Commands:
    def __init__(self, app: MoyskladApp) -> None:
        self.app = app
        self.account = app.account

    def table(self) -> dict[str, Callable[..., Any]]:
        app = self.app
        return {
            "info": self.info,
            "seed": self.seed,
            "documents": self.documents,
            "document": self.document,
            "create": self.create,
            "edit": self.edit,
            "delete": self.delete,
            "trash": self.trash,
            "restore": self.restore,
            "set_state": self.set_state,
            "add_state": self.add_state,
            "ship": self.ship,
            "item": self.item,
            "set_stock": self.set_stock,
            "stock": self.stock,
            "revoke_token": self.revoke_token,
            "configure": self.configure,
            "options": app.account.options.shown,
            "faults_add": app.faults.add,
            "faults_clear": app.faults.clear,
            "faults": app.faults.listed,
            "stats": app.stats.shown,
            "calls": app.stats.log,
            "reset_stats": self.reset_stats,
            "deliveries": self.deliveries,
            "webhook_knobs": self.webhook_knobs,
            "release_webhooks": app.courier.release,
            "tell_stock": app.webhooks.tell_stock,
            "settle": app.courier.settle,
        }

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

    def documents(self, kind: str, binned: bool = False) -> list[dict[str, Any]]:
        with self.account.lock:
            renderer = Renderer(self.account, SHOWN.get(kind, "positions"))
            objects = self.account.objects[kind].values()
            return [renderer.top(kind, obj) for obj in objects if binned or "deleted" not in obj]

    def document(self, kind: str, id: str) -> dict[str, Any] | None:
        with self.account.lock:
            obj = self.account.objects[kind].get(id)
            return Renderer(self.account, SHOWN.get(kind, "positions")).top(kind, obj) if obj else None

    def create(self, kind: str, body: Obj) -> dict[str, Any]:
        return self._as_manager(lambda caller: self.app.writer.create(kind, body, caller), kind)

    def edit(self, kind: str, id: str, body: Obj) -> dict[str, Any]:
        return self._as_manager(lambda caller: self.app.writer.update(kind, id, body, caller), kind)

    def delete(self, kind: str, id: str) -> None:
        self._as_manager(lambda caller: self.app.writer.delete(kind, id, caller), kind)

    def trash(self, kind: str, id: str) -> None:
        self._as_manager(lambda caller: self.app.writer.trash(kind, id, caller), kind)

    def restore(self, kind: str, id: str) -> dict[str, Any]:
        return self._as_manager(lambda caller: self.app.writer.restore(kind, id, caller), kind)

    def set_state(self, id: str, state: str, kind: str = "customerorder") -> dict[str, Any]:
        with self.account.lock:
            states = self.account.states[kind].values()
            state_id = next((item["id"] for item in states if item["name"] == state), None)
            if state_id is None:
                raise LookupError(f"no state {state!r}; known: {', '.join(item['name'] for item in states)}")
            return self.edit(kind, id, {"state": {"meta": meta(self.account, Ref("state", state_id))}})

    def add_state(self, name: str, state_type: str = "Regular", kind: str = "customerorder") -> str:
        with self.account.lock:
            return str(StatePages(self.account).add(kind, {"name": name, "stateType": state_type})["id"])

    def ship(
        self, order_id: str, quantities: dict[str, float] | None = None, store: str | None = None
    ) -> dict[str, Any]:
        """A posted demand of the order: all that is not shipped yet, or `quantities` by article."""
        with self.account.lock:
            order = self.app.writer.alive("customerorder", order_id)
            positions = []
            for row in Renderer(self.account).position_rows("customerorder", order, order["positions"], {}):
                item = Renderer(self.account, "x").ref(Ref(*self._of_meta(row["assortment"])), {})
                left = row["quantity"] - row["shipped"]
                wanted = left if quantities is None else quantities.get(item.get("article", ""), 0.0)
                if wanted > 0:
                    positions.append(
                        {name: row[name] for name in ("price", "discount", "vat", "vatEnabled", "assortment")}
                    )
                    positions[-1]["quantity"] = wanted
            store_ref = order.get("store") or next(Ref("store", id_) for id_ in self.account.objects["store"])
            if store is not None:
                store_ref = Ref("store", self._store_id(store))
            body = {
                "customerOrder": self._meta_of(Ref("customerorder", order_id)),
                "organization": self._meta_of(order["organization"]),
                "agent": self._meta_of(order["agent"]),
                "store": self._meta_of(store_ref),
                "vatEnabled": order["vatEnabled"],
                "vatIncluded": order["vatIncluded"],
                "positions": positions,
            }
            return self.create("demand", body)

    def item(self, article: str) -> dict[str, Any]:
        """Goods by article (or, failing that, code) as the API shows them."""
        with self.account.lock:
            ref = self._item(article)
            return Renderer(self.account).top(ref.kind, self.account.objects[ref.kind][ref.id])

    def set_stock(self, article: str, store: str, amount: float) -> None:
        with self.account.lock:
            self.app.stock.set_physical(self._item(article).id, self._store_id(store), float(amount))

    def stock(self, article: str, store: str | None = None) -> dict[str, float]:
        with self.account.lock:
            stores = None if store is None else {self._store_id(store)}
            level = self.app.stock.of_item(self._item(article).id, stores)
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

    def _as_manager(self, act: Callable[[Caller], Obj | None], kind: str) -> dict[str, Any]:
        with self.account.lock:
            caller = Caller(uid=MANAGER, precise=True)
            obj = act(caller)
            self.app.webhooks.enqueue(caller)
            return Renderer(self.account, SHOWN.get(kind, "")).top(kind, obj) if obj else {}

    def _meta_of(self, ref: Ref) -> dict[str, Any]:
        return {"meta": meta(self.account, ref)}

    def _of_meta(self, value: dict[str, Any]) -> tuple[str, str]:
        return value["meta"]["type"], value["meta"]["href"].rsplit("/", 1)[-1]

    def _item(self, article: str) -> Ref:
        for field in ("article", "code"):
            for kind in GOODS:
                for obj in self.account.objects[kind].values():
                    if obj.get(field) == article:
                        return Ref(kind, obj["id"])
        raise LookupError(f"no goods with article or code {article!r}")

    def _store_id(self, name: str) -> str:
        for store in self.account.objects["store"].values():
            if name in (store["name"], store["id"]):
                return str(store["id"])
        raise LookupError(f"no store {name!r}")
