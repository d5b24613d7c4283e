"""Changes of goods on the desk, item by item: those of a preview to decide on, and the last that were written."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from bridge.dashboard import shown
from bridge.dashboard.bounded_list import BoundedList, WidelyCounted
from bridge.dashboard.changes import change_words, changes_table, preview_page
from bridge.dashboard.links import goods_search
from bridge.dashboard.page import ReadOnlyPage, ShopFilter
from bridge.dashboard.spreadsheet_download import download
from bridge.dashboard.words import sentence_case
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import leaving

State = GoodsChange.State
RECENT = 20
BY_ITSELF = "none"
# What there is to see without a run: what was tried.
TRIED = (State.WRITTEN, State.REFUSED, State.UNDONE)


class RunFilter(DropdownFilter):  # type: ignore[misc]
    title = _("run")
    parameter_name = "run"

    def lookups(self, request: HttpRequest, _page: Any) -> list[tuple[str, str | Promise]]:
        runs = list(GoodsRun.objects.exclude(step=GoodsRun.Step.DROPPED).select_related("shop")[:RECENT])
        chosen = request.GET.get("run", "")
        if chosen.isdecimal() and int(chosen) not in {run.pk for run in runs}:
            runs += GoodsRun.objects.filter(pk=int(chosen)).select_related("shop")
        named: list[tuple[str, str | Promise]] = [
            (str(run.pk), f"{preview_page.described(run)}, {shown.when(run.created_at)}") for run in runs
        ]
        return [(BY_ITSELF, _("written by itself")), *named]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[GoodsChange]) -> QuerySet[GoodsChange]:
        value = self.value() or ""
        if value == BY_ITSELF:
            return queryset.filter(run=None)
        if value.isdecimal():
            return queryset.filter(run=int(value))
        return queryset.filter(state__in=TRIED)


class _ChosenFilter(DropdownFilter):  # type: ignore[misc]
    """One value of a column."""

    words: Any = {}

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, str]]:
        return [(code, sentence_case(str(text))) for code, text in self.words.items()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[GoodsChange]) -> QuerySet[GoodsChange]:
        value = self.value()
        return queryset.filter(**{self.parameter_name: value}) if value else queryset


class FieldFilter(_ChosenFilter):
    title, parameter_name, words = _("field"), "field", change_words.FIELDS


class StateFilter(_ChosenFilter):
    title, parameter_name, words = _("state"), "state", dict(State.choices)


class MarkFilter(_ChosenFilter):
    title, parameter_name, words = _("worth a look"), "mark", dict(GoodsChange.Mark.choices)


class ReasonFilter(_ChosenFilter):
    title, parameter_name, words = _("reason"), "reason", change_words.SHORT


class ChangesDesk(BoundedList, ReadOnlyPage):
    list_display = ("shown_item", "shown_field", "shown_change", "shown_reason", "shown_state", "shown_at")
    list_display_links = None
    list_filter = (("shop", ShopFilter), RunFilter, FieldFilter, StateFilter, MarkFilter, ReasonFilter)
    list_select_related = ("listing", "product", "shop")
    search_fields = ("listing__name",)  # that there is a search at all: goods are searched for
    search_help_text = _("Name or SKU")
    list_before_template = "admin/bridge/goodschange/before.html"
    actions = ("leave", "pin", "take_again")
    sortable_by = ("shown_at",)
    paginator = WidelyCounted
    all_at_once = True

    def get_urls(self) -> list[Any]:
        return [
            path("csv/", self.admin_site.admin_view(self.csv), name="bridge_goodschange_csv"),
            *super().get_urls(),
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if search_term.strip():
            listings, products = goods_search.listings(search_term), goods_search.products(search_term)
            queryset = queryset.filter(Q(listing__in=listings) | Q(product__in=products))
        return queryset, False

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("pk",) if request.GET.get("run", "").isdecimal() else ("-at", "-pk")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Values are called those of now and then only as long as nothing is written."""
        if not preview_page.is_written(self.run_of(request)):
            return self.list_display
        return tuple("shown_written" if name == "shown_change" else name for name in self.list_display)

    def get_actions(self, request: HttpRequest) -> Any:
        """Only a preview that waits for its owner has something to decide."""
        found = super().get_actions(request)
        run = self.run_of(request)
        return found if run is not None and run.step == GoodsRun.Step.READY else {}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        run = self.run_of(request)
        title = gettext("Changes, item by item") if run else gettext("Last changes")
        extra = {**(extra_context or {}), "title": title, "run": run}
        if run is not None:
            extra |= {"run_what": preview_page.described(run), "run_state": preview_page.tag(run)}
        return super().changelist_view(request, extra)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A change has no page of its own: it is shown with its run, or in the list."""
        row = self.get_object(request, object_id)
        if row is None or row.run_id is None:
            return redirect("admin:bridge_goodschange_changelist")
        return redirect("admin:bridge_goodsrun_change", row.run_id)

    @staticmethod
    def run_of(request: HttpRequest) -> GoodsRun | None:
        value = request.GET.get("run", "")
        rows = GoodsRun.objects.select_related("shop")
        return rows.filter(pk=int(value)).first() if value.isdecimal() and len(value) < 18 else None

    def csv(self, request: HttpRequest) -> HttpResponseBase:
        """The rows of the list with the same filters and search, as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request)
        run = self.run_of(request)
        name = f"changes-{run.shop.name}-{run.pk}.csv" if run else "changes.csv"
        return download(changes_table.table(rows), name)

    @admin.display(description=_("item"))
    def shown_item(self, row: GoodsChange) -> str:
        name, sku = change_words.item(row)
        named = shown.page_of("listing", row.listing_id, name) if row.listing_id else name
        return shown.lines(named, sku)

    @admin.display(description=_("field"))
    def shown_field(self, row: GoodsChange) -> str:
        return shown.lines(change_words.field(row.field), preview_page.mark_tag(row))

    @admin.display(description=_("now → then"))
    def shown_change(self, row: GoodsChange) -> str:
        return preview_page.arrow(row)

    @admin.display(description=_("was → is"))
    def shown_written(self, row: GoodsChange) -> str:
        return preview_page.arrow(row)

    @admin.display(description=_("reason"))
    def shown_reason(self, row: GoodsChange) -> str:
        return shown.lines(change_words.reason(row), change_words.outcome(row))

    @admin.display(description=_("state"))
    def shown_state(self, row: GoodsChange) -> str:
        return preview_page.state_tag(row)

    @admin.display(description=_("when"), ordering="at")
    def shown_at(self, row: GoodsChange) -> str:
        return shown.when(row.at)

    @admin.action(description=_("Leave as it is, this time"), permissions=["repair"])
    def leave(self, request: HttpRequest, rows: QuerySet[GoodsChange]) -> None:
        text = gettext("Left as they are, this time: %(n)s.") % {"n": leaving.leave(rows)}
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=_("Leave as it is, always (makes a rule)"), permissions=["repair"])
    def pin(self, request: HttpRequest, rows: QuerySet[GoodsChange]) -> None:
        text = gettext("Left to the site from now on, by rules for these items: %(n)s.")
        self.message_user(request, text % {"n": leaving.pin(rows)}, messages.SUCCESS)

    @admin.action(description=_("Write it after all"), permissions=["repair"])
    def take_again(self, request: HttpRequest, rows: QuerySet[GoodsChange]) -> None:
        text = gettext("To be written after all: %(n)s.") % {"n": leaving.take_again(rows)}
        self.message_user(request, text, messages.SUCCESS)
