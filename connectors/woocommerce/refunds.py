"""Refunds of the site's orders: amounts positive and gross, lines negative and net, newest first.

A refund is never changed, only made and deleted, and it has no modification date. Source: REST API
documentation, "Order refunds", "Refunds".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from connectors.woocommerce.paging import CREATION, rows_along
from connectors.woocommerce.wire import Refund

if TYPE_CHECKING:
    from connectors.woocommerce.client import WooCommerce


class Refunds:
    """Reached as `WooCommerce.refunds`."""

    def __init__(self, client: WooCommerce) -> None:
        self._client = client

    def get(self, order_id: int, refund_id: int) -> Refund:
        """One refund. Raises NotFound when it, or its order, is gone."""
        return cast(Refund, self._client.get(f"{_path(order_id)}/{int(refund_id)}"))

    def create(self, order_id: int, body: Mapping[str, Any]) -> Refund:
        """Refund lines (`line_items: [{id, quantity, refund_total, refund_tax}]`) or an `amount`.

        WooCommerce knows no key of ours: the same call again makes a second refund. Mark it by `meta_data`
        and after OutcomeUnknown look for the mark in `list` before trying again. `api_refund` (asks the
        gateway to pay) and `api_restock` (puts goods back) are true unless sent as false; money only recorded
        needs both. More than is left of the order is a PermanentError
        `woocommerce_rest_cannot_create_order_refund`, though its HTTP status is 500.
        """
        return cast(Refund, self._client.post(_path(order_id), body))

    def delete(self, order_id: int, refund_id: int) -> Refund:
        """Delete for good, refunds have no trash; the refund as it was. Stock and the order's dates stay."""
        return cast(Refund, self._client.delete(f"{_path(order_id)}/{int(refund_id)}", force=True))

    def of_all_orders(self, after_gmt: str = "") -> Iterator[Refund]:
        """Refunds of every order made after a moment (UTC, exclusive, "" for all), oldest first.

        Each names its order as `parent_id`. Deleted ones are not told of.
        """
        return cast(Iterator[Refund], rows_along(self._client, "refunds", CREATION, after_gmt))

    def list(self, order_id: int) -> list[Refund]:
        """All of one order, newest first."""
        return cast("list[Refund]", [*self._client.rows(_path(order_id))])


def _path(order_id: int) -> str:
    return f"orders/{int(order_id)}/refunds"
