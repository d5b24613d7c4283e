"""The way to one MoySklad account: every call waits for the governor, then goes through http.py.

`MoySklad.get/post/put/delete/rows/bulk` speak paths; the attributes (`orders`, `stock`, ...) name the
calls the bridge makes. Values are the wire's own, see wire.py.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

from connectors.errors import ConnectorError, RateLimited
from connectors.moysklad import bulk, paging
from connectors.moysklad.assortment import Assortment
from connectors.moysklad.attributes import Attributes
from connectors.moysklad.auth import Auth
from connectors.moysklad.counterparties import Counterparties
from connectors.moysklad.demands import Demands
from connectors.moysklad.directory import Directory
from connectors.moysklad.errors import error_from
from connectors.moysklad.filters import Filter
from connectors.moysklad.http import Http, Params, decoded, encoded
from connectors.moysklad.limits import Governor, Priority
from connectors.moysklad.limits_learning import Refusal
from connectors.moysklad.orders import Orders
from connectors.moysklad.payments import Payments
from connectors.moysklad.refs import Reference, href, own_path, reference
from connectors.moysklad.returns import Returns
from connectors.moysklad.states import States
from connectors.moysklad.stock import Stock
from connectors.moysklad.webhooks import StockWebhooks, Webhooks
from connectors.transport.call import READS, Answer, Timeouts
from connectors.transport.record import Observer

EXTENDED_REPORTS = frozenset({"report/stock/all", "report/stock/bystore"})
EXTENDED_WEIGHT = 5 / 4
BULK_READ_TIMEOUT = 310.0
"""The API works at most five minutes on one request."""
READ_TRIES = 3


class MoySklad:
    """One account.

    `governor` is shared by all clients and processes of the account; `priority` is what this client's
    calls are for; `tenant` is the shop they serve; `max_wait` is how many seconds a call may wait for its
    turn before RateLimited is raised (None: as long as it takes). `webhook_prefix` (scheme and domain,
    optional path) keeps our own writes from firing webhooks whose address begins so.
    """

    def __init__(
        self,
        base_url: str,
        auth: Auth,
        *,
        governor: Governor,
        priority: Priority = Priority.ORDERS,
        webhook_prefix: str = "",
        allow_private: bool = False,
        connect_timeout: float = 5.0,
        read_timeout: float = 60.0,
        observer: Observer | None = None,
        tenant: str = "",
        max_wait: float | None = None,
    ) -> None:
        self._http = Http(
            base_url,
            auth.header(),
            webhook_prefix=webhook_prefix,
            allow_private=allow_private,
            timeouts=Timeouts(connect_timeout, read_timeout),
            observer=observer,
        )
        self.governor = governor
        self.priority = priority
        self.tenant = tenant
        self.max_wait = max_wait
        self.server_time: datetime | None = None
        """When the last answer was made, by MoySklad's own clock (header Date); None before the first."""
        self._attach()

    def _attach(self) -> None:
        self.orders = Orders(self)
        self.demands = Demands(self)
        self.returns = Returns(self)
        self.payments = Payments(self)
        self.attributes = Attributes(self)
        self.counterparties = Counterparties(self)
        self.assortment = Assortment(self)
        self.stock = Stock(self)
        self.states = States(self)
        self.directory = Directory(self)
        self.webhooks = Webhooks(self)
        self.stock_webhooks = StockWebhooks(self)

    def for_priority(self, priority: Priority, *, max_wait: float | None = None) -> Self:
        """The same account for calls of another kind."""
        other = copy.copy(self)
        other.priority, other.max_wait = priority, max_wait
        other._attach()
        return other

    @property
    def base_url(self) -> str:
        return self._http.base

    def get(self, path: str, **params: str | int | None) -> Any:
        """GET; the decoded body. A call refused by the limits was not worked on, so it is asked again."""
        for left in reversed(range(READ_TRIES)):
            try:
                return decoded(self._call("GET", path, params), "GET")
            except RateLimited as exc:
                if not left or exc.status != 429:
                    raise
        raise AssertionError("unreachable")

    def post(self, path: str, body: Any = None, **params: str | int | None) -> Any:
        """POST one object; the object as stored, None when the answer is empty."""
        return decoded(self._call("POST", path, params, encoded(body)), "POST")

    def put(self, path: str, body: Any, **params: str | int | None) -> Any:
        """PUT; only the fields that are sent change (but `positions` replaces all of them)."""
        return decoded(self._call("PUT", path, params, encoded(body)), "PUT")

    def delete(self, path: str) -> None:
        decoded(self._call("DELETE", path), "DELETE")

    def rows(
        self,
        path: str,
        *,
        filter: str | Filter | None = None,
        order: str | None = None,
        expand: str | Iterable[str] | None = None,
        limit: int | None = None,
        params: Mapping[str, str | int | None] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """All rows of a list, page after page as they are consumed.

        Pages of 1000, with `expand` of 100 (a larger `limit` with it is a ValueError: the API would silently
        leave the expanded fields out).
        """
        expanded = joined(expand)
        size = paging.page_limit(limit, expanded)
        query = {**(params or {}), "filter": _text(filter), "order": order, "expand": expanded}
        return paging.by_offset(self.get, path, query, size)

    def rows_along_updated(
        self,
        path: str,
        *,
        since: str | None = None,
        filter: str | Filter | None = None,
        expand: str | Iterable[str] | None = None,
        limit: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """All rows by `updated`, oldest first, from `since` (Moscow time) on; safe while the set changes."""
        expanded = joined(expand)
        size = paging.page_limit(limit, expanded)
        return paging.along_updated(self.get, path, _text(filter) or "", since, {"expand": expanded}, size)

    def pages_along_updated(
        self,
        path: str,
        place: paging.Place,
        *,
        filter: str | Filter | None = None,
        expand: str | Iterable[str] | None = None,
    ) -> Iterator[tuple[list[dict[str, Any]], paging.Place | None]]:
        """The same in pages, from a place on, each with the place where the next one begins (paging.py)."""
        expanded = joined(expand)
        size = paging.page_limit(None, expanded)
        params = {"expand": expanded}
        return paging.pages_along_updated(self.get, path, _text(filter) or "", place, params, size)

    def bulk(self, path: str, bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any] | ConnectorError]:
        """POST a list of objects, as many calls as it takes; one result per object, in order (see
        bulk.py).
        """
        return bulk.in_bulk(lambda data, count: self._call_bulk(path, data, count), bodies)

    def href(self, kind: str, object_id: str, *, of: str = "customerorder") -> str:
        """The address of an object below this account's base."""
        return href(self.base_url, kind, object_id, of=of)

    def meta(self, kind: str, object_id: str, *, of: str = "customerorder") -> Reference:
        """`{"meta": {...}}` for a body. States and attributes need the entity they belong to as `of`, accounts
        the id of their organization, elements of a dictionary its id.
        """
        return reference(self.base_url, kind, object_id, of=of)

    def _call_bulk(self, path: str, data: bytes, count: int) -> Answer:
        known = self._http.timeouts
        longer = Timeouts(known.connect, max(known.read, BULK_READ_TIMEOUT)) if count > 20 else known
        return self._call("POST", path, None, data, longer)

    def _call(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        body: bytes | None = None,
        timeouts: Timeouts | None = None,
    ) -> Answer:
        timeouts = timeouts or self._http.timeouts
        extended = method in READS and own_path(self.base_url, path) in EXTENDED_REPORTS
        with self.governor.slot(
            self.priority,
            weight=EXTENDED_WEIGHT if extended else 1.0,
            tenant=self.tenant,
            max_wait=self.max_wait,
            lease=timeouts.longest + 5,
        ) as slot:
            answer = self._http.call(method, path, params, body, timeouts)
            slot.answered(answer.headers, _refusal(answer, method))
            self.server_time = _date(answer) or self.server_time
            return answer


def joined(expand: str | Iterable[str] | None) -> str | None:
    """`expand` as the API takes it: names with commas."""
    if expand is None or isinstance(expand, str):
        return expand or None
    return ",".join(expand) or None


def _text(filter: str | Filter | None) -> str | None:
    return str(filter) or None if filter is not None else None


def _date(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None


def _refusal(answer: Answer, method: str) -> Refusal:
    if answer.status != 429:
        return ""
    error = error_from(answer, method)
    return "parallel" if isinstance(error, RateLimited) and error.parallel else "rate"
