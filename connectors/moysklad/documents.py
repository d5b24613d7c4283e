"""What all documents have in common: found by id or our key, walked by change, written alone or in bulk.

Source: documents, "Common information" and the page of each kind; general part, "Bin", "expand".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from connectors.errors import ConnectorError
from connectors.moysklad.filters import Filter, in_parts
from connectors.moysklad.paging import Place

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad

Document = TypeVar("Document")


class Documents(Generic[Document]):
    """The documents of one kind.

    `expand` names fields to open ("demand.customerOrder", at most three deep); lists are then read in pages
    of 100, above which the API silently leaves the fields closed. `deleted` False: living documents only;
    True: only those in the bin; None: both.
    """

    def __init__(self, client: MoySklad, kind: str) -> None:
        self._client = client
        self._path = f"entity/{kind}"

    def get(self, document_id: str, expand: Iterable[str] = ()) -> Document:
        """One document, also one in the bin. Raises NotFound when it was deleted for good."""
        return cast(Document, self._client.get(f"{self._path}/{document_id}", expand=_joined(expand)))

    def by_ids(
        self, ids: Iterable[str], expand: Iterable[str] = (), *, deleted: bool | None = False
    ) -> list[Document]:
        """Those that exist, in no particular order; one call per 100."""
        return self._by("id", ids, expand, deleted)

    def by_sync_ids(
        self, sync_ids: Iterable[str], expand: Iterable[str] = (), *, deleted: bool | None = False
    ) -> list[Document]:
        """Those made with these keys of ours; one call per 100."""
        return self._by("syncId", sync_ids, expand, deleted)

    def by_external_codes(
        self, codes: Iterable[str], expand: Iterable[str] = (), *, deleted: bool | None = False
    ) -> list[Document]:
        """Codes need not be unique: several documents may come for one."""
        return self._by("externalCode", codes, expand, deleted)

    def by_names(
        self, names: Iterable[str], expand: Iterable[str] = (), *, deleted: bool | None = False
    ) -> list[Document]:
        """By the document's number; not unique either, numbers may start anew each year. One call per 250 or so."""
        return self._by("name", names, expand, deleted, at_most=250)

    def updated(
        self, place: Place, *, deleted: bool | None = False, expand: Iterable[str] = ()
    ) -> Iterator[tuple[list[Document], Place | None]]:
        """Documents changed at or after a moment, `(Moscow time, 0)`, or from a place on: oldest change first, in
        pages, each with the place where the next one begins. Those of the second a page ends in may come again.
        """
        pages = self._client.pages_along_updated(
            self._path, place, filter=_with_bin(Filter(), deleted), expand=tuple(expand)
        )
        return cast(Iterator[tuple[list[Document], Place | None]], pages)

    def of_period(self, first_msk: str, last_msk: str, *, deleted: bool | None = False) -> Iterator[Document]:
        """Documents dated from one moment to another (Moscow time, both included), oldest first; one call per 1000."""
        wanted = _with_bin(Filter().ge("moment", first_msk).le("moment", last_msk), deleted)
        rows = self._client.rows(self._path, filter=wanted, order="moment,asc")
        return cast(Iterator[Document], rows)

    def create(self, body: Mapping[str, Any], expand: Iterable[str] = ()) -> Document:
        """Make one. The same `syncId` again gives the document made earlier, unchanged."""
        return cast(Document, self._client.post(self._path, body, expand=_joined(expand)))

    def update(self, document_id: str, body: Mapping[str, Any], expand: Iterable[str] = ()) -> Document:
        """Change the fields that are sent; `positions`, when sent, replaces the whole set (those sent with
        their `id` keep it).
        """
        path = f"{self._path}/{document_id}"
        return cast(Document, self._client.put(path, body, expand=_joined(expand)))

    def save(self, bodies: Sequence[Mapping[str, Any]]) -> list[Document | ConnectorError]:
        """Make or (elements with `meta`) change many; one result per element, in order."""
        return cast("list[Document | ConnectorError]", self._client.bulk(self._path, bodies))

    def template(self, body: Mapping[str, Any]) -> Document:
        """A document filled in from the one it follows (`{"demand": {"meta": ...}}`), not stored: to be sent
        by `create`.
        """
        return cast(Document, self._client.put(f"{self._path}/new", body))

    def trash(self, document_id: str) -> None:
        """Put into the bin; only people can take it out again, in the web application."""
        self._client.post(f"{self._path}/{document_id}/trash")

    def delete(self, document_id: str) -> None:
        """Delete: for good, or into the bin, as the account is set."""
        self._client.delete(f"{self._path}/{document_id}")

    def _by(
        self,
        field: str,
        values: Iterable[str],
        expand: Iterable[str],
        deleted: bool | None,
        at_most: int = 100,
    ) -> list[Document]:
        found: list[dict[str, Any]] = []
        names = tuple(expand)
        for part in in_parts(field, values, at_most=at_most):
            wanted = _with_bin(Filter().eq(field, *part), deleted)
            found += self._client.rows(self._path, filter=wanted, expand=names)
        return cast(list[Document], found)


def _joined(expand: Iterable[str]) -> str | None:
    return ",".join(expand) or None


def _with_bin(wanted: Filter, deleted: bool | None) -> Filter:
    return wanted.eq("isDeleted", *((True, False) if deleted is None else (deleted,)))
