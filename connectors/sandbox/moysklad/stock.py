"""The stock engine: what documents do to stock and reserve per item and store.

Posted demands take, enters, receipts and returns bring, moves do both; each position of a posted order reserves what it
asks for, in the order's store or, without one, under the store None. Bundles take their components; services move
nothing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator

from connectors.sandbox.moysklad.account import Account, Obj, Ref
from connectors.sandbox.moysklad.kinds import KINDS
from connectors.sandbox.moysklad.levels import Key, Level, Levels
from connectors.sandbox.moysklad.totals import live_reserve, shipped_quantities

Change = tuple[float, float]
"""What happens to stock and to reserve."""
NOTHING: Change = (0.0, 0.0)


class Stock:
    """Levels of the account. Changes become visible after the recalculation delay, dated when they happened."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.levels = Levels()
        self.physical_changed_at = 0.0
        self.reserve_changed_at = 0.0
        self._effects: dict[str, dict[Key, Change]] = {}
        self._pending: deque[tuple[float, Key, Change]] = deque()
        self._waiting: dict[Key, float] = {}  # physical stock that is pending

    def document_changed(self, kind: str, obj: Obj, alive: bool) -> None:
        """Replace what a document did to stock by what it does now."""
        after = self._effect(kind, obj) if alive and obj.get("applicable") else {}
        before = self._effects.pop(obj["id"], {})
        if after:
            self._effects[obj["id"]] = after
        for key in {**before, **after}:
            old, new = before.get(key, NOTHING), after.get(key, NOTHING)
            self._apply(key, (new[0] - old[0], new[1] - old[1]))

    def set_physical(self, item_id: str, store_id: str, amount: float) -> None:
        """Like an inventory: the physical stock of an item in a store is now `amount`."""
        self._catch_up()
        key = (item_id, store_id)
        self._apply(key, (amount - self.levels.at(key).stock - self._waiting.get(key, 0.0), 0.0))

    def forget_changes(self) -> None:
        """What is there now has been there for long: changedSince and stock webhooks tell nothing of it."""
        self._catch_up(everything=True)
        self.physical_changed_at = self.reserve_changed_at = 0.0
        self.levels.forget_changes()

    def gone(self, id_: str) -> None:
        """An item or store was archived or deleted: for a while changedSince tells zero of it."""
        self.levels.gone(id_, time.time())

    def back(self, id_: str) -> None:
        """An item or store was taken out of the archive."""
        told = self.account.options.return_from_archive_is_change
        self.levels.back(id_, time.time() if told else 0.0)

    def visible(self) -> Levels:
        """The levels as far as they are recalculated."""
        self._catch_up()
        return self.levels

    def recalculating(self) -> set[Key]:
        self._catch_up()
        return {key for _, key, _ in self._pending}

    def of_item(self, item_id: str, store_ids: set[str] | None = None) -> Level:
        """All stores together, or the named ones."""
        total = Level()
        for key in self.visible().of_item(item_id):
            if store_ids is None or key[1] in store_ids:
                total.add(self.levels[key])
        return total

    def _effect(self, kind: str, obj: Obj) -> dict[Key, Change]:
        effect: dict[Key, Change] = {}
        if kind == "customerorder":
            shipped = shipped_quantities(self.account, obj)
            store = obj["store"].id if obj.get("store") else None
            for position in obj["positions"]:
                key = (position["assortment"].id, store)
                reserve = live_reserve(position, shipped[position["id"]])
                effect[key] = (0.0, effect.get(key, NOTHING)[1] + reserve)
            return effect
        for store, sign in movements(kind, obj):
            for position in obj["positions"]:
                for item, amount in self._goods(position["assortment"], position["quantity"]):
                    key = (item.id, store)
                    effect[key] = (effect.get(key, NOTHING)[0] + sign * amount, 0.0)
        return effect

    def _goods(self, item: Ref, quantity: float) -> Iterator[tuple[Ref, float]]:
        if item.kind == "bundle":
            for part in (self.account.find(item) or {}).get("components", ()):
                if part["assortment"].kind != "service":
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
        self.levels.at(key)
        self._pending.append((now, key, change))
        self._waiting[key] = self._waiting.get(key, 0.0) + change[0]
        self._catch_up()

    def _catch_up(self, everything: bool = False) -> None:
        """Let the changes in that are older than the recalculation delay."""
        limit = time.time() - (0.0 if everything else self.account.options.recalculation_ms / 1000)
        while self._pending and self._pending[0][0] <= limit:
            moment, key, (stock, reserve) = self._pending.popleft()
            self.levels.change(key, stock, reserve, moment)
            self._waiting[key] -= stock
        if not self._pending:
            self._waiting.clear()


def movements(kind: str, obj: Obj) -> list[tuple[str | None, int]]:
    """The stores a document moves goods of, 1 in and -1 out."""
    if kind == "move":
        return [(obj["sourceStore"].id, -1), (obj["targetStore"].id, 1)]
    sign = KINDS[kind].stock_sign
    return [(obj["store"].id if obj.get("store") else None, sign)] if sign else []
