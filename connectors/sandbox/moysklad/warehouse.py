"""The warehouse and the assortment at their desks: stock documents of many items, cards, prices, groups, stores."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectors.sandbox.moysklad import bulk_goods
from connectors.sandbox.moysklad.account import Obj, Ref
from connectors.sandbox.moysklad.manager import Manager
from connectors.sandbox.moysklad.positions import MAX_POSITIONS
from connectors.sandbox.moysklad.price_types import PriceTypePages

if TYPE_CHECKING:
    from connectors.sandbox.moysklad.api import MoyskladApp

STOCK_DOCUMENTS = ("enter", "loss", "move", "demand", "supply")


class Warehouse:
    def __init__(self, app: MoyskladApp, manager: Manager) -> None:
        self.app = app
        self.account = app.account
        self.manager = manager

    def table(self) -> dict[str, Callable[..., Any]]:
        acts: tuple[Callable[..., Any], ...] = (
            self.stock_document,
            self.set_stocks,
            self.add_goods,
            self.edit_item,
            self.delete_item,
            self.set_price,
            self.add_price_type,
            self.add_folder,
            self.add_store,
        )
        return {act.__name__: act for act in acts}

    def stock_document(
        self, kind: str, quantities: dict[str, float], store: str, to: str | None = None
    ) -> list[str]:
        """Posted documents that move these pieces by article, as many as their positions need; `to` is where a move
        goes. Returns their ids."""
        if kind not in STOCK_DOCUMENTS:
            raise ValueError(f"{kind!r} moves no goods; known: {', '.join(STOCK_DOCUMENTS)}")
        with self.account.lock:
            rows = [
                {"assortment": self._meta(ref), "quantity": quantities[article]}
                for article, ref in self.manager.find_items(quantities).items()
            ]
            header = self._header(kind, store, to)
            return [
                str(self.manager.create(kind, header | {"positions": rows[at : at + MAX_POSITIONS]})["id"])
                for at in range(0, len(rows), MAX_POSITIONS)
            ]

    def set_stocks(self, store: str, amounts: dict[str, float]) -> None:
        """Physical stock of many items by article, as an inventory finds it."""
        with self.account.lock:
            place = self.manager.find_store(store)
            for article, ref in self.manager.find_items(amounts).items():
                self.app.stock.set_physical(ref.id, place, float(amounts[article]))

    def add_goods(
        self, count: int, prefix: str = "B", stock: dict[str, float] | None = None, variants: int = 0
    ) -> int:
        """Thousands of cards at once, not one by one; see bulk_goods.py. Returns how many."""
        with self.account.lock:
            places = {self.manager.find_store(name): float(n) for name, n in (stock or {}).items()}
            return bulk_goods.add(self.account, self.app.stock, count, prefix, places, variants)

    def edit_item(self, article: str, body: Obj) -> dict[str, Any]:
        with self.account.lock:
            ref = self.manager.find_item(article)
            return self.manager.edit(ref.kind, ref.id, body)

    def delete_item(self, article: str) -> None:
        with self.account.lock:
            ref = self.manager.find_item(article)
            self.manager.delete(ref.kind, ref.id)

    def set_price(
        self, article: str, value: float, price_type: str | None = None, currency: str | None = None
    ) -> dict[str, Any]:
        """A sale price in minor units; of the first price type and in the account's currency unless named."""
        with self.account.lock:
            types = self.account.price_types
            type_id = next((i for i, t in types.items() if price_type in (None, t["name"])), None)
            if type_id is None:
                raise LookupError(f"no price type {price_type!r}")
            price: Obj = {"value": float(value), "priceType": self._meta(Ref("pricetype", type_id))}
            if currency is not None:
                price["currency"] = self._meta(self._currency(currency))
            return self.edit_item(article, {"salePrices": [price]})

    def add_price_type(self, name: str) -> str:
        with self.account.lock:
            return str(PriceTypePages(self.account).add(name)["id"])

    def add_folder(self, name: str, inside: str | None = None) -> str:
        """A group of goods, below another by its id. Returns its id."""
        body: Obj = {"name": name}
        if inside is not None:
            body["productFolder"] = self._meta(Ref("productfolder", inside))
        return str(self.manager.create("productfolder", body)["id"])

    def add_store(self, name: str, parent: str | None = None) -> str:
        """A warehouse, below another by its name. Returns its id."""
        body: Obj = {"name": name}
        if parent is not None:
            body["parent"] = self._meta(Ref("store", self.manager.find_store(parent)))
        return str(self.manager.create("store", body)["id"])

    def _header(self, kind: str, store: str, to: str | None) -> Obj:
        place = self._meta(Ref("store", self.manager.find_store(store)))
        header: Obj = {"organization": self._meta(self.account.defaults["organization"])}
        if kind == "move":
            target = self._meta(Ref("store", self.manager.find_store(to or "")))
            return header | {"sourceStore": place, "targetStore": target}
        if kind in ("demand", "supply"):
            header["agent"] = self._meta(self.account.defaults["organization"])
        return header | {"store": place}

    def _currency(self, iso: str) -> Ref:
        for id_, card in self.account.objects["currency"].items():
            if iso in (card.get("isoCode"), id_):
                return Ref("currency", id_)
        raise LookupError(f"no currency {iso!r}")

    def _meta(self, ref: Ref) -> Obj:
        return self.manager.meta_of(ref)
