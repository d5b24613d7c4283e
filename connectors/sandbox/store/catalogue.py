"""The shop's products: records that keep only what differs from a new product, and what finds them fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

KEPT_LISTS = 8
NEW_PRODUCT: dict[str, Any] = {
    "type": "simple",
    "name": "",
    "status": "publish",
    "trashed_from": "",
    "catalog_visibility": "visible",
    "description": "",
    "short_description": "",
    "sku": "",
    "global_unique_id": "",
    "price": "",  # of a variable product: its cheapest variation; others have it from the next four
    "on_sale": False,  # of a variable product: one of its variations is
    "regular_price": "",
    "sale_price": "",
    "sale_from": None,
    "sale_to": None,
    "manage_stock": False,
    "stock_quantity": None,
    "stock_status": "instock",
    "backorders": "no",
    "weight": "",
    "parent_id": 0,
    "categories": (15,),
    "attributes": (),
    "variations": (),
    "meta_data": (),
}


class Product(dict[str, Any]):
    """What is not stored is as in a new product, so a catalogue of 150,000 stays small."""

    __slots__ = ()

    def __missing__(self, name: str) -> Any:
        return NEW_PRODUCT[name]


class Catalogue(dict[int, Product]):
    """Products and variations by id, in order of their ids. Changes go through `put` and end with `saved`."""

    def __init__(self) -> None:
        super().__init__()
        self._holders: dict[str, dict[str, list[int]]] = {"sku": {}, "global_unique_id": {}}
        self._by_modified: dict[int, None] = {}
        self._lists: dict[Any, tuple[int, list[int]]] = {}
        self.unsynced: set[int] = set()  # variable products one of whose variations changed
        self.made = 0  # rises when a list may show other products than before
        self.changes = 0  # rises with every change

    def add(self, product: Product) -> None:
        self[product["id"]] = product
        for name, holders in self._holders.items():
            if product[name]:
                holders.setdefault(product[name], []).append(product["id"])
        self._by_modified[product["id"]] = None
        self.made += 1
        self.changes += 1

    def drop(self, product: Product) -> None:
        for name in self._holders:
            self.put(product, name, "")
        del self[product["id"]], self._by_modified[product["id"]]
        self.unsynced.discard(product["id"])
        self.made += 1
        self.changes += 1

    def put(self, product: Product, name: str, value: Any) -> None:
        """Change one property; the indexes follow."""
        if name in self._holders and value != product[name]:
            holders = self._holders[name]
            if product[name]:
                holders[product[name]].remove(product["id"])
            if value:
                holders.setdefault(value, []).append(product["id"])
        if name in ("status", "type"):
            self.made += 1
        product[name] = value

    def saved(self, product: Product) -> None:
        """Every save dates the product, and the sync of a variation's parent saves the parent too (source)."""
        product["modified"] = int(time.time())
        self._by_modified.pop(product["id"], None)
        self._by_modified[product["id"]] = None
        self.changes += 1
        if product["type"] == "variable":
            self.unsynced.add(product["id"])
        if product["parent_id"] in self:
            self.saved(self[product["parent_id"]])

    def holders(self, name: str, value: str) -> list[int]:
        """Ids with this `sku` or `global_unique_id`, in order; those in the trash too."""
        return sorted(self._holders[name].get(value, ()))

    def holder(self, name: str, value: str, but: int = 0) -> Product | None:
        """The first product with this value that is not in the trash: what uniqueness is checked against (source)."""
        found = (self[id_] for id_ in self.holders(name, value))
        return next((one for one in found if one["status"] != "trash" and one["id"] != but), None)

    def modified_since(self, moment: int) -> Iterator[int]:
        """Ids changed after a moment, the latest first."""
        for id_ in reversed(self._by_modified):
            if self[id_]["modified"] <= moment:
                return
            yield id_

    def remembered(self, key: Any, state: int, build: Callable[[], list[int]]) -> list[int]:
        """A list of ids that was built at `state` (`made` or `changes`) and holds until that rises."""
        known = self._lists.get(key)
        if known is None or known[0] != state:
            if len(self._lists) >= KEPT_LISTS:
                self._lists.clear()
            known = self._lists[key] = (state, build())
        return known[1]
