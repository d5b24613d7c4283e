"""Customer orders (`/entity/customerorder`). Source: documents, "Customer order"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from connectors.errors import ConnectorError
from connectors.moysklad.filters import Filter, in_parts
from connectors.moysklad.wire import CustomerOrder, Position

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad

PATH = "entity/customerorder"


class Orders:
    """Reached as `MoySklad.orders`."""

    def __init__(self, client: MoySklad) -> None:
        self._client = client

    def get(self, order_id: str, expand: Iterable[str] = ()) -> CustomerOrder:
        """One order, also one in the bin. Raises NotFound when it was deleted for good."""
        found = self._client.get(f"{PATH}/{order_id}", expand=",".join(expand) or None)
        return cast(CustomerOrder, found)

    def by_ids(
        self, ids: Iterable[str], expand: Iterable[str] = (), *, deleted: bool | None = False
    ) -> list[CustomerOrder]:
        """Those that exist, in no particular order; one call per 100. `deleted` as in `updated_since`."""
        return self._by("id", ids, expand, deleted)

    def by_sync_ids(
        self, sync_ids: Iterable[str], expand: Iterable[str] = (), *, deleted: bool | None = False
    ) -> list[CustomerOrder]:
        """Those made with these keys of ours; one call per 100. `deleted` as in `updated_since`."""
        return self._by("syncId", sync_ids, expand, deleted)

    def by_external_codes(self, codes: Iterable[str], expand: Iterable[str] = ()) -> list[CustomerOrder]:
        """Codes need not be unique: several orders may come for one."""
        return self._by("externalCode", codes, expand)

    def by_names(self, names: Iterable[str], expand: Iterable[str] = ()) -> list[CustomerOrder]:
        """By the order's number; not unique either, numbers may start anew each year."""
        return self._by("name", names, expand)

    def updated_since(
        self, moment_msk: str, *, deleted: bool | None = False, expand: Iterable[str] = ()
    ) -> Iterator[CustomerOrder]:
        """Orders changed at or after a moment (Moscow time), oldest change first.

        `deleted` True: those in the bin; None: both kinds in one walk.
        """
        wanted = _with_bin(Filter(), deleted)
        rows = self._client.rows_along_updated(PATH, since=moment_msk, filter=wanted, expand=tuple(expand))
        return cast(Iterator[CustomerOrder], rows)

    def positions(self, order_id: str) -> list[Position]:
        """All lines of an order."""
        return cast(list[Position], list(self._client.rows(f"{PATH}/{order_id}/positions")))

    def create(self, body: Mapping[str, Any]) -> CustomerOrder:
        """Make one. The same `syncId` again gives the order made earlier, unchanged."""
        return cast(CustomerOrder, self._client.post(PATH, body))

    def update(self, order_id: str, body: Mapping[str, Any]) -> CustomerOrder:
        """Change the fields that are sent; `positions`, when sent, replaces the whole set."""
        return cast(CustomerOrder, self._client.put(f"{PATH}/{order_id}", body))

    def save(self, bodies: Sequence[Mapping[str, Any]]) -> list[CustomerOrder | ConnectorError]:
        """Make or (elements with `meta`) change many; one result per element, in order."""
        return cast(list[CustomerOrder | ConnectorError], self._client.bulk(PATH, bodies))

    def trash(self, order_id: str) -> None:
        """Put into the bin; only people can take it out again, in the web application."""
        self._client.post(f"{PATH}/{order_id}/trash")

    def delete(self, order_id: str) -> None:
        """Delete: for good, or into the bin, as the account is set."""
        self._client.delete(f"{PATH}/{order_id}")

    def _by(
        self, field: str, values: Iterable[str], expand: Iterable[str], deleted: bool | None = False
    ) -> list[CustomerOrder]:
        found: list[dict[str, Any]] = []
        names = tuple(expand)
        for part in in_parts(field, values):
            wanted = _with_bin(Filter().eq(field, *part), deleted)
            found += self._client.rows(PATH, filter=wanted, expand=names)
        return cast(list[CustomerOrder], found)


def _with_bin(wanted: Filter, deleted: bool | None) -> Filter:
    """False: only living ones; True: only those in the bin; None: both."""
    return wanted.eq("isDeleted", *((True, False) if deleted is None else (deleted,)))
