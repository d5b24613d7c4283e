"""Shipments (`/entity/demand`): what left the warehouse for an order. Source: documents, "Demand"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from connectors.moysklad.documents import Documents
from connectors.moysklad.wire import Demand

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad


class Demands(Documents[Demand]):
    """Reached as `MoySklad.demands`. An order may have several; `customerOrder` names it."""

    def __init__(self, client: MoySklad) -> None:
        super().__init__(client, "demand")

    def of_orders(self, order_ids: Iterable[str], expand: Iterable[str] = ()) -> list[Demand]:
        """The shipments of these orders, binned orders too; one call per 100 orders.

        Read through the orders' links: a filter of shipments by `customerOrder` is not documented. So
        `expand` is one level shorter here ("positions.assortment", "returns.positions").
        """
        opened = ("demands", *(f"demands.{name}" for name in expand))
        found: list[Any] = []
        for order in self._client.orders.by_ids(order_ids, opened, deleted=None):
            found += order.get("demands", [])
        return cast(list[Demand], found)
