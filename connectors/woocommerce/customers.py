"""Registered buyers (`/customers`): their role and further fields, which an order does not carry.

Source: REST API documentation, "Customers".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from connectors.woocommerce.wire import Customer

if TYPE_CHECKING:
    from connectors.woocommerce.client import WooCommerce


class Customers:
    """Reached as `WooCommerce.customers`."""

    def __init__(self, client: WooCommerce) -> None:
        self._client = client

    def get(self, customer_id: int) -> Customer:
        """One buyer. Raises NotFound when the account is gone (its orders keep the number)."""
        return cast(Customer, self._client.get(f"customers/{int(customer_id)}"))
