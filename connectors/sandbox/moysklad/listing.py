"""Lists: paging with nextHref, order, search, filter, and the rule that expand dies above a hundred rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from connectors.sandbox.moysklad import filters
from connectors.sandbox.moysklad.account import Account, Obj
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.kinds import KINDS, READ_ONLY_ORDER
from connectors.sandbox.moysklad.totals import document_totals

MAX_LIMIT = 1000
MAX_EXPAND_LIMIT = 100
Row = TypeVar("Row")


@dataclass
class Page:
    """The paging part of a query, and the query itself for the hrefs of the neighbours."""

    limit: int
    offset: int
    expand: str
    query: list[tuple[str, str]]

    def href(self, account: Account, path: str, offset: int | None = None) -> str:
        """The address as sent, or with another offset. Like the vendor's, it is not urlencoded but for what would
        break it."""
        pairs = list(self.query)
        if offset is not None:
            pairs = [pair for pair in pairs if pair[0] not in ("limit", "offset")]
            pairs += [("limit", str(self.limit)), ("offset", str(offset))]
        text = "&".join(f"{name}={quote(value, safe=LEGIBLE)}" for name, value in pairs)
        return f"{account.base}{path}" + (f"?{text}" if text else "")


LEGIBLE = " /:;,<>=!~()[]{}@'|"


def read_page(query: list[tuple[str, str]]) -> Page:
    """limit 1..1000 (more is cut down), offset from 0; expand is silently dropped with limit over 100. 1014."""
    values = dict(query)
    limit, offset = values.get("limit", str(MAX_LIMIT)), values.get("offset", "0")
    if not limit.isdecimal() or not offset.isdecimal() or int(limit) == 0:
        raise ApiError(1014, "limit" if offset.isdecimal() else "offset")
    rows = min(int(limit), MAX_LIMIT)
    expand = values.get("expand", "") if rows <= MAX_EXPAND_LIMIT else ""
    return Page(rows, int(offset), expand, query)


def context(account: Account) -> dict[str, Any]:
    href = f"{account.base}/context/employee"
    metadata = f"{account.base}/entity/employee/metadata"
    meta = {"href": href, "metadataHref": metadata, "type": "employee", "mediaType": "application/json"}
    return {"employee": {"meta": meta}}


def list_answer(
    account: Account,
    path: str,
    type_: str,
    page: Page,
    rows: Sequence[Row],
    render: Callable[[Row], Any] = lambda row: row,
) -> dict[str, Any]:
    """One page of `rows`; `size` is the total, the neighbours are named only when they exist."""
    meta: dict[str, Any] = {
        "href": page.href(account, path),
        "type": type_,
        "mediaType": "application/json",
        "size": len(rows),
        "limit": page.limit,
        "offset": page.offset,
    }
    if page.offset + page.limit < len(rows):
        meta["nextHref"] = page.href(account, path, page.offset + page.limit)
    if page.offset > 0:
        meta["previousHref"] = page.href(account, path, max(0, page.offset - page.limit))
    shown = rows[page.offset : page.offset + page.limit]
    return {"context": context(account), "meta": meta, "rows": [render(row) for row in shown]}


def conditions(query: list[tuple[str, str]]) -> list[filters.Condition]:
    """All conditions of the query; several `filter=` parameters count as one."""
    return [condition for name, value in query if name == "filter" for condition in filters.parse(value)]


def select(account: Account, kind: str, query: list[tuple[str, str]]) -> list[Obj]:
    """The objects a list call asks for, filtered and in order. 1034, 1035, 1063."""
    wanted, values = conditions(query), dict(query)
    order = values.get("order", "")
    candidates = narrowed(account, kind, wanted)
    if candidates is None and order in ("updated", "updated,asc"):
        candidates, wanted = account.chronicle.since(kind, wanted)
        order = ""
    tests = filters.build(account, kind, wanted)
    if values.get("search"):
        tests.append(filters.search(kind, values["search"]))
    if candidates is None:
        candidates = account.objects[kind].values()
    found = [obj for obj in candidates if all(test(obj) for test in tests)] if tests else list(candidates)
    return sort(account, kind, found, order)


def narrowed(account: Account, kind: str, wanted: list[filters.Condition]) -> Iterable[Obj] | None:
    """Objects to look at: by id or syncId there is at most one per value. None: all of them."""
    for field in ("id", "syncId"):
        values = [value for name, operator, value in wanted if name == field and operator == "="]
        if values and all(values):
            ids = [
                account.by_sync_id.get((kind, v.lower())) if field == "syncId" else v.lower() for v in values
            ]
            found = [account.objects[kind].get(id_ or "") for id_ in dict.fromkeys(ids)]
            return [obj for obj in found if obj is not None]
    return None


def sort(account: Account, kind: str, objects: list[Obj], order: str) -> list[Obj]:
    for part in reversed([part for part in order.split(";") if part]):
        name, _, direction = part.partition(",")
        spec = KINDS[kind].by_name.get(name)
        if not (spec and spec.orderable) and name not in READ_ONLY_ORDER:
            raise ApiError(1063, name, parameter="order")
        if direction not in ("", "asc", "desc"):
            raise ApiError(1063, part, parameter="order")
        key = (
            totals_key(account, kind)
            if name == "sum" and "sum" not in KINDS[kind].by_name
            else plain_key(name)
        )
        objects.sort(key=key, reverse=direction == "desc")
    return objects


def plain_key(name: str) -> Callable[[Obj], Any]:
    return lambda obj: (name in obj, obj.get(name, ""))


def totals_key(account: Account, kind: str) -> Callable[[Obj], Any]:
    return lambda obj: document_totals(account, kind, obj).get("sum", 0.0)
