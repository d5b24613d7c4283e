"""A stock report that MoySklad finds too big (13005), asked for in portions: store by store, then by items.

Source: reports, "Stock", current report, "Filters"; errors, 13005.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from connectors.errors import PermanentError
from connectors.moysklad.filters import in_parts
from connectors.moysklad.stock import ITEMS_PER_CALL, StockType
from connectors.moysklad.wire import StockRow

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad

TOO_BIG = "13005"
Items = Callable[[], Iterable[str]]
Ask = Callable[..., list[StockRow]]


def by_store(
    client: MoySklad,
    stock_type: StockType,
    items: Items,
    *,
    changed_since: str | None = None,
    store_ids: Sequence[str] | None = None,
    include_zero: bool = False,
    with_recalculate: bool = False,
) -> Iterator[list[StockRow]]:
    """The rows of `client.stock.by_store_current`: in one portion when it answers, else in as many as it takes.

    `items` gives the ids of all goods that may be in the report and is called only when they are needed. The
    portions are read one after the other: what changes meanwhile is told by `changed_since` the moment before
    the first one was asked for. Raises what the report raises; 13005 only for a few items at once.
    """
    ask = partial(
        client.stock.by_store_current,
        stock_type,
        changed_since,
        include_zero=include_zero,
        with_recalculate=with_recalculate,
    )
    whole = _unless_too_big(partial(ask, store_ids=store_ids))
    if whole is not None:
        yield whole
        return
    if store_ids is None and _stores_are_not_all(stock_type, changed_since):
        yield from _by_items(ask, items)
        return
    stores = [store["id"] for store in client.directory.stores()] if store_ids is None else store_ids
    for store in stores:
        rows = _unless_too_big(partial(ask, store_ids=[store])) if len(stores) > 1 else None
        if rows is not None:
            yield rows
        else:
            yield from _by_items(partial(ask, store_ids=[store]), items)


def _stores_are_not_all(stock_type: StockType, changed_since: str | None) -> bool:
    """Whether reports of all stores lack rows: reserves without a store, and stores that went lately."""
    return stock_type != "stock" or changed_since is not None


def _by_items(ask: Ask, items: Items) -> Iterator[list[StockRow]]:
    for part in in_parts("", items(), at_most=ITEMS_PER_CALL):
        yield ask(assortment_ids=part)


def _unless_too_big(ask: Ask) -> list[StockRow] | None:
    try:
        return ask()
    except PermanentError as exc:
        if exc.code != TOO_BIG:
            raise
    return None
