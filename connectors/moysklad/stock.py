"""Current stock: one call for the whole account, absolute values. Source: reports, "Stock", current report.

Weight of an ordinary call. Items that never moved are absent even with zero rows; services and bundles
always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast
from urllib.parse import parse_qs, urlsplit

from connectors.errors import TransientError
from connectors.moysklad.filters import in_parts
from connectors.moysklad.wire import StockRow

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad

ITEMS_PER_CALL = 140
"""So many ids fit into one filter."""

StockType = Literal["stock", "freeStock", "quantity", "reserve", "inTransit"]

_REPORT = re.compile(r"/report/stock/(all|bystore)/current/?$")
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d{1,3})?)?$")


class StockReportUrl(TypedDict):
    """What a stock webhook asks to be read: `report` is "all" or "bystore", `changedSince` Moscow time."""

    report: str
    changedSince: str


class Stock:
    """Reached as `MoySklad.stock`. Quantities are floats and may be negative.

    `changed_since` (Moscow time, at most 24 hours back): only items changed since, zeros included. Without it
    rows of zero are left out unless `include_zero`.
    """

    def __init__(self, client: MoySklad) -> None:
        self._client = client

    def all_current(
        self,
        stock_type: StockType,
        changed_since: str | None = None,
        include_zero: bool = False,
        assortment_ids: Iterable[str] | None = None,
    ) -> list[StockRow]:
        """Rows `{assortmentId, <stock_type>: n}`, all warehouses summed. Raises PermanentError 13005 when the
        report is too big: ask by `assortment_ids`.

        What is being recalculated is missing here, which looks like zero: only `by_store_current` can tell.
        """
        params = _params(stock_type, changed_since, include_zero)
        return self._read("report/stock/all/current", params, assortment_ids, None)

    def by_store_current(
        self,
        stock_type: StockType,
        changed_since: str | None = None,
        store_ids: Iterable[str] | None = None,
        include_zero: bool = False,
        assortment_ids: Iterable[str] | None = None,
        with_recalculate: bool = False,
    ) -> list[StockRow]:
        """Rows `{assortmentId, storeId, <stock_type>: n}`.

        `storeId` null: reserves and transit of orders without a store (they are left out when `store_ids` is
        given). `with_recalculate`: items being computed at this moment come with the value null; without it they
        are missing, as if they were zero. Warehouses inside others count for themselves. Raises PermanentError
        13005 when the report is too big: see stock_portions.py.
        """
        params = _params(stock_type, changed_since, include_zero)
        if with_recalculate:
            params["withRecalculate"] = "true"
        return self._read("report/stock/bystore/current", params, assortment_ids, store_ids)

    def _read(
        self,
        path: str,
        params: dict[str, str],
        assortment_ids: Iterable[str] | None,
        store_ids: Iterable[str] | None,
    ) -> list[StockRow]:
        wanted_stores = None if store_ids is None else list(store_ids)
        if wanted_stores == []:
            return []
        stores = f"storeId={','.join(wanted_stores)}" if wanted_stores else ""
        parts: Iterable[list[str]] = [[]]
        if assortment_ids is not None:
            parts = in_parts("", assortment_ids, at_most=ITEMS_PER_CALL)
        rows: list[StockRow] = []
        for part in parts:
            goods = f"assortmentId={','.join(part)}" if part else ""
            wanted = ";".join(condition for condition in (goods, stores) if condition)
            rows += _checked(self._client.get(path, **params, filter=wanted or None), params["stockType"])
        return rows


def _checked(report: Any, stock_type: str) -> list[StockRow]:
    """The report, if it is one: a row that cannot be read must not pass for a zero."""
    if isinstance(report, list) and all(_is_row(row, stock_type) for row in report):
        return cast(list[StockRow], report)
    raise TransientError(
        "MoySklad answered with something that is no stock report.", code="net_shape", why="unreadable"
    )


def _is_row(row: Any, stock_type: str) -> bool:
    if not isinstance(row, dict) or not isinstance(row.get("assortmentId"), str) or stock_type not in row:
        return False
    value = row[stock_type]
    return value is None or (
        isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    )


def amount(row: StockRow, stock_type: StockType) -> float | None:
    """The value of a row; None while the item is being recalculated."""
    value = cast(dict[str, Any], row).get(stock_type)
    return None if value is None else float(value)


def parse_stock_report_url(raw_url: str) -> StockReportUrl:
    """What the `reportUrl` of a stock webhook asks for. Its host is ignored: the client calls its own base.

    The address comes with an unencoded blank in `changedSince`. Raises ValueError for any other report.
    Source: dictionaries, "Webhook on stock change".
    """
    parts = urlsplit(raw_url.strip().replace(" ", "%20"))
    report = _REPORT.search(parts.path)
    moments = parse_qs(parts.query).get("changedSince", [])
    if report is None or len(moments) != 1 or not _MOMENT.match(moments[0]):
        raise ValueError("not the address of a current stock report")
    return {"report": report[1], "changedSince": moments[0]}


def _params(stock_type: StockType, changed_since: str | None, include_zero: bool) -> dict[str, str]:
    params: dict[str, str] = {"stockType": stock_type}
    if changed_since:
        params["changedSince"] = changed_since
    if include_zero:
        params["include"] = "zeroLines"
    return params
