"""Lists page by page: by offset, or along `updated` for sets that change while they are read.

The addresses of the pages are built here; `nextHref` of an answer is never followed. Source: general part,
"Lists"; workbook, "Paging" and "Sorting".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.errors import TransientError
from connectors.moysklad.filters import Filter

MAX_LIMIT = 1000
MAX_LIMIT_WITH_EXPAND = 100
"""Above it `expand` is silently ignored by the API."""

Get = Callable[..., Any]
Place = tuple[str, int]
"""Where a walk along `updated` stands: the second (Moscow time, "" for the beginning) and the rows of it done."""


def page_limit(limit: int | None, expand: str | None) -> int:
    """The page size to ask for; ValueError for one that would lose the expanded fields or is out of range."""
    most = MAX_LIMIT_WITH_EXPAND if expand else MAX_LIMIT
    if limit is None:
        return most
    if not 1 <= limit <= most:
        raise ValueError(f"limit must lie between 1 and {most}" + (" together with expand" if expand else ""))
    return limit


def by_offset(get: Get, path: str, params: Mapping[str, Any], limit: int) -> Iterator[dict[str, Any]]:
    """All rows of a list. A row may be missed or come twice when the set changes meanwhile."""
    offset = 0
    while True:
        rows, size = _page(get(path, **{**params, "limit": limit, "offset": offset}))
        yield from rows
        offset += len(rows)
        if not rows or offset >= size:
            return


def along_updated(
    get: Get, path: str, conditions: str, since: str | None, params: Mapping[str, Any], limit: int
) -> Iterator[dict[str, Any]]:
    """All rows in the order of `updated`, from `since` (Moscow time, inclusive) on.

    Each page starts at the moment the last one ended with, so a row that is touched meanwhile and jumps to
    the end pushes no other row out of sight. Each version of a row is given once.
    """
    place: Place | None = (since or "", 0)
    given: set[tuple[str, str]] = set()
    while place is not None:
        rows, place = _page_along_updated(get, path, conditions, place, params, limit)
        for row in rows:
            version = (str(row.get("id")), str(row.get("updated")))
            if version not in given:
                given.add(version)
                yield row
        if place is not None and place[1] == 0:
            given = {version for version in given if version[1][:19] >= place[0]}


def pages_along_updated(
    get: Get, path: str, conditions: str, place: Place, params: Mapping[str, Any], limit: int
) -> Iterator[tuple[list[dict[str, Any]], Place | None]]:
    """The same in pages, from a place on, each with the place where the next one begins: for walks that go on another
    day. Rows of the second a page ends in may come twice.
    """
    following: Place | None = place
    while following is not None:
        rows, following = _page_along_updated(get, path, conditions, following, params, limit)
        yield rows, following


def _page_along_updated(
    get: Get, path: str, conditions: str, place: Place, params: Mapping[str, Any], limit: int
) -> tuple[list[dict[str, Any]], Place | None]:
    start, offset = place
    filters = Filter()
    if start:
        filters.ge("updated", start)
    joined = ";".join(part for part in (conditions, str(filters)) if part) or None
    page = {**params, "filter": joined, "order": "updated,asc", "limit": limit, "offset": offset}
    rows, _size = _page(get(path, **page))
    if len(rows) < limit:
        return rows, None
    # Whole seconds: what the filter takes for certain. The rows of that second are read twice.
    last = str(rows[-1].get("updated", ""))[:19]
    return rows, (last, 0) if last and last != start else (start, offset + len(rows))


def _page(body: Any) -> tuple[list[dict[str, Any]], int]:
    try:
        rows, size = body["rows"], int(body["meta"]["size"])
        if isinstance(rows, list):
            return rows, size
    except (KeyError, TypeError, ValueError):
        pass
    raise TransientError(
        "MoySklad answered with something that is not a list.", code="net_shape", why="unreadable"
    )
