"""The short stock reports: every item in one answer, or only what changed since a moment. The bridge lives on them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.moysklad import moments
from connectors.sandbox.moysklad.account import Account
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.levels import CHANGED, DAY, VALUES, Key, Levels
from connectors.sandbox.moysklad.references import UUID
from connectors.sandbox.moysklad.stock import Stock

Query = list[tuple[str, str]]
Rows = list[dict[str, Any]]


@dataclass
class Question:
    """What a call asks for; ids, not hrefs, and `since` in Unix seconds (0 = everything)."""

    stock_type: str
    zero_lines: bool
    since: float
    items: set[str] | None
    stores: set[str] | None
    recalculating: bool


def read_question(query: Query) -> Question:
    """The query of a current report; several `filter=` count as one. 1014 for a value out of range."""
    values = dict(query)
    stock_type = values.get("stockType", "stock")
    if stock_type not in VALUES:
        raise ApiError(1014, "stockType")
    filters = read_ids(";".join(value for name, value in query if name == "filter"))
    return Question(
        stock_type=stock_type,
        zero_lines="zeroLines" in values.get("include", "").split(","),
        since=read_since(values["changedSince"]) if "changedSince" in values else 0.0,
        items=filters.get("assortmentId"),
        stores=filters.get("storeId"),
        recalculating=values.get("withRecalculate") == "true",
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


class CurrentStock:
    def __init__(self, account: Account, stock: Stock) -> None:
        self.account = account
        self.stock = stock

    def all(self, query: Query) -> Rows:
        """`[{assortmentId, <stockType>: n}]`, all stores together; what is being recalculated is left out."""
        question = read_question(query)
        levels, busy = self.stock.visible(), self._busy()
        items = dict.fromkeys(item for item, _ in self._keys(question, levels))
        busy_items = {item for item, _ in busy}
        kind, rows = question.stock_type, []
        for item in items:
            keys = [key for key in levels.of_item(item) if is_asked(key, question)]
            if item in busy_items or not counts(keys, question, levels):
                continue
            amount = sum(VALUES[kind](levels[key]) for key in keys if not levels.went_at(key))
            if amount or question.since or question.zero_lines:
                rows.append({"assortmentId": item, kind: amount})
        return self._within_limits(rows, question)

    def by_store(self, query: Query) -> Rows:
        """The same per store; `storeId` null holds the reserve of orders without a store. With `withRecalculate` what
        is being recalculated is null."""
        question = read_question(query)
        levels, busy = self.stock.visible(), self._busy()
        kind, value, rows = question.stock_type, VALUES[question.stock_type], []
        keys = self._keys(question, levels)
        if question.since and question.recalculating:
            keys = dict.fromkeys([*keys, *(key for key in busy if is_asked(key, question))])
        for key in keys:
            amount: float | None = 0.0
            if key in busy:
                if not question.recalculating:
                    continue
                amount = None
            elif not counts([key], question, levels):
                continue
            elif not levels.went_at(key):
                amount = value(levels[key])
            if amount or amount is None or question.since or question.zero_lines:
                rows.append({"assortmentId": key[0], "storeId": key[1], kind: amount})
        return self._within_limits(rows, question)

    def _busy(self) -> set[Key]:
        shown = self.account.options.recalculating_rows
        return set() if shown == "former" else self.stock.recalculating()

    def _keys(self, question: Question, levels: Levels) -> Iterable[Key]:
        """The levels to look at: of the named items, or that changed, or all."""
        found: Iterable[Key] = levels
        if question.items is not None:
            found = [key for item in question.items for key in levels.of_item(item)]
        elif question.since:
            found = levels.changed_since(question.since)
        return [key for key in found if question.stores is None or key[1] in question.stores]

    def _within_limits(self, rows: Rows, question: Question) -> Rows:
        """13005 for a report that is too big for its filters."""
        options = self.account.options
        limit = options.report_limit if question.stores is None else options.store_report_limit
        if question.items is None and limit and len(rows) > limit:
            raise ApiError(13005)
        return rows


def is_asked(key: Key, question: Question) -> bool:
    return (question.items is None or key[0] in question.items) and (
        question.stores is None or key[1] in question.stores
    )


def counts(keys: list[Key], question: Question, levels: Levels) -> bool:
    """Whether these levels of one item make a row: one is in use, or with `changedSince` one of them changed."""
    if not question.since:
        return any(not levels.went_at(key) for key in keys)
    changed = CHANGED[question.stock_type]
    return any(max(changed(levels[key]), levels.went_at(key)) >= question.since for key in keys)
