"""Differences between the sides on the desk: what each side says, the likely cause, repair for one or many."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from bridge.dashboard import shown
from bridge.dashboard.bounded_list import BoundedList, WidelyCounted
from bridge.dashboard.comparing import drift_search, sides
from bridge.dashboard.comparing.drift_words import CAUSES, REPAIRS
from bridge.dashboard.page import ReadOnlyPage, ShopFilter, button
from bridge.dashboard.words import word
from bridge.history.deeds import in_words
from bridge.problems import remedy, sentence
from bridge.sync.models import Drift
from bridge.sync.reconcile import reconciliations, repairs

State = Drift.State
COLOURS = {State.OPEN: "danger", State.REPAIRING: "info", State.GONE: "success", State.ACCEPTED: "muted"}


class StateFilter(DropdownFilter):  # type: ignore[misc]
    """What is still different, unless asked otherwise."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return [("all", _("all")), *State.choices]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Drift]) -> QuerySet[Drift]:
        match self.value():
            case "all":
                return queryset
            case None | "":
                return queryset.filter(state__in=(State.OPEN, State.REPAIRING))
        return queryset.filter(state=self.value())


class CauseFilter(DropdownFilter):  # type: ignore[misc]
    title = _("cause")
    parameter_name = "code"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return [(code, word(CAUSES, code)) for code in drift_search.codes()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Drift]) -> QuerySet[Drift]:
        return queryset.filter(code=self.value()) if self.value() else queryset


class DriftDesk(BoundedList, ReadOnlyPage):
    list_display = ("shown_what", "shown_here", "shown_there", "shown_cause", "shown_state", "shown_found")
    list_display_links = ("shown_cause",)  # the first column leads to the order or the item
    list_filter = (("shop", ShopFilter), "subject", CauseFilter, StateFilter, "reconciliation__id")
    list_select_related = ("shop", "order", "listing")
    search_fields = ("title",)  # that there is a search at all; drift_search.py says by what
    search_help_text = _("Number of an order, name or SKU of an item")
    ordering = ("-found_at", "-pk")
    sortable_by = ("shown_found",)
    paginator = WidelyCounted
    all_at_once = True
    change_list_template = "admin/bridge/drift/change_list.html"
    change_form_template = "admin/bridge/drift/change_form.html"
    actions = ("repair_many", "accept_many")
    actions_row = actions_detail = ("repair_one", "accept_one", "compare_one")
    fields = ("shown_what", "shown_here", "shown_there", "shown_cause", "shown_state", "shown_found")
    readonly_fields = fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        for one in search_term.split():
            queryset = queryset.filter(drift_search.named(one))
        return queryset, False

    def get_list_filter(self, request: HttpRequest) -> Any:
        return self.list_filter[:-1]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "reconciliation__id__exact" or super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        last = reconciliations.last()
        extra = {
            "compared_at": shown.when(last.finished_at) if last is not None else "",
            "narrowed": bool(request.GET),
            "may_compare": self.has_repair_permission(request),
        }
        return super().changelist_view(request, {**(extra_context or {}), **extra})

    def title_of(self, obj: Drift) -> str:
        return f"{capfirst(obj.get_subject_display())} · {obj.title}"

    @admin.display(description=_("what"))
    def shown_what(self, drift: Drift) -> str:
        name: object = drift.title
        if drift.order_id:
            name = shown.page_of(
                "order", drift.order_id, gettext("Order %(number)s") % {"number": drift.title}
            )
        elif drift.listing_id:
            name = shown.page_of("listing", drift.listing_id, drift.title)
        return shown.lines(name, f"{drift.get_subject_display()}, {drift.shop.name}")

    @admin.display(description=_("on the site"))
    def shown_here(self, drift: Drift) -> str:
        return sides.here(drift)

    @admin.display(description=_("in MoySklad"))
    def shown_there(self, drift: Drift) -> str:
        return sides.there(drift)

    @admin.display(description=_("cause and what to do"))
    def shown_cause(self, drift: Drift) -> str:
        return shown.lines(sentence(drift.code, drift.params), remedy(drift.code))

    @admin.display(description=_("state"))
    def shown_state(self, drift: Drift) -> str:
        return shown.tag(drift.get_state_display(), COLOURS[State(drift.state)])

    @admin.display(description=_("found"), ordering="found_at")
    def shown_found(self, drift: Drift) -> str:
        return shown.when(drift.found_at)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        drift = self.get_object(request, str(object_id))
        fitting = {"compare"} if drift is not None and (drift.order_id or drift.listing_id) else set()
        if drift is not None and drift.state == State.OPEN:
            fitting |= {"accept"} | ({"repair"} if drift.repair else set())
        return [one for one in super().get_actions_detail(request, object_id) if one.path in fitting]  # type: ignore[misc]

    @button(
        _("Repair"),
        _(
            "What is needed is asked for, goes through the queue like everything else, and is then compared again."
        ),
        icon="build",
        path="repair",
    )
    def repair_one(self, request: HttpRequest, drift: Drift) -> None:
        run = reconciliations.repair(Drift.objects.filter(pk=drift.pk))
        if run is None:
            text = gettext("This cannot be repaired from here: %(remedy)s")
            self.message_user(request, text % {"remedy": remedy(drift.code)}, messages.INFO)
        else:
            said = in_words(
                lambda: gettext("Repair is asked for: %(what)s") % {"what": word(REPAIRS, drift.repair)}
            )
            self.note(request, drift, said)

    @button(
        _("Accept as it is"),
        _("It is not listed any more, until one of the sides says something else."),
        icon="check",
        path="accept",
    )
    def accept_one(self, request: HttpRequest, drift: Drift) -> None:
        if reconciliations.accept(Drift.objects.filter(pk=drift.pk)):
            self.note(request, drift, _("Accepted as it is."))
        else:
            self.message_user(request, gettext("Nothing to accept: it differs no more."), messages.INFO)

    @button(
        _("Compare again"),
        _("Both sides are read anew. Nothing is changed by that."),
        icon="compare_arrows",
        path="compare",
    )
    def compare_one(self, request: HttpRequest, drift: Drift) -> None:
        if drift.order is not None:
            reconciliations.of_order(drift.order)
        elif drift.listing is not None:
            reconciliations.of_listing(drift.listing)
        self.note(request, drift, _("It is compared again in a moment."))

    @admin.action(description=_("Repair"), permissions=["repair"])
    def repair_many(self, request: HttpRequest, rows: QuerySet[Drift]) -> HttpResponse | None:
        """Asks first, with how many calls it takes."""
        fitting = rows.filter(state=State.OPEN).exclude(repair="")
        if "confirmed" not in request.POST:
            return self._ask(request, rows, fitting)
        count, run = 0, None
        for shop in fitting.order_by("shop").values_list("shop", flat=True).distinct():
            run = reconciliations.repair(fitting.filter(shop=shop)) or run
            count += run.total if run else 0
        self.message_user(request, gettext("Repairs asked for: %(count)s.") % {"count": count})
        return redirect("admin:bridge_reconciliation_change", run.pk) if run else None

    @admin.action(description=_("Accept as it is"), permissions=["repair"])
    def accept_many(self, request: HttpRequest, rows: QuerySet[Drift]) -> None:
        count = reconciliations.accept(rows)
        self.message_user(request, gettext("Accepted as they are: %(count)s.") % {"count": count})

    def _ask(self, request: HttpRequest, rows: QuerySet[Drift], fitting: QuerySet[Drift]) -> HttpResponse:
        calls, count = repairs.estimate(fitting), fitting.count()
        overwriting = fitting.filter(repair__in=repairs.OVERWRITING).count()
        question = gettext(
            "Differences to repair: %(count)s. Not to be repaired from here: %(left)s. About %(site)s calls to the "
            "site and %(moysklad)s to MoySklad."
        ) % {
            "count": count,
            "left": rows.count() - count,
            "site": calls.site,
            "moysklad": calls.moysklad,
        }
        if overwriting:
            more = gettext(
                "For %(count)s of them one side gets the other's value over what a person entered."
            )
            question += " " + more % {"count": overwriting}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Repair differences"),
            "question": question,
            "action": "repair_many",
            "selected": request.POST.getlist("_selected_action"),
            "across": request.POST.get("select_across", "0"),
            "submit": gettext("Repair"),
        }
        return TemplateResponse(request, "admin/bridge/confirm.html", context)
