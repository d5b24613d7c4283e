"""Orders of the site (`wc/v3/orders`). Source: REST API documentation, "Orders", "Order notes", "Refunds"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from connectors.woocommerce.wire import Order, OrderNote, Refund

if TYPE_CHECKING:
    from connectors.woocommerce.client import WooCommerce


class Orders:
    """Reached as `WooCommerce.orders`."""

    def __init__(self, client: WooCommerce) -> None:
        self._client = client

    def get(self, order_id: int) -> Order:
        """One order; a trashed one too (status `trash`). Raises NotFound after a forced delete."""
        return cast(Order, self._client.get(f"orders/{int(order_id)}"))

    def update(self, order_id: int, body: Mapping[str, Any]) -> Order:
        """Change what is sent. A changed `quantity` leaves the line's `total` as it was; 0 removes the
        line.
        """
        return cast(Order, self._client.put(f"orders/{int(order_id)}", body))

    def by_ids(self, ids: Iterable[int]) -> list[Order]:
        """Those that exist, but for trashed ones and checkout drafts; one call per 100."""
        wanted = list(dict.fromkeys(int(order_id) for order_id in ids))
        found: list[dict[str, Any]] = []
        for start in range(0, len(wanted), 100):
            found += self._client.rows("orders", include=wanted[start : start + 100])
        return cast(list[Order], found)

    def modified_since(self, after_gmt: str, *, per_page: int = 100, status: str = "any") -> Iterator[Order]:
        """Orders modified after a moment (UTC, "2026-11-21T18:28:24", exclusive), oldest change first.

        Pages restart at the moment the last one ended with, so orders that arrive or change meanwhile push
        none out of sight; each version of an order is given once. `any` leaves out trash and checkout
        drafts: ask for `trash` by itself. No modification date moves on notes, deleted refunds and forced
        deletes.
        """
        start, page = after_gmt, 1
        given: set[tuple[int, str]] = set()
        while True:
            rows, _pages = self._client.page(
                "orders",
                modified_after=start,
                dates_are_gmt=True,
                orderby="modified",
                order="asc",
                per_page=per_page,
                page=page,
                status=status,
            )
            for row in rows:
                version = (int(row["id"]), str(row.get("date_modified_gmt")))
                if version not in given:
                    given.add(version)
                    yield cast(Order, row)
            if len(rows) < per_page:
                return
            following = _a_second_before(str(rows[-1].get("date_modified_gmt") or ""))
            if following and following > start:
                start, page = following, 1
                given = {version for version in given if version[1] > start}
            else:
                page += 1

    def notes(self, order_id: int) -> list[OrderNote]:
        return cast(list[OrderNote], self._client.get(f"orders/{int(order_id)}/notes"))

    def add_note(self, order_id: int, text: str, *, to_customer: bool = False) -> OrderNote:
        """Write a note for the staff, or one that is also mailed to the customer."""
        body = {"note": text, "customer_note": to_customer}
        return cast(OrderNote, self._client.post(f"orders/{int(order_id)}/notes", body))

    def refunds(self, order_id: int) -> list[Refund]:
        """Newest first; amounts positive and gross, lines negative and net."""
        return cast(list[Refund], list(self._client.rows(f"orders/{int(order_id)}/refunds")))


def _a_second_before(moment: str) -> str:
    """`modified_after` is exclusive and counts seconds; "" for a moment that cannot be read."""
    try:
        return (datetime.fromisoformat(moment) - timedelta(seconds=1)).isoformat()
    except ValueError:
        return ""
