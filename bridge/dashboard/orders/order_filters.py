"""What the list of orders is narrowed by, each on an index: where an order stands, its status, its remarks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from bridge import problems
from bridge.dashboard.orders.key_set import KeyAmong
from bridge.dashboard.orders.order_states import ALL, BY_KEYS, FLAGGED, any_of, flagged_orders, narrow
from bridge.dashboard.words import status_choices
from bridge.orders.flags import Flag
from bridge.orders.models import Order


class StandingFilter(DropdownFilter):  # type: ignore[misc]
    title = _("state")
    parameter_name = "standing"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return [(one.code, one.label) for one in (*ALL, FLAGGED)]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return narrow(queryset, self.value()) if self.value() else queryset


class StatusFilter(DropdownFilter):  # type: ignore[misc]
    title = _("status on the site")
    parameter_name = "status"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return status_choices()

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class RemarkFilter(DropdownFilter):  # type: ignore[misc]
    """Orders with one certain remark."""

    title = _("remark")
    parameter_name = "remark"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, str]]:
        return sorted(((code, problems.cause(code)) for code in _codes()), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if not self.value():
            return queryset
        flags = Flag.objects.filter(code=self.value())
        if request.GET.get("standing") in BY_KEYS:  # two sets of keys would be looked up pair by pair
            return queryset.filter(any_of(flags.filter(order=OuterRef("pk"))))
        return queryset.filter(KeyAmong(flagged_orders(flags)))


def _codes() -> Iterator[str]:
    """The few codes there are among any number of flags: each is one step in the index to the next."""
    code: str | None = ""
    while code is not None:
        following = Flag.objects.filter(code__gt=code).order_by("code")
        code = following.values_list("code", flat=True).first()
        if code is not None:
            yield code
