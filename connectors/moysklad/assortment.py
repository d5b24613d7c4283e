"""Goods: products, variants, services, bundles, each from its own list.

Not from `/entity/assortment`: its present behaviour goes away during 2027, its successor hides behind a beta
header and takes fewer filters, and both mix kinds that page and sort differently. The four lists sort by
`updated`, so one walk serves the first import and the later polling. Source: dictionaries, "Product",
"Variant", "Service", "Bundle"; notice on the new assortment endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from connectors.errors import TransientError
from connectors.moysklad.counterparties import with_archived
from connectors.moysklad.filters import Filter, in_parts
from connectors.moysklad.paging import MAX_LIMIT, MAX_LIMIT_WITH_EXPAND, Place, pages_along_updated
from connectors.moysklad.refs import id_of
from connectors.moysklad.wire import AssortmentItem, Component

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad

KINDS = ("product", "variant", "service", "bundle")


class Assortment:
    """Reached as `MoySklad.assortment`.

    Iterators ask for pages of 1000 as they are consumed. `updated_since` is Moscow time, inclusive;
    `archived` None gives live and archived ones, True or False only those.
    """

    def __init__(self, client: MoySklad) -> None:
        self._client = client

    def products(
        self, updated_since: str | None = None, archived: bool | None = None
    ) -> Iterator[AssortmentItem]:
        return self._walk("product", updated_since, archived)

    def variants(
        self, updated_since: str | None = None, archived: bool | None = None
    ) -> Iterator[AssortmentItem]:
        """Variants; `parent_id` gives the product each belongs to."""
        return self._walk("variant", updated_since, archived)

    def services(
        self, updated_since: str | None = None, archived: bool | None = None
    ) -> Iterator[AssortmentItem]:
        return self._walk("service", updated_since, archived)

    def bundles(
        self, updated_since: str | None = None, archived: bool | None = None
    ) -> Iterator[AssortmentItem]:
        """Bundles have no stock of their own; their components come by `components`."""
        return self._walk("bundle", updated_since, archived)

    def pages(
        self, kind: str, place: Place | None = None
    ) -> Iterator[tuple[list[AssortmentItem], Place | None]]:
        """All items of a kind, live and archived, in pages, each with the place where the next one begins.

        Bundles come with their components, a hundred to a page. A place may be `(time, 0)`: what changed since then.
        """
        conditions = str(with_archived(Filter(), None))
        expanded: dict[str, str] = {"expand": "components"} if kind == "bundle" else {}
        limit = MAX_LIMIT_WITH_EXPAND if expanded else MAX_LIMIT
        start = place or ("", 0)
        pages = pages_along_updated(self._client.get, f"entity/{kind}", conditions, start, expanded, limit)
        return cast(Iterator[tuple[list[AssortmentItem], Place | None]], pages)

    def count(self, kind: str, updated_since: str | None = None) -> int:
        """How many items of a kind there are, live and archived, or changed since then, in one small call."""
        wanted = with_archived(Filter(), None)
        if updated_since:
            wanted.ge("updated", updated_since)
        found = self._client.get(f"entity/{kind}", filter=str(wanted), limit=1, offset=0)
        size = (found.get("meta") or {}).get("size") if isinstance(found, dict) else None
        if not isinstance(size, int):
            raise TransientError(
                "MoySklad answered with something that is not a list.", code="net_shape", why="unreadable"
            )
        return size

    def by_ids(self, kind: str, ids: Iterable[str]) -> list[AssortmentItem]:
        """Items of one kind by id, archived ones too; one call per 100."""
        return self._by(kind, "id", ids, archived=None)

    def by_field(
        self, kind: str, field: str, values: Iterable[str], *, archived: bool | None = False
    ) -> list[AssortmentItem]:
        """Items of one kind by `article`, `code`, `externalCode`, `name`, `syncId`; none of them is
        unique.
        """
        return self._by(kind, field, values, archived)

    def components(self, bundle_id: str) -> list[Component]:
        """The parts of a bundle, at most 50. Source: dictionaries, "Bundle", "Components"."""
        rows = self._client.rows(f"entity/bundle/{bundle_id}/components")
        return cast(list[Component], list(rows))

    def _walk(self, kind: str, since: str | None, archived: bool | None) -> Iterator[AssortmentItem]:
        rows = self._client.rows_along_updated(
            f"entity/{kind}", since=since, filter=with_archived(Filter(), archived)
        )
        return cast(Iterator[AssortmentItem], rows)

    def _by(
        self, kind: str, field: str, values: Iterable[str], archived: bool | None
    ) -> list[AssortmentItem]:
        found: list[dict[str, Any]] = []
        for part in in_parts(field, values):
            wanted = with_archived(Filter().eq(field, *part), archived)
            found += self._client.rows(f"entity/{kind}", filter=wanted)
        return cast(list[AssortmentItem], found)


def parent_id(item: AssortmentItem) -> str:
    """The id of a variant's product; "" for anything else."""
    return id_of(item.get("product"))


def kind_of(item: AssortmentItem) -> str:
    """product, variant, service, bundle or consignment."""
    return str(item["meta"]["type"])
