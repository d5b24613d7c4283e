"""Amounts of every item in every store, kept so that what changed lately is found without walking through all."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass

Key = tuple[str, str | None]
"""Item and store; the store None holds the reserve of orders without one."""
DAY = 24 * 60 * 60
KEPT = DAY + 3600
"""changedSince reaches a day back."""


@dataclass(slots=True)
class Level:
    """Amounts of one item in one store, and when stock and reserve moved last, in Unix seconds."""

    stock: float = 0.0
    reserve: float = 0.0
    transit: float = 0.0
    stock_at: float = 0.0
    reserve_at: float = 0.0

    def value(self, stock_type: str) -> float:
        return VALUES[stock_type](self)

    def changed_at(self, stock_type: str) -> float:
        return CHANGED[stock_type](self)

    def add(self, other: Level) -> None:
        self.stock += other.stock
        self.reserve += other.reserve
        self.transit += other.transit


VALUES: dict[str, Callable[[Level], float]] = {
    "stock": lambda level: level.stock,
    "reserve": lambda level: level.reserve,
    "inTransit": lambda level: level.transit,
    "freeStock": lambda level: level.stock - level.reserve,
    "quantity": lambda level: level.stock - level.reserve + level.transit,
}
CHANGED: dict[str, Callable[[Level], float]] = {
    "stock": lambda level: level.stock_at,
    "reserve": lambda level: level.reserve_at,
    "inTransit": lambda level: 0.0,
    "freeStock": lambda level: max(level.stock_at, level.reserve_at),
    "quantity": lambda level: max(level.stock_at, level.reserve_at),
}


class Levels(dict[Key, Level]):
    """All levels, with an index by item, a log of changes, and which items and stores are archived or deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.gone_at: dict[str, float] = {}
        self._by_item: dict[str, list[Key]] = {}
        self._stores: set[str | None] = set()
        self._log: list[tuple[float, Key]] = []

    def at(self, key: Key) -> Level:
        """The level of an item in a store, made when there is none."""
        level = self.get(key)
        if level is None:
            level = self[key] = Level()
            self._by_item.setdefault(key[0], []).append(key)
            self._stores.add(key[1])
        return level

    def of_item(self, item_id: str) -> list[Key]:
        return self._by_item.get(item_id, [])

    def change(self, key: Key, stock: float, reserve: float, moment: float) -> None:
        level = self.at(key)
        if stock:
            level.stock += stock
            level.stock_at = moment
        if reserve:
            level.reserve += reserve
            level.reserve_at = moment
        self._note([key], moment)

    def gone(self, id_: str, moment: float) -> None:
        self.gone_at[id_] = moment
        self._note(self._of(id_), moment)

    def back(self, id_: str, moment: float) -> None:
        """In use again; a `moment` other than 0 makes it a change of everything it holds."""
        self.gone_at.pop(id_, None)
        if moment:
            for key in self._of(id_):
                self[key].stock_at = self[key].reserve_at = moment
            self._note(self._of(id_), moment)

    def changed_since(self, since: float) -> dict[Key, None]:
        """Whose numbers moved at or after this moment, or whose item or store went then; the oldest change first."""
        return dict.fromkeys(key for _, key in self._log[bisect_left(self._log, since, key=moment_of) :])

    def went_at(self, key: Key) -> float:
        """When the item or its store was archived or deleted, 0 while both are in use."""
        store = 0.0 if key[1] is None else self.gone_at.get(key[1], 0.0)
        return max(self.gone_at.get(key[0], 0.0), store)

    def forget_changes(self) -> None:
        self._log.clear()
        for level in self.values():
            level.stock_at = level.reserve_at = 0.0
        self.gone_at = dict.fromkeys(self.gone_at, 1.0)

    def _of(self, id_: str) -> list[Key]:
        return [key for key in self if key[1] == id_] if id_ in self._stores else self.of_item(id_)

    def _note(self, keys: list[Key], moment: float) -> None:
        for key in keys:
            insort(self._log, (moment, key), key=moment_of)
        if self._log and self._log[0][0] < moment - 2 * KEPT:
            del self._log[: bisect_left(self._log, moment - KEPT, key=moment_of)]


def moment_of(entry: tuple[float, Key]) -> float:
    return entry[0]
