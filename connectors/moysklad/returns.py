"""Returns of buyers (`/entity/salesreturn`). Source: documents, "Sales return"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.moysklad.documents import Documents
from connectors.moysklad.wire import SalesReturn

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad

WITH_ORDER = ("demand.customerOrder", "positions")
"""What `expand` has to open to get from a return to its order, and to its lines, in one call."""


class Returns(Documents[SalesReturn]):
    """Reached as `MoySklad.returns`.

    A return with a basis names its `demand`, and its lines and prices are the demand's (3004 otherwise);
    one without a basis leads to no order.
    """

    def __init__(self, client: MoySklad) -> None:
        super().__init__(client, "salesreturn")
