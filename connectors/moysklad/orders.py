"""Customer orders (`/entity/customerorder`). Source: documents, "Customer order"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from connectors.moysklad.documents import Documents
from connectors.moysklad.wire import CustomerOrder, Position

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad


class Orders(Documents[CustomerOrder]):
    """Reached as `MoySklad.orders`.

    Worth opening by `expand`: "positions", "state", "demands", "demands.positions",
    "demands.returns.positions", "payments" (of all kinds, see their `meta.type`).
    """

    def __init__(self, client: MoySklad) -> None:
        super().__init__(client, "customerorder")

    def positions(self, order_id: str) -> list[Position]:
        """All lines of an order, also of one with more lines than `expand` shows."""
        return cast(list[Position], list(self._client.rows(f"{self._path}/{order_id}/positions")))

    def update_position(self, order_id: str, position_id: str, body: Mapping[str, Any]) -> Position:
        """Change the fields of one line and leave the others alone."""
        path = f"{self._path}/{order_id}/positions/{position_id}"
        return cast(Position, self._client.put(path, body))
