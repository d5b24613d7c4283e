"""Lists that change while they are read: walked along a date, never by counting pages through the whole.

Each page starts a second before the moment the last one ended with, so rows that arrive, change or leave
meanwhile push no other row out of sight. Pages are counted only inside a second that fills more than one.
Source: REST API documentation, "Pagination"; the date parameters of "List all orders".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectors.woocommerce.client import WooCommerce

MAX_PER_PAGE = 100

Place = tuple[str, int]
"""Where a walk stands: the moment it goes on after (UTC, exclusive, "" for the beginning) and the page there."""


@dataclass(frozen=True, slots=True)
class Along:
    """A date to walk along: the parameter that bounds it, the name to sort by, the field of a row."""

    after: str
    orderby: str
    field: str


CREATION = Along("after", "date", "date_created_gmt")
CHANGE = Along("modified_after", "modified", "date_modified_gmt")


def page_along(
    client: WooCommerce, path: str, along: Along, place: Place, per_page: int = MAX_PER_PAGE, **params: Any
) -> tuple[list[dict[str, Any]], Place | None]:
    """One page, oldest first, and the place of the next one (None after the last). Rows may come twice."""
    start, page = place
    query = {**params, along.after: start, "dates_are_gmt": True, "orderby": along.orderby, "order": "asc"}
    rows, _pages = client.page(path, per_page=per_page, page=page, **query)
    if len(rows) < per_page:
        return rows, None
    following = _a_second_before(str(rows[-1].get(along.field) or ""))
    return rows, (following, 1) if following > start else (start, page + 1)


def rows_along(
    client: WooCommerce, path: str, along: Along, after_gmt: str, per_page: int = MAX_PER_PAGE, **params: Any
) -> Iterator[dict[str, Any]]:
    """All rows after a moment, page after page as they are consumed; each version of a row once."""
    place: Place | None = (after_gmt, 1)
    given: set[tuple[int, str]] = set()
    while place is not None:
        rows, place = page_along(client, path, along, place, per_page, **params)
        for row in rows:
            version = (int(row["id"]), str(row.get(along.field)))
            if version not in given:
                given.add(version)
                yield row
        if place is not None and place[1] == 1:
            given = {version for version in given if version[1] > place[0]}


def _a_second_before(moment: str) -> str:
    """The bounds are exclusive and count seconds; "" for a moment that cannot be read."""
    try:
        return (datetime.fromisoformat(moment) - timedelta(seconds=1)).isoformat()
    except ValueError:
        return ""
