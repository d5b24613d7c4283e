"""The history on the desk: what every person did, newest first, with values before and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter

from bridge.dashboard import shown
from bridge.dashboard.bounded_list import BoundedList
from bridge.dashboard.page import ReadOnlyPage
from bridge.dashboard.period_filter import PeriodFilter
from bridge.dashboard.recorded import name_of
from bridge.dashboard.words import sentence_case
from bridge.history import deeds

LOOK_THROUGH = 20_000
"""Words are looked for in so many of the newest entries."""


class PersonFilter(RelatedDropdownFilter):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("person")


class KindFilter(DropdownFilter):  # type: ignore[misc]
    title = _("about")
    parameter_name = "kind"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, str]]:
        kinds = ContentType.objects.filter(pk__in=set(_kinds()))
        return [(str(kind.pk), sentence_case(kind.name)) for kind in kinds if kind.model_class()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        value = self.value() or ""
        return queryset.filter(content_type=int(value)) if value.isdecimal() and len(value) < 10 else queryset


def _kinds() -> Iterator[int]:
    """Of which there are entries at all: each is one step in the index to the next."""
    kind: int | None = 0
    while kind is not None:
        following = LogEntry.objects.filter(content_type__gt=kind).order_by("content_type")
        kind = following.values_list("content_type", flat=True).first()
        if kind is not None:
            yield kind


class HistoryDesk(BoundedList, ReadOnlyPage):
    list_display = ("shown_at", "shown_who", "shown_object", "shown_deed")
    list_display_links = None
    list_filter = (("user", PersonFilter), KindFilter, ("action_time", PeriodFilter))
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message")
    search_help_text = _("Name of the object, or words of what was done")
    ordering = ("-pk",)
    sortable_by = ("shown_at",)
    actions = None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if search_term.strip():
            newest = LogEntry.objects.aggregate(pk=Max("pk"))["pk"] or 0
            queryset = queryset.filter(pk__gt=newest - LOOK_THROUGH)
        return super().get_search_results(request, queryset, search_term)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "title": gettext("History")})

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """An entry has no page of its own; all of it stands in the list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("admin:admin_logentry_changelist")

    @admin.display(description=_("when"), ordering="pk")
    def shown_at(self, entry: LogEntry) -> str:
        return shown.when(entry.action_time)

    @admin.display(description=_("who"))
    def shown_who(self, entry: LogEntry) -> str:
        return name_of(entry.user)

    @admin.display(description=_("about"))
    def shown_object(self, entry: LogEntry) -> str:
        kind = entry.content_type
        if kind is None or kind.model_class() is None:
            return entry.object_repr
        called = sentence_case(kind.name)
        name = deeds.object_name(entry)
        below = called if name else ""
        try:
            url = reverse(f"admin:{kind.app_label}_{kind.model}_change", args=[entry.object_id])
        except NoReverseMatch:
            return shown.lines(name or called, below)
        return shown.lines(shown.link(url, name or called), below)

    @admin.display(description=_("what was done"))
    def shown_deed(self, entry: LogEntry) -> str:
        deed = deeds.read(entry)
        values = render_to_string("admin/bridge/history/values.html", {"values": deed.values})
        return shown.lines(deed.text, values)
