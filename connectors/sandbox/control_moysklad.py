"""Control of the MoySklad stand-in: the manager at his desk, the warehouse, and the knobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.control_base import Control

Json = dict[str, Any]


class MoyskladControl(Control):
    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.url = str(self.info["url"])  # ends in /api/remap/1.2
        self.token = str(self.info["token"])
        self.login = str(self.info["login"])
        self.password = str(self.info["password"])
        self.account_id = str(self.info["account_id"])
        self.organization = str(self.info["organization"])

    @property
    def stores(self) -> dict[str, str]:
        """Name to id."""
        return dict(self.call("info")["stores"])

    @property
    def states(self) -> dict[str, str]:
        """States of customer orders, name to id."""
        return dict(self.call("info")["states"])

    @property
    def sales_channels(self) -> dict[str, str]:
        return dict(self.call("info")["sales_channels"])

    def directory(self, kind: str) -> dict[str, str]:
        """Name to id of any kind: organization, project, employee, contract, expenseitem, country, region …"""
        return dict(self.call("directory", kind=kind))

    def documents(self, kind: str = "customerorder", binned: bool = False) -> list[Json]:
        """All of a kind as the API shows them; positions, operations, agent, state and store expanded."""
        return list(self.call("documents", kind=kind, binned=binned))

    def created(self, kind: str = "customerorder") -> dict[str, int]:
        """How many documents of each name were made since the last `reset_stats`, those deleted since too."""
        return dict(self.call("created", kind=kind))

    def document(self, id: str, kind: str = "customerorder") -> Json | None:
        found: Json | None = self.call("document", kind=kind, id=id)
        return found

    def create(self, kind: str, body: Json) -> Json:
        """Make anything, as a manager; `body` as the API takes it."""
        return dict(self.call("create", kind=kind, body=body))

    def edit(self, kind: str, id: str, body: Json) -> Json:
        """PUT as a manager: fires webhooks with another uid and no echo filter."""
        return dict(self.call("edit", kind=kind, id=id, body=body))

    def set_state(self, id: str, state: str, kind: str = "customerorder") -> Json:
        return dict(self.call("set_state", id=id, state=state, kind=kind))

    def add_state(self, name: str, state_type: str = "Regular", kind: str = "customerorder") -> str:
        return str(self.call("add_state", name=name, state_type=state_type, kind=kind))

    def ref(self, kind: str, id: str) -> Json:
        """`{"meta": ...}` as bodies name another object."""
        href = f"{self.url}/entity/{kind}/{id}"
        return {"meta": {"href": href, "type": kind, "mediaType": "application/json"}}

    def add_position(self, order_id: str, article: str, quantity: float = 1, price: float = 0.0) -> Json:
        """The manager adds goods to an order after a call; `price` in kopecks."""
        order = self.document(order_id) or {}
        rows = [{"id": row["id"]} for row in order["positions"]["rows"]]
        added = {"quantity": quantity, "price": price, "assortment": {"meta": self.item(article)["meta"]}}
        return self.edit("customerorder", order_id, {"positions": [*rows, added]})

    def ship(
        self, order_id: str, quantities: dict[str, float] | None = None, store: str | None = None
    ) -> Json:
        """A posted demand: all that is left of the order, or pieces by article."""
        return dict(self.call("ship", order_id=order_id, quantities=quantities, store=store))

    def unship(self, demand_id: str) -> Json:
        """The demand is unposted: it stays, but ships nothing. SandboxError 17014 when goods of it came back."""
        return dict(self.call("unship", demand_id=demand_id))

    def return_goods(
        self,
        demand_id: str | None,
        quantities: dict[str, float],
        *,
        store: str | None = None,
        agent: str | None = None,
    ) -> Json:
        """A posted return, pieces by article: of a demand at its prices, or without a basis at the cards' prices.

        `store` by name (the demand's), `agent` by counterparty id (the demand's; without a basis the account's first).
        """
        arguments = {"demand_id": demand_id, "quantities": quantities, "store": store, "agent": agent}
        return dict(self.call("return_goods", **arguments))

    def pay(self, order_id: str, sum_minor: float | None = None, kind: str = "paymentin") -> Json:
        """A posted payment linked to the order: what is unpaid, or `sum_minor` kopecks. With kind paymentout or cashout
        `order_id` is a return."""
        return dict(self.call("pay", order_id=order_id, sum_minor=sum_minor, kind=kind))

    def set_position(
        self,
        order_id: str,
        article: str,
        *,
        quantity: float | None = None,
        price: float | None = None,
        reserve: float | None = None,
    ) -> Json:
        """Another quantity, price (kopecks) or reserve of the first position with these goods; every position keeps
        its id."""
        changes = {"quantity": quantity, "price": price, "reserve": reserve}
        return dict(self.call("set_position", order_id=order_id, article=article, **changes))

    def remove_position(self, order_id: str, article: str) -> Json:
        """The first position with these goods goes, the others keep their ids."""
        return dict(self.call("remove_position", order_id=order_id, article=article))

    def add_attribute(
        self, kind: str, name: str, type: str, *, required: bool = False, values: Sequence[str] = ()
    ) -> str:
        """An extra field of documents or counterparties: string, text, long, double, boolean, time, link, customentity.
        For customentity a dictionary with `values` is made. Returns the id of the field."""
        arguments = {"kind": kind, "name": name, "type": type, "required": required, "values": list(values)}
        return str(self.call("add_attribute", **arguments))

    def add_currency(self, iso: str, rate: float, *, multiplicity: int = 1, indirect: bool = False) -> str:
        """A currency by its letters ("USD"): `multiplicity` of it cost `rate` of the account's currency; indirect: so
        much of the account's currency costs `rate` of it. Returns its id."""
        more = {"multiplicity": multiplicity, "indirect": indirect}
        return str(self.call("add_currency", iso=iso, rate=rate, **more))

    def counterparties(self) -> list[Json]:
        """All of them, archived ones included."""
        return self.documents("counterparty")

    def add_counterparty(self, **fields: Any) -> Json:
        """`fields` as the API takes them: name, email, phone, inn, archived …"""
        return self.create("counterparty", fields)

    def trash(self, id: str, kind: str = "customerorder") -> None:
        self.call("trash", kind=kind, id=id)

    def restore(self, id: str, kind: str = "customerorder") -> Json:
        """Out of the bin, as a person does it in the web application."""
        return dict(self.call("restore", kind=kind, id=id))

    def delete(self, id: str, kind: str = "customerorder") -> None:
        self.call("delete", kind=kind, id=id)

    def archive(self, id: str, kind: str, archived: bool = True) -> Json:
        return self.edit(kind, id, {"archived": archived})

    def item(self, article: str) -> Json:
        """Goods by article or code; `["meta"]["type"]` tells product, variant, bundle or service."""
        return dict(self.call("item", article=article))

    def edit_item(self, article: str, **fields: Any) -> Json:
        """Change a card: fields as the API takes them."""
        return dict(self.call("edit_item", article=article, body=fields))

    def delete_item(self, article: str) -> None:
        """For good, with its variants. SandboxError 1028 when something uses it."""
        self.call("delete_item", article=article)

    def set_price(
        self, article: str, value: float, price_type: str | None = None, currency: str | None = None
    ) -> Json:
        """A sale price in minor units; `price_type` by name (the first), `currency` by letters (the account's)."""
        return dict(
            self.call("set_price", article=article, value=value, price_type=price_type, currency=currency)
        )

    def add_price_type(self, name: str) -> str:
        return str(self.call("add_price_type", name=name))

    def add_folder(self, name: str, inside: str | None = None) -> str:
        """A group of goods, below the one with the id `inside`. Returns its id."""
        return str(self.call("add_folder", name=name, inside=inside))

    def add_store(self, name: str, parent: str | None = None) -> str:
        """A warehouse, below the one named `parent`. Returns its id."""
        return str(self.call("add_store", name=name, parent=parent))

    def add_goods(
        self, count: int, *, prefix: str = "B", stock: dict[str, float] | None = None, variants: int = 0
    ) -> int:
        """Thousands of cards at once: products `B-000001` on, each with `variants` variants `B-000001-1` on; what
        can be sold has `stock` pieces by store name. No webhook and no changedSince tells of them. Returns how many."""
        return int(self.call("add_goods", count=count, prefix=prefix, stock=stock, variants=variants))

    def enter(self, quantities: dict[str, float], store: str) -> list[str]:
        """Pieces by article found in a store (by name). This and the next four return the ids of the documents."""
        return list(self.call("stock_document", kind="enter", quantities=quantities, store=store))

    def write_off(self, quantities: dict[str, float], store: str) -> list[str]:
        return list(self.call("stock_document", kind="loss", quantities=quantities, store=store))

    def move(self, quantities: dict[str, float], store: str, to: str) -> list[str]:
        return list(self.call("stock_document", kind="move", quantities=quantities, store=store, to=to))

    def sell(self, quantities: dict[str, float], store: str) -> list[str]:
        """Demands without an order."""
        return list(self.call("stock_document", kind="demand", quantities=quantities, store=store))

    def receive(self, quantities: dict[str, float], store: str) -> list[str]:
        """Supplies."""
        return list(self.call("stock_document", kind="supply", quantities=quantities, store=store))

    def set_stocks(self, store: str, amounts: dict[str, float]) -> None:
        """Physical stock of many items by article, in one call."""
        self.call("set_stocks", store=store, amounts=amounts)

    def set_stock(self, article: str, store: str, amount: float) -> None:
        """Physical stock of an item in a store (by name) is now `amount`."""
        self.call("set_stock", article=article, store=store, amount=amount)

    def stock(self, article: str, store: str | None = None) -> dict[str, float]:
        """stock, freeStock, quantity, reserve, inTransit; all stores together unless one is named."""
        return dict(self.call("stock", article=article, store=store))

    def revoke_token(self) -> str:
        """The token in `.token` is dead from now on; returns the new one and keeps it in `.token`."""
        self.token = str(self.call("revoke_token"))
        return self.token

    def deliveries(self) -> list[Json]:
        """Webhooks sent: url, requestId, body, answers, outcome (delivered, lost, dropped, held, on its way)."""
        return list(self.call("deliveries"))

    def webhook_knobs(self, **knobs: Any) -> None:
        """hold: bool, drop: bool, drop_next: int, copies: int, delay_ms: int."""
        self.call("webhook_knobs", **knobs)

    def webhooks_met(self) -> dict[str, int]:
        """How many the knobs have met: dropped, doubled, delayed, reordered."""
        return dict(self.call("webhooks_met"))

    def release_webhooks(self, order: str = "fifo", copies: int = 1, drop: int = 0, seed: int = 1) -> int:
        """Let held webhooks go: fifo, reverse or shuffle (by `seed`); the first `drop` are lost."""
        return int(self.call("release_webhooks", order=order, copies=copies, drop=drop, seed=seed))

    def tell_stock(self) -> int:
        """Send the stock webhooks now, if stock changed. Returns how many."""
        return int(self.call("tell_stock"))
