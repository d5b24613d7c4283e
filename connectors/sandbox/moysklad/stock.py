"""The stock engine: what documents do to stock, reserve and transit per item and store, and when it changed.

Posted demands take, enters and returns bring; each position of a posted order reserves what it asks for, in the order's
store or, without one, under the store None. Bundles take their components; services move nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.sandbox.moysklad.account import Account, Obj, Ref
from connectors.sandbox.moysklad.kinds import KINDS
from connectors.sandbox.moysklad.totals import live_reserve, shipped_quantities

Key = tuple[str, str | None]
Change = tuple[float, float, float]
DEPENDS_ON = {
    "stock": ("stock",),
    "reserve": ("reserve",),
    "inTransit": ("inTransit",),
    "freeStock": ("stock", "reserve"),
    "quantity": ("stock", "reserve", "inTransit"),
}


@dataclass
class Level:
    """Amounts of one item in one store; `changed` says when each of them moved last, in Unix seconds."""

    stock: float = 0.0
    reserve: float = 0.0
    transit: float = 0.0
    changed: dict[str, float] = field(default_factory=dict)

    def value(self, stock_type: str) -> float:
        """freeStock = stock - reserve; quantity = stock - reserve + inTransit."""
        return {
            "stock": self.stock,
            "reserve": self.reserve,
            "inTransit": self.transit,
            "freeStock": self.stock - self.reserve,
            "quantity": self.stock - self.reserve + self.transit,
        }[stock_type]

    def changed_at(self, stock_type: str) -> float:
        return max((self.changed.get(part, 0.0) for part in DEPENDS_ON[stock_type]), default=0.0)


class Stock:
    """Levels of the account. Changes become visible after the recalculation delay, dated when they happened."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.levels: dict[Key, Level] = {}
        self.gone_at: dict[str, float] = {}
        self.physical_changed_at = 0.0
        self.reserve_changed_at = 0.0
        self._effects: dict[str, dict[Key, Change]] = {}
        self._pending: list[tuple[float, Key, Change]] = []

    def document_changed(self, kind: str, obj: Obj, alive: bool) -> None:
        """Replace what a document did to stock by what it does now."""
        after = self._effect(kind, obj) if alive and obj.get("applicable") else {}
        before = self._effects.pop(obj["id"], {})
        if after:
            self._effects[obj["id"]] = after
        for key in {**before, **after}:
            old, new = before.get(key, (0.0, 0.0, 0.0)), after.get(key, (0.0, 0.0, 0.0))
            self._apply(key, (new[0] - old[0], new[1] - old[1], new[2] - old[2]))

    def set_physical(self, item_id: str, store_id: str, amount: float) -> None:
        """Like an inventory: the physical stock of an item in a store is now `amount`."""
        self._catch_up(everything=True)
        level = self.levels.setdefault((item_id, store_id), Level())
        self._apply((item_id, store_id), (amount - level.stock, 0.0, 0.0))

    def forget_changes(self) -> None:
        """What is there now has been there for long: changedSince and stock webhooks tell nothing of it."""
        self._catch_up(everything=True)
        self.physical_changed_at = self.reserve_changed_at = 0.0
        for level in self.levels.values():
            level.changed.clear()

    def item_gone(self, item_id: str) -> None:
        """An item or store was archived or deleted: for a while changedSince tells zero of it."""
        self.gone_at[item_id] = time.time()

    def visible(self) -> Iterator[tuple[Key, Level]]:
        self._catch_up()
        return iter(self.levels.items())

    def recalculating(self) -> set[Key]:
        self._catch_up()
        return {key for _, key, _ in self._pending}

    def of_item(self, item_id: str, store_ids: set[str] | None = None) -> Level:
        """All stores together, or the named ones."""
        total = Level()
        for (item, store), level in self.visible():
            if item == item_id and (store_ids is None or store in store_ids):
                total.stock += level.stock
                total.reserve += level.reserve
                total.transit += level.transit
        return total

    def _effect(self, kind: str, obj: Obj) -> dict[Key, Change]:
        effect: dict[Key, Change] = {}
        store = obj["store"].id if obj.get("store") else None
        sign = KINDS[kind].stock_sign
        shipped = shipped_quantities(self.account, obj) if kind == "customerorder" else {}
        for position in obj.get("positions", ()) if sign or shipped else ():
            reserve = live_reserve(position, shipped[position["id"]]) if shipped else 0.0
            for item, amount in self._goods(position["assortment"], position["quantity"]):
                key = (item.id, store)
                stock_before, reserve_before, transit = effect.get(key, (0.0, 0.0, 0.0))
                effect[key] = (stock_before + sign * amount, reserve_before + reserve, transit)
        return effect

    def _goods(self, item: Ref, quantity: float) -> Iterator[tuple[Ref, float]]:
        if item.kind == "bundle":
            for part in (self.account.find(item) or {}).get("components", ()):
                yield part["assortment"], part["quantity"] * quantity
        elif item.kind != "service":
            yield item, quantity

    def _apply(self, key: Key, change: Change) -> None:
        if not any(change):
            return
        now = time.time()
        if change[0]:
            self.physical_changed_at = now
        else:
            self.reserve_changed_at = now
        self._pending.append((now, key, change))
        self._catch_up()

    def _catch_up(self, everything: bool = False) -> None:
        """Let the changes in that are older than the recalculation delay."""
        limit = time.time() - (0.0 if everything else self.account.options.recalculation_ms / 1000)
        while self._pending and self._pending[0][0] <= limit:
            moment, key, (stock, reserve, transit) = self._pending.pop(0)
            level = self.levels.setdefault(key, Level())
            level.stock += stock
            level.reserve += reserve
            level.transit += transit
            for name, amount in (("stock", stock), ("reserve", reserve), ("inTransit", transit)):
                if amount:
                    level.changed[name] = moment
