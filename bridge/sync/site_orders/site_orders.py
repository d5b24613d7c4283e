"""A site's order as ours, with all that the shop's choices ask for; the buyer's own record is read only if they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.domain.order import Order
from bridge.mapping import from_woocommerce
from bridge.sync.document.document_attributes import needs_customer, wanted_fields
from connectors.errors import Forbidden, NotFound

Wire = Mapping[str, Any]


def read(shop: Shop, wire: Wire) -> Order:
    """Raises BadPayload for what is no order, ConnectorError when the buyer's record cannot be read just now."""
    order = from_woocommerce.order(wire, wanted_fields(shop))
    customer_id = order.customer.source_id
    if not customer_id.isdecimal() or not needs_customer(shop):
        return order
    return from_woocommerce.order(wire, wanted_fields(shop), _record(shop, int(customer_id)))


def _record(shop: Shop, customer_id: int) -> Wire | None:
    """None for a buyer whose account is gone, and for keys that may not read buyers."""
    try:
        return clients.woocommerce(shop.site).customers.get(customer_id)
    except (NotFound, Forbidden):
        return None
