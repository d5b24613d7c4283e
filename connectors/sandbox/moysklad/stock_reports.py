"""The stock reports: the short current ones the bridge lives on, and the extended ones that cost five units."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.moysklad import moments
from connectors.sandbox.moysklad.account import Account, Obj, Ref
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.listing import Page, list_answer
from connectors.sandbox.moysklad.references import UUID, meta, ref_of_href
from connectors.sandbox.moysklad.stock import DEPENDS_ON, Level, Stock

DAY = 24 * 60 * 60
STOCKED = ("product", "variant")


@dataclass
class Question:
    """What a current-stock call asks for; ids, not hrefs, and `since` in Unix seconds (0 = everything)."""

    stock_type: str
    zero_lines: bool
    since: float
    items: set[str] | None
    stores: set[str] | None
    recalculating: bool


def read_question(query: dict[str, str]) -> Question:
    """The query of a current report. 1014 for a value out of range."""
    stock_type = query.get("stockType", "stock")
    if stock_type not in DEPENDS_ON:
        raise ApiError(1014, "stockType")
    filters = read_ids(query.get("filter", ""))
    return Question(
        stock_type=stock_type,
        zero_lines="zeroLines" in query.get("include", "").split(","),
        since=read_since(query["changedSince"]) if "changedSince" in query else 0.0,
        items=filters.get("assortmentId"),
        stores=filters.get("storeId"),
        recalculating=query.get("withRecalculate") == "true",
    )


def read_since(text: str) -> float:
    """At most a day back and not in the future (Moscow time)."""
    try:
        since = moments.read(text)
    except ValueError:
        raise ApiError(1014, "changedSince") from None
    if not time.time() - DAY - 60 <= since <= time.time() + 1:
        raise ApiError(1014, "changedSince")
    return since


def read_ids(text: str) -> dict[str, set[str]]:
    answer: dict[str, set[str]] = {}
    for part in filter(None, text.split(";")):
        name, _, value = part.partition("=")
        if name not in ("assortmentId", "storeId"):
            raise ApiError(1034, name, parameter="filter")
        ids = set(value.split(","))
        if not all(UUID.fullmatch(id_) for id_ in ids):
            raise ApiError(1052, value, parameter="filter")
        answer.setdefault(name, set()).update(ids)
    return answer


class StockReports:
    def __init__(self, account: Account, stock: Stock) -> None:
        self.account = account
        self.stock = stock

    def current_all(self, query: dict[str, str]) -> list[dict[str, Any]]:
        """`[{assortmentId, <stockType>: n}]`, all stores together; with changedSince absolute values, zeros
        included."""
        question = read_question(query)
        rows: dict[str, tuple[float, float]] = {}
        for (item, store), level in self.stock.visible():
            if question.stores is not None and store not in question.stores:
                continue
            amount, changed = rows.get(item, (0.0, 0.0))
            rows[item] = (
                amount + level.value(question.stock_type),
                max(changed, level.changed_at(question.stock_type)),
            )
        return [
            {"assortmentId": item, question.stock_type: amount}
            for item, (amount, changed) in self._asked(rows, question)
        ]

    def current_by_store(self, query: dict[str, str]) -> list[dict[str, Any]]:
        """The same per store; `storeId` null holds the reserve of orders without a store."""
        question = read_question(query)
        busy = self.stock.recalculating() if question.recalculating else set()
        answer: list[dict[str, Any]] = []
        for (item, store), level in self.stock.visible():
            if question.stores is not None and store not in question.stores:
                continue
            row = {item: (level.value(question.stock_type), level.changed_at(question.stock_type))}
            for _, (amount, _changed) in self._asked(row, question, store):
                shown = None if (item, store) in busy else amount
                answer.append({"assortmentId": item, "storeId": store, question.stock_type: shown})
        return answer

    def _asked(
        self, rows: dict[str, tuple[float, float]], question: Question, store: str | None = None
    ) -> list[tuple[str, tuple[float, float]]]:
        answer = []
        for item, (amount, changed) in rows.items():
            if question.items is not None and item not in question.items:
                continue
            gone = max(self._gone_since(item), self._gone_since(store) if store else 0.0)
            if gone:
                amount, changed = 0.0, max(gone, changed)
            if question.since:
                if changed >= question.since:
                    answer.append((item, (amount, changed)))
            elif not gone and (amount or question.zero_lines):
                answer.append((item, (amount, changed)))
        return answer

    def _gone_since(self, id_: str) -> float:
        """When an item or store was archived or deleted, 0 while it is in use."""
        for kind in (*STOCKED, "store"):
            obj = self.account.objects[kind].get(id_)
            if obj is not None and not obj.get("archived"):
                return 0.0
        return self.stock.gone_at.get(id_, 1.0)

    def all(self, page: Page, filters: list[tuple[str, str]]) -> dict[str, Any]:
        """The extended report: weight 5, filters by href, rows per item with names and prices."""
        stores, wanted = self._read_extended(filters)
        by_item: dict[str, Level] = {}
        for (item, store), level in self.stock.visible():
            if stores is None or store in stores:
                total = by_item.setdefault(item, Level())
                total.stock += level.stock
                total.reserve += level.reserve
                total.transit += level.transit
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
