"""The objects of a kind in the order of `updated`, kept until one of them changes: walks along it ask page by page."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from connectors.sandbox.moysklad import moments

if TYPE_CHECKING:
    from connectors.sandbox.moysklad.account import Account, Obj
    from connectors.sandbox.moysklad.filters import Condition


class Chronicle:
    """One account's; `since` is what a list ordered by `updated` begins with."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._kept: dict[str, tuple[int, list[Obj], list[str]]] = {}

    def since(self, kind: str, wanted: list[Condition]) -> tuple[list[Obj], list[Condition]]:
        """The objects in order, from the moment the conditions name on, and the conditions that are left to check."""
        objects, updated = self._in_order(kind)
        bounds = [condition for condition in wanted if condition[0] == "updated"]
        if len(bounds) != 1 or bounds[0][1] not in (">=", ">"):
            return objects, wanted
        _, operator, value = bounds[0]
        try:
            moment = moments.normal(value)
        except ValueError:
            return objects, wanted  # the check that follows says what is wrong with it
        place = bisect_left(updated, moment) if operator == ">=" else bisect_right(updated, moment)
        return objects[place:], [condition for condition in wanted if condition[0] != "updated"]

    def _in_order(self, kind: str) -> tuple[list[Obj], list[str]]:
        table = self.account.objects[kind]
        version, objects, updated = self._kept.get(kind, (-1, [], []))
        if version != table.version:
            objects = sorted(table.values(), key=lambda obj: str(obj.get("updated", "")))
            updated = [str(obj.get("updated", "")) for obj in objects]
            self._kept[kind] = (table.version, objects, updated)
        return objects, updated
