"""The list of calls: its filters, and a search that stays quick among millions of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from bridge.apilog.models import ApiCall
from bridge.connections.models import Vendor
from bridge.dashboard.calls import calls_of
from bridge.dashboard.orders.key_set import KeyAmong
from bridge.orders.models import Order

LOOK_THROUGH = 100_000
"""Addresses are looked through in so many of the newest calls."""
MOST = 2000
"""Of each way to find a call the newest: forty pages of the list."""
ORDERS = 5
FAILED = Q(status=0) | Q(status__gte=400)
RESULTS: dict[str, tuple[Any, Q]] = {
    "failed": (_("all that failed"), FAILED),
    "2xx": (_("answered (2xx)"), Q(status__gte=200, status__lt=300)),
    "3xx": (_("sent elsewhere (3xx)"), Q(status__gte=300, status__lt=400)),
    "4xx": (_("refused (4xx)"), Q(status__gte=400, status__lt=500)),
    "5xx": (_("error of the other side (5xx)"), Q(status__gte=500)),
    "none": (_("no answer"), Q(status=0)),
}
BELONGS: dict[str, Callable[[int], Q]] = {
    "order": lambda pk: calls_of.of_orders(Order.objects.filter(pk=pk).select_related("shop")),
    "message": lambda pk: calls_of.of_messages([pk]),
    "event": lambda pk: calls_of.of_events([pk]),
}


class SystemFilter(DropdownFilter):  # type: ignore[misc]
    title = _("system")
    parameter_name = "system"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return list(Vendor.choices)

    def queryset(self, _request: HttpRequest, rows: QuerySet[ApiCall]) -> QuerySet[ApiCall]:
        return rows.filter(vendor=self.value()) if self.value() else rows


class ResultFilter(DropdownFilter):  # type: ignore[misc]
    title = _("result")
    parameter_name = "result"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return [(code, name) for code, (name, _rows) in RESULTS.items()]

    def queryset(self, _request: HttpRequest, rows: QuerySet[ApiCall]) -> QuerySet[ApiCall]:
        wanted = RESULTS.get(self.value() or "")
        return rows.filter(wanted[1]) if wanted else rows


class BelongsFilter(SimpleListFilter):
    """What other pages link to: `?of=order:12`. Among the filters it is seen only then."""

    title = _("of one order, message or event")
    parameter_name = "of"
    template = "admin/bridge/apicall/of_filter.html"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        return bool(self.value())

    def queryset(self, _request: HttpRequest, rows: QuerySet[ApiCall]) -> QuerySet[ApiCall]:
        kind, _colon, number = (self.value() or "").partition(":")
        if kind not in BELONGS or not number.isdecimal():
            return rows
        return rows.filter(BELONGS[kind](int(number)))


def found(rows: QuerySet[ApiCall], word: str) -> QuerySet[ApiCall]:
    """Calls with this status, of an order with this number, or with this in their address: each way through an index of
    its own, so that of what is nowhere no more is looked through.
    """
    keys = {key for way in _ways(word) for key in _newest(rows.filter(way))}
    return rows.filter(KeyAmong(keys))


def _ways(word: str) -> Iterator[Q]:
    recent = Q(pk__gt=(ApiCall.objects.aggregate(pk=Max("pk"))["pk"] or 0) - LOOK_THROUGH)
    # Addresses are written small; to compare each in any case would take most of the time.
    parts = {word, word.lower()}
    yield recent & reduce(or_, (Q(path__contains=part) for part in parts), Q(request_id=word))
    if len(word) == 3 and word.isdecimal():  # those that went well have no index
        yield Q(status=int(word)) if int(word) >= 300 else recent & Q(status=int(word))
    orders = list(Order.objects.filter(number=word).select_related("shop").order_by("-pk")[:ORDERS])
    if orders:
        yield calls_of.of_orders(orders)


def _newest(rows: QuerySet[ApiCall]) -> list[int]:
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST])
