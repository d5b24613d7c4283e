"""The companion plugin's journal of sales: every movement of an item's stock that an order caused, with its number."""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sandbox.store import money

KEPT_SECONDS = 30 * 24 * 3600
UNFINISHED_SECONDS = 60
DECIMALS = 4


@dataclass(slots=True)
class Sale:
    """One row. `quantity` > 0 was taken from stock, < 0 given back; `done` False: the stock is about to move."""

    number: int
    item: int
    order_id: int
    quantity: Decimal
    created: float
    done: bool = False

    def shown(self) -> dict[str, Any]:
        quantity = money.short(self.quantity)
        return {"number": self.number, "item": self.item, "quantity": quantity, "at": int(self.created)}


class Journal:
    """Append only; read and changed under the shop's lock. Numbers rise and are never given twice."""

    def __init__(self) -> None:
        self._number = 0
        self._items: dict[int, list[Sale]] = {}
        self._orders: dict[int, list[Sale]] = {}
        self._last = 0

    def begin(self, item: int, order_id: int, quantity: Decimal) -> Sale:
        """The row that is written before the stock moves."""
        self._number += 1
        sale = Sale(self._number, item, order_id, money.rounded(quantity, DECIMALS), time.time())
        self._items.setdefault(item, []).append(sale)
        self._orders.setdefault(order_id, []).append(sale)
        self._last = sale.number
        return sale

    def skip(self, count: int) -> None:
        """Numbers that a rolled back checkout has used up."""
        self._number += count

    def of_order(self, order_id: int) -> list[Sale]:
        """Oldest first; those of a deleted order are still there."""
        return self._orders.get(order_id, [])

    def shown(self, order_id: int) -> list[dict[str, Any]]:
        return [sale.shown() for sale in self.of_order(order_id)]

    def last(self, item: int | None = None) -> int:
        """The highest number, of one item or of all; 0 if there is none."""
        if item is None:
            return self._last
        sales = self._items.get(item)
        return sales[-1].number if sales else 0

    def after(self, item: int, number: int, since: int = 0) -> Decimal:
        """What sales of an item with a higher number, made at this second or later, took from stock."""
        sales = self._items.get(item, ())
        later = (sale for sale in sales if sale.number > number and int(sale.created) >= since)
        return sum((sale.quantity for sale in later), money.ZERO)

    def is_busy(self, item: int) -> bool:
        """A sale of the item is being made; after a minute without an end it counts as made."""
        young = time.time() - UNFINISHED_SECONDS
        return any(not sale.done and sale.created > young for sale in self._items.get(item, ()))

    def age(self, seconds: float) -> None:
        """Make all rows older, then purge as the plugin does every day; the last row of all stays, for its number."""
        for sales in self._items.values():
            for sale in sales:
                sale.created -= seconds
        oldest = time.time() - KEPT_SECONDS
        for table in (self._items, self._orders):
            for key, sales in table.items():
                table[key] = [sale for sale in sales if sale.created >= oldest or sale.number == self._last]
