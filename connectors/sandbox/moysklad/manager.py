"""The manager at his desk: everything a person does to documents, told by webhooks under the manager's uid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from connectors.sandbox.moysklad import attributes
from connectors.sandbox.moysklad.account import Account, Caller, Obj, Ref
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.references import dictionary_meta, meta
from connectors.sandbox.moysklad.render import Renderer
from connectors.sandbox.moysklad.return_rules import left_to_return, line_of
from connectors.sandbox.moysklad.state_pages import StatePages
from connectors.sandbox.moysklad.totals import document_totals, shipped_quantities

if TYPE_CHECKING:
    from connectors.sandbox.moysklad.api import MoyskladApp

MANAGER = "manager@sandbox"
PAYMENT_SHOWN = "operations,agent,organization,state"
SHOWN = {
    "customerorder": "positions.assortment,agent,state,store",
    "demand": "positions.assortment,customerOrder",
    "salesreturn": "positions.assortment,demand.customerOrder,agent,state,store",
    "paymentin": PAYMENT_SHOWN,
    "cashin": PAYMENT_SHOWN,
    "paymentout": PAYMENT_SHOWN,
    "cashout": PAYMENT_SHOWN,
    "counterparty": "",
}
NEW_CURRENCY: Obj = {
    "default": False,
    "margin": 0.0,
    "rateUpdateType": "manual",
    "system": False,
}
GOODS = ("product", "variant", "bundle", "service")
PRICED = ("price", "discount", "vat", "vatEnabled")


class Manager:
    def __init__(self, app: MoyskladApp) -> None:
        self.app = app
        self.account: Account = app.account

    def table(self) -> dict[str, Callable[..., Any]]:
        acts: tuple[Callable[..., Any], ...] = (
            self.documents,
            self.document,
            self.create,
            self.edit,
            self.delete,
            self.trash,
            self.restore,
            self.set_state,
            self.add_state,
            self.add_attribute,
            self.directory,
            self.add_currency,
            self.ship,
            self.unship,
            self.return_goods,
            self.pay,
            self.set_position,
            self.remove_position,
            self.item,
        )
        return {act.__name__: act for act in acts}

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
        return self._act(lambda caller: self.app.writer.create(kind, body, caller), kind)

    def edit(self, kind: str, id: str, body: Obj) -> dict[str, Any]:
        return self._act(lambda caller: self.app.writer.update(kind, id, body, caller), kind)

    def delete(self, kind: str, id: str) -> None:
        self._act(lambda caller: self.app.writer.delete(kind, id, caller), kind)

    def trash(self, kind: str, id: str) -> None:
        self._act(lambda caller: self.app.writer.trash(kind, id, caller), kind)

    def restore(self, kind: str, id: str) -> dict[str, Any]:
        return self._act(lambda caller: self.app.writer.restore(kind, id, caller), kind)

    def set_state(self, id: str, state: str, kind: str = "customerorder") -> dict[str, Any]:
        with self.account.lock:
            states = self.account.states[kind].values()
            state_id = next((item["id"] for item in states if item["name"] == state), None)
            if state_id is None:
                raise LookupError(f"no state {state!r}; known: {', '.join(item['name'] for item in states)}")
            return self.edit(kind, id, {"state": self.meta_of(Ref("state", state_id))})

    def add_state(self, name: str, state_type: str = "Regular", kind: str = "customerorder") -> str:
        with self.account.lock:
            return str(StatePages(self.account).add(kind, {"name": name, "stateType": state_type})["id"])

    def directory(self, kind: str) -> dict[str, str]:
        """Name to id of any kind, archived ones included."""
        with self.account.lock:
            return {str(obj.get("name")): id_ for id_, obj in self.account.objects[kind].items()}

    def add_attribute(
        self, kind: str, name: str, type: str, required: bool = False, values: Sequence[str] = ()
    ) -> str:
        """An extra field; for type customentity a dictionary of the same name with `values` comes with it."""
        with self.account.lock:
            body: Obj = {"name": name, "type": type, "required": required}
            if type == "customentity":
                dictionary = attributes.add_dictionary(self.account, name)
                body["customEntityMeta"] = dictionary_meta(self.account, dictionary["id"])
                for value in values:
                    inside = Ref("dictionary", dictionary["id"])
                    self.app.writer.create("customentity", {"name": value}, Caller(MANAGER), inside)
            return str(attributes.define(self.account, kind, body)["id"])

    def add_currency(self, iso: str, rate: float, multiplicity: int = 1, indirect: bool = False) -> str:
        """`multiplicity` of it cost `rate` of the account's currency; indirect: so much of the account's costs `rate`
        of it."""
        named = {"name": iso, "fullName": iso, "isoCode": iso, "code": iso}
        body = named | NEW_CURRENCY | {"rate": rate, "multiplicity": multiplicity, "indirect": indirect}
        return str(self.create("currency", body)["id"])

    def ship(
        self, order_id: str, quantities: dict[str, float] | None = None, store: str | None = None
    ) -> dict[str, Any]:
        """A posted demand of the order: all that is not shipped yet, or `quantities` by article."""
        with self.account.lock:
            order = self.app.writer.alive("customerorder", order_id)
            shipped = shipped_quantities(self.account, order)
            left = {row["id"]: row["quantity"] - shipped[row["id"]] for row in order["positions"]}
            body = self._header(order) | {
                "customerOrder": self.meta_of(Ref("customerorder", order_id)),
                "store": self._store(store, order),
                "positions": self._taken(order["positions"], left, quantities),
            }
            return self.create("demand", body)

    def unship(self, demand_id: str) -> dict[str, Any]:
        """The demand is unposted: it stays, but moves nothing."""
        return self.edit("demand", demand_id, {"applicable": False})

    def return_goods(
        self,
        demand_id: str | None,
        quantities: dict[str, float],
        store: str | None = None,
        agent: str | None = None,
    ) -> dict[str, Any]:
        """A posted return: from a demand, at its prices, or without a basis, at the prices of the cards."""
        with self.account.lock:
            if demand_id is None:
                return self.create("salesreturn", self._return_without_basis(quantities, store, agent))
            demand = self.app.writer.alive("demand", demand_id)
            lines = left_to_return(self.account, demand)
            left = {row["id"]: lines[line_of(row)] for row in demand["positions"]}
            body = self._header(demand) | {
                "demand": self.meta_of(Ref("demand", demand_id)),
                "store": self._store(store, demand),
                "positions": self._taken(demand["positions"], left, quantities),
            }
            if agent is not None:
                body["agent"] = self.meta_of(Ref("counterparty", agent))
            return self.create("salesreturn", body)

    def pay(self, order_id: str, sum_minor: float | None = None, kind: str = "paymentin") -> dict[str, Any]:
        """A posted payment linked to the order (outgoing: to the return); by default all that is unpaid."""
        target_kind = "customerorder" if kind in ("paymentin", "cashin") else "salesreturn"
        with self.account.lock:
            target = self.app.writer.alive(target_kind, order_id)
            totals = document_totals(self.account, target_kind, target)
            amount = totals["sum"] - totals["payedSum"] if sum_minor is None else float(sum_minor)
            link = self.meta_of(Ref(target_kind, order_id)) | {"linkedSum": amount}
            body: Obj = {name: self.meta_of(target[name]) for name in ("organization", "agent")}
            body |= {"sum": amount, "operations": [link], "rate": self._rate(target)}
            if target_kind == "salesreturn":
                body["expenseItem"] = self.meta_of(self._first("expenseitem"))
            return self.create(kind, body)

    def set_position(
        self,
        order_id: str,
        article: str,
        quantity: float | None = None,
        price: float | None = None,
        reserve: float | None = None,
    ) -> dict[str, Any]:
        """Another quantity, price (kopecks) or reserve of the first position with these goods; ids stay."""
        with self.account.lock:
            chosen = self._position(order_id, article)
            changes = {"quantity": quantity, "price": price, "reserve": reserve}
            if reserve is None and quantity is not None and chosen.get("reserve", 0.0) > quantity:
                changes["reserve"] = quantity
            change = {name: value for name, value in changes.items() if value is not None}
            rows = [
                {"id": row["id"]} | (change if row["id"] == chosen["id"] else {})
                for row in self.account.objects["customerorder"][order_id]["positions"]
            ]
            return self.edit("customerorder", order_id, {"positions": rows})

    def remove_position(self, order_id: str, article: str) -> dict[str, Any]:
        with self.account.lock:
            chosen = self._position(order_id, article)
            rows = self.account.objects["customerorder"][order_id]["positions"]
            kept = [{"id": row["id"]} for row in rows if row["id"] != chosen["id"]]
            return self.edit("customerorder", order_id, {"positions": kept})

    def item(self, article: str) -> dict[str, Any]:
        """Goods by article (or, failing that, code) as the API shows them."""
        with self.account.lock:
            ref = self.find_item(article)
            return Renderer(self.account).top(ref.kind, self.account.objects[ref.kind][ref.id])

    def find_item(self, article: str) -> Ref:
        return self.find_items([article])[article]

    def find_items(self, articles: Iterable[str]) -> dict[str, Ref]:
        """Goods by article or, failing that, code. LookupError for one there is none of."""
        wanted = dict.fromkeys(articles)
        found: dict[str, Ref] = {}
        for field in ("article", "code"):
            for kind in GOODS:
                for obj in self.account.objects[kind].values():
                    text = obj.get(field)
                    if text in wanted and text not in found:
                        found[text] = Ref(kind, obj["id"])
        for article in wanted:
            if article not in found:
                raise LookupError(f"no goods with article or code {article!r}")
        return found

    def find_store(self, name: str) -> str:
        for store in self.account.objects["store"].values():
            if name in (store["name"], store["id"]):
                return str(store["id"])
        raise LookupError(f"no store {name!r}")

    def _act(self, act: Callable[[Caller], Obj | None], kind: str) -> dict[str, Any]:
        with self.account.lock:
            caller = Caller(uid=MANAGER, precise=True)
            try:
                obj = act(caller)
            except ApiError as problem:
                raise ValueError(f"{problem.items[0]['code']}: {problem}") from problem
            self.app.webhooks.enqueue(caller)
            return Renderer(self.account, SHOWN.get(kind, "")).top(kind, obj) if obj else {}

    def _taken(
        self, rows: list[Obj], left: dict[str, float], quantities: dict[str, float] | None
    ) -> list[Obj]:
        """Positions for the next document: all that is left, or what `quantities` by article ask for."""
        wanted = {} if quantities is None else {self.find_item(name): n for name, n in quantities.items()}
        answer = []
        for number, row in enumerate(rows):
            item, amount = row["assortment"], left[row["id"]]
            if quantities is not None:
                later = any(other["assortment"] == item for other in rows[number + 1 :])
                amount = min(amount, wanted.get(item, 0.0)) if later else wanted.get(item, 0.0)
                wanted[item] = wanted.get(item, 0.0) - amount
            if amount > 0:
                body = {name: row[name] for name in PRICED} | {"quantity": amount}
                answer.append(body | {"assortment": self.meta_of(item)})
        return answer

    def _return_without_basis(
        self, quantities: dict[str, float], store: str | None, agent: str | None
    ) -> Obj:
        positions = []
        for article, quantity in quantities.items():
            ref = self.find_item(article)
            prices = (self.account.find(ref) or {}).get("salePrices") or [{"value": 0.0}]
            positions.append(
                {"assortment": self.meta_of(ref), "quantity": quantity, "price": prices[0]["value"]}
            )
        buyer = Ref("counterparty", agent) if agent else self._first("counterparty")
        return {
            "organization": self.meta_of(self.account.defaults["organization"]),
            "agent": self.meta_of(buyer),
            "store": self._store(store, {}),
            "positions": positions,
        }

    def _header(self, base: Obj) -> Obj:
        answer: Obj = {name: self.meta_of(base[name]) for name in ("organization", "agent")}
        answer |= {name: base[name] for name in ("vatEnabled", "vatIncluded")}
        return answer | {"rate": self._rate(base)}

    def _rate(self, base: Obj) -> Obj:
        rate: Obj = base["rate"]
        return rate | {"currency": self.meta_of(rate["currency"])}

    def _store(self, name: str | None, base: Obj) -> Obj:
        if name is not None:
            return self.meta_of(Ref("store", self.find_store(name)))
        return self.meta_of(base.get("store") or self._first("store"))

    def _position(self, order_id: str, article: str) -> Obj:
        order, item = self.app.writer.alive("customerorder", order_id), self.find_item(article)
        for row in order["positions"]:
            if row["assortment"] == item:
                return dict(row)
        raise LookupError(f"no position with {article!r} in this order")

    def _first(self, kind: str) -> Ref:
        for id_ in self.account.objects[kind]:
            return Ref(kind, id_)
        raise LookupError(f"the account has no {kind}")

    def meta_of(self, ref: Ref) -> Obj:
        return {"meta": meta(self.account, ref)}
