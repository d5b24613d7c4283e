"""The extended stock reports, which cost five units a call: pages of rows with names, prices and stores."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.moysklad.account import Account, Obj, Ref
from connectors.sandbox.moysklad.levels import Level
from connectors.sandbox.moysklad.listing import Page, list_answer
from connectors.sandbox.moysklad.references import meta, ref_of_href
from connectors.sandbox.moysklad.stock import Stock

STOCKED = ("product", "variant")


class StockReports:
    def __init__(self, account: Account, stock: Stock) -> None:
        self.account = account
        self.stock = stock

    def all(self, page: Page, filters: list[tuple[str, str]]) -> dict[str, Any]:
        """The extended report: weight 5, filters by href, rows per item with names and prices."""
        stores, wanted = self._read_extended(filters)
        by_item: dict[str, Level] = {}
        for (item, store), level in self.stock.visible().items():
            if stores is None or store in stores:
                by_item.setdefault(item, Level()).add(level)
        mode = dict(filters).get("quantityMode", "nonEmpty")
        rows = [
            self._row(kind, obj, by_item[obj["id"]])
            for kind, obj in self._items(wanted)
            if obj["id"] in by_item and (mode != "nonEmpty" or by_item[obj["id"]].stock)
        ]
        return list_answer(self.account, "/report/stock/all", "stock", page, rows)

    def by_store(self, page: Page, filters: list[tuple[str, str]]) -> dict[str, Any]:
        """The extended report per store: one element for every store of the account."""
        stores, wanted = self._read_extended(filters)
        rows = []
        for kind, obj in self._items(wanted):
            row = self._store_row(kind, obj, stores)
            if row["stockByStore"]:
                rows.append(row)
        return list_answer(self.account, "/report/stock/bystore", "stockbystore", page, rows)

    def _read_extended(self, filters: list[tuple[str, str]]) -> tuple[set[str] | None, set[str] | None]:
        stores = {ref_of_href(self.account, value, "filter").id for name, value in filters if name == "store"}
        items = {ref_of_href(self.account, value, "filter").id for name, value in filters if name in STOCKED}
        return stores or None, items or None

    def _items(self, wanted: set[str] | None) -> list[tuple[str, Obj]]:
        return [
            (kind, obj)
            for kind in STOCKED
            for obj in self.account.objects[kind].values()
            if not obj["archived"] and (wanted is None or obj["id"] in wanted)
        ]

    def _row(self, kind: str, obj: Obj, level: Level) -> dict[str, Any]:
        prices = obj.get("salePrices") or [{"value": 0.0}]
        row = {
            "meta": meta(self.account, Ref(kind, obj["id"]), "?expand=supplier"),
            "stock": level.stock,
            "inTransit": level.transit,
            "reserve": level.reserve,
            "quantity": level.value("quantity"),
            "name": obj["name"],
            "code": obj.get("code"),
            "article": obj.get("article"),
            "externalCode": obj["externalCode"],
            "price": 0.0,
            "salePrice": prices[0]["value"],
            "stockDays": 0.0,
        }
        return {name: value for name, value in row.items() if value is not None}

    def _store_row(self, kind: str, obj: Obj, wanted: set[str] | None) -> dict[str, Any]:
        levels = self.stock.levels
        by_store = []
        if any((obj["id"], store_id) in levels for store_id in self.account.objects["store"]):
            for store_id, store in self.account.objects["store"].items():
                if wanted is None or store_id in wanted:
                    level = levels.get((obj["id"], store_id), Level())
                    by_store.append(
                        {
                            "meta": meta(self.account, Ref("store", store_id)),
                            "name": store["name"],
                            "stock": level.stock,
                            "reserve": level.reserve,
                            "inTransit": level.transit,
                        }
                    )
        return {"meta": meta(self.account, Ref(kind, obj["id"])), "stockByStore": by_store}
