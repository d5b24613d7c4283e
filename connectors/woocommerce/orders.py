"""Orders of the site (`wc/v3/orders`). Source: REST API documentation, "Orders", "Order notes"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from connectors.woocommerce.paging import CHANGE, CREATION, MAX_PER_PAGE, Along, Place, page_along
from connectors.woocommerce.wire import Order, OrderNote

if TYPE_CHECKING:
    from connectors.woocommerce.client import WooCommerce


MAX_IDS = 100
"""More would make the address too long for many servers; `Orders.by_ids` takes any number."""


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders: made after and before two moments (UTC, exclusive, "" for open), of these ids (at most
    100), of these statuses (`any`: all but trash and checkout drafts).
    """

    after_gmt: str = ""
    before_gmt: str = ""
    ids: tuple[int, ...] = ()
    statuses: tuple[str, ...] = ("any",)

    def __post_init__(self) -> None:
        if len(self.ids) > MAX_IDS:
            raise ValueError(f"a filter takes at most {MAX_IDS} ids")

    def params(self) -> dict[str, Any]:
        """All but `after_gmt`, which is where a walk begins."""
        return {"before": self.before_gmt, "include": list(self.ids), "status": list(self.statuses)}


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

    def by_ids(self, ids: Iterable[int], *, status: str = "any", fields: str = "") -> list[Order]:
        """Those that exist, but for trashed ones and checkout drafts (`trash`: those alone); one call per 100.

        `fields` names what to read of them, "" for all.
        """
        return cast(list[Order], self._client.rows_by_ids("orders", ids, status=status, _fields=fields))

    def modified(
        self, place: Place, *, per_page: int = MAX_PER_PAGE, status: str = "any"
    ) -> Iterator[tuple[list[Order], Place | None]]:
        """Orders modified after a moment, `(UTC as "2026-11-21T18:28:24", 1)`, exclusive, or from a place on: oldest
        change first, in pages, each with the place where the next one begins.

        Orders of the second a page ends in come again with the next one. `any` leaves out trash and checkout drafts:
        ask for `trash` by itself. No modification date moves on notes, deleted refunds and forced deletes.
        """
        return self._walk(CHANGE, place, per_page, {"status": status})

    def pages(
        self,
        wanted: OrderFilter,
        place: Place | None = None,
        *,
        per_page: int = MAX_PER_PAGE,
        fields: str = "",
    ) -> Iterator[tuple[list[Order], Place | None]]:
        """What a filter selects, oldest order first, in pages, each with the place where the next one begins.

        Store the place with what the page brought and the walk can go on from it another day. Orders of the
        second a page ends in come again with the next one. `fields` names what to read of them, "" for all;
        `date_created_gmt` must be among it.
        """
        params = {"_fields": fields, **wanted.params()}
        return self._walk(CREATION, place or (wanted.after_gmt, 1), per_page, params)

    def _walk(
        self, along: Along, place: Place, per_page: int, params: Mapping[str, Any]
    ) -> Iterator[tuple[list[Order], Place | None]]:
        following: Place | None = place
        while following is not None:
            rows, following = page_along(self._client, "orders", along, following, per_page, **params)
            yield cast(list[Order], rows), following

    def count(self, wanted: OrderFilter) -> int | None:
        """How many orders a filter selects; None when a proxy took the header that tells away."""
        params = wanted.params()
        if wanted.after_gmt:
            params |= {"after": wanted.after_gmt}
        return self._client.count("orders", dates_are_gmt=True, **params)

    def notes(self, order_id: int) -> list[OrderNote]:
        return cast(list[OrderNote], self._client.get(f"orders/{int(order_id)}/notes"))

    def add_note(self, order_id: int, text: str, *, to_customer: bool = False) -> OrderNote:
        """Write a note for the staff, or one that is also mailed to the customer."""
        body = {"note": text, "customer_note": to_customer}
        return cast(OrderNote, self._client.post(f"orders/{int(order_id)}/notes", body))
