"""The documents of a batch of orders as MoySklad has them now: a list of the period first, look-ups for the rest.

For a thousand orders that are as they should be: one call for a thousand documents of the period, four for their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bridge.connections.models import Connection
from bridge.mapping import moysklad_money
from bridge.mapping.moscow import to_wire
from bridge.orders.models import Order, OrderBinding
from bridge.sync.document.identity import sync_id
from bridge.sync.orders.linked_documents import bound
from bridge.sync.uploads.earlier_documents import our_code
from connectors.moysklad.client import MoySklad

Document = Mapping[str, Any]


class Period(NamedTuple):
    first: datetime
    last: datetime


def name_of(order: Order) -> str:
    """The number that its document has (mapping/to_moysklad.py)."""
    return f"{order.shop.number_prefix}{order.number}{order.shop.number_suffix}"[:255]


def binding_of(order: Order) -> OrderBinding | None:
    return getattr(order, "binding", None)


def read(
    client: MoySklad, account: Connection, orders: Sequence[Order], period: Period | None
) -> dict[str, list[Document]]:
    """By `our_code` of each order, its documents, those in the bin last. Orders need not be stored ones."""
    batch = _Batch(account, orders)
    if period is not None:
        batch.take(client.orders.of_period(to_wire(period.first), to_wire(period.last), deleted=None))
    batch.take(client.orders.by_names(batch.names, deleted=None))
    batch.take(client.orders.by_ids(batch.ids - batch.seen.keys(), deleted=None))
    # What a list of the period has shown need not be asked for; a second document may have any name.
    codes = {our_code(one) for one in orders if one.order_key and (period is None or not batch.of(one))}
    batch.take(client.orders.by_external_codes(sorted(codes), deleted=None))
    taken = bound(account, batch.seen)
    return {our_code(order): batch.of(order, taken) for order in orders}


class _Batch:
    """Keeps of all documents that come by those that can belong to these orders."""

    def __init__(self, account: Connection, orders: Sequence[Order]) -> None:
        self.names = sorted({name_of(order) for order in orders})
        self.seen: dict[str, Document] = {}
        bindings = [binding for order in orders if (binding := binding_of(order))]
        self.ids = {binding.external_id for binding in bindings} - {""}
        self._names, self._codes = set(self.names), {our_code(order) for order in orders}
        self._sync_ids = {key for order in orders for key in _sync_ids(order)}

    def take(self, documents: Iterable[Document]) -> None:
        for row in documents:
            if (
                str(row["id"]) in self.ids
                or row.get("name") in self._names
                or row.get("externalCode") in self._codes
                or row.get("syncId") in self._sync_ids
            ):
                self.seen[str(row["id"])] = row
        self._index()

    def _index(self) -> None:
        self._by: dict[tuple[str, str], list[Document]] = {}
        for document_id, row in self.seen.items():
            for kind, value in (
                ("id", document_id),
                ("name", str(row.get("name"))),
                ("code", str(row.get("externalCode"))),
                ("sync", str(row.get("syncId"))),
            ):
                self._by.setdefault((kind, value), []).append(row)

    def of(self, order: Order, taken: Mapping[str, int] | None = None) -> list[Document]:
        binding = binding_of(order)
        keys = [("id", binding.external_id)] if binding and binding.external_id else []
        keys += [("code", our_code(order))] if order.order_key else []
        keys += [("sync", key) for key in _sync_ids(order)]
        found = [row for key in keys for row in self._by.get(key, ())]
        found += [row for row in self._by.get(("name", name_of(order)), ()) if _is_its_name(order, row)]
        unique = {str(row["id"]): row for row in found}
        mine = [row for document, row in unique.items() if (taken or {}).get(document, order.pk) == order.pk]
        return sorted(mine, key=lambda row: bool(row.get("deleted")))


def _sync_ids(order: Order) -> list[str]:
    """Of its document and of those that were removed before it."""
    binding = binding_of(order)
    return [
        str(sync_id(order, generation)) for generation in range((binding.generation if binding else 0) + 1)
    ]


def _is_its_name(order: Order, document: Document) -> bool:
    """A bare number proves nothing: an order by phone may have it too. With our prefix it does, or with the sum."""
    if order.shop.number_prefix or order.shop.number_suffix:
        return True
    return moysklad_money.from_wire(document.get("sum"), order.currency) == order.total_minor
