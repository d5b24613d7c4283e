"""A page of rows that may wait for a person: whose they are, until when they are put off, why they were discarded."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action as unfold_action

from bridge import problems
from bridge.dashboard import shown
from bridge.dashboard.attention.attention_deeds import DEEDS, standing
from bridge.dashboard.attention.attention_desk import catalogue_url
from bridge.dashboard.attention.attention_forms import people
from bridge.dashboard.page import ReadOnlyPage, button
from bridge.dashboard.recorded import name_of
from bridge.history.deeds import Text
from bridge.people.cases import Case
from bridge.sync.attention.selection import NOBODY


class AssignedFilter(DropdownFilter):  # type: ignore[misc]
    title = _("assigned to")
    parameter_name = "assigned"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return [(NOBODY, _("Nobody")), *people()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == NOBODY:
            return queryset.filter(assigned_to=None)
        chosen = self.value() or ""
        return queryset.filter(assigned_to=chosen) if chosen.isdecimal() else queryset


class ReasonFilter(DropdownFilter):  # type: ignore[misc]
    """Only reasons that occur among what needs attention (`waiting` of the page)."""

    title = _("reason")
    parameter_name = "problem"

    def lookups(self, _request: HttpRequest, page: Any) -> list[tuple[str, str]]:
        rows = page.model._default_manager.filter(page.waiting).exclude(problem="")
        codes = rows.order_by("problem").values_list("problem", flat=True).distinct()
        return [(code, problems.cause(code)) for code in codes if code in problems.CATALOGUE]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(problem=self.value()) if self.value() else queryset


def _one(name: str) -> Any:
    """The button that does a deed to one row."""
    deed = DEEDS[name]

    def act(page: CasePage, request: HttpRequest, row: Any, form: Any) -> None:
        if deed.act(page.model._default_manager.filter(pk=row.pk), form, request.user):
            page.note(request, row, deed.noted(form))
        else:
            page.nothing_to_do(request)

    act.__name__ = f"{name}_one"
    return button(deed.title, deed.question, icon=deed.icon, path=name, form=deed.form)(act)


def _many(name: str) -> Any:
    """The action that does it to chosen rows; asks first, on a page of its own."""
    deed = DEEDS[name]

    def act(page: CasePage, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        form = deed.form(request, None, request.POST if "confirmed" in request.POST else None)
        count = rows.count()
        if not form.is_valid():
            question = gettext("Messages and events: %(count)s. %(what)s")
            return TemplateResponse(
                request,
                "admin/bridge/confirm.html",
                {
                    **page.admin_site.each_context(request),
                    "opts": page.opts,
                    "title": deed.title,
                    "question": question % {"count": count, "what": deed.question},
                    "submit": deed.title,
                    "form": form,
                    "action": f"{name}_many",
                    "selected": request.POST.getlist("_selected_action"),
                    "across": request.POST.get("select_across", "0"),
                },
            )
        done = deed.act(rows, form, request.user)
        page.message_user(request, str(deed.said) % {"done": done, "left": count - done})
        return None

    act.__name__ = f"{name}_many"
    return unfold_action(description=deed.title, permissions=["repair"])(act)


class CasePage(ReadOnlyPage):
    """`waiting`: the rows of the table that wait for a person."""

    waiting = Q()

    discard_one, assign_one, snooze_one = _one("discard"), _one("assign"), _one("snooze")
    discard_many, assign_many, snooze_many = _many("discard"), _many("assign"), _many("snooze")

    def state_of(self, obj: Any) -> dict[Text, Text]:
        return {**super().state_of(obj), **standing(obj)}

    def nothing_to_do(self, request: HttpRequest) -> None:
        text = gettext("Nothing to do: the message is on its way or finished, or a newer one stands for it.")
        self.message_user(request, text, messages.INFO)

    @admin.display(description=_("what to do"))
    def shown_remedy(self, row: Any) -> str:
        if not row.problem:
            return shown.EMPTY
        more = shown.link(catalogue_url(row.problem), _("What does this mean?"))
        return shown.lines(problems.remedy(row.problem), more)

    @admin.display(description=_("decided"))
    def shown_decided(self, row: Case) -> str:
        """Whose it is, until when it is put off, who discarded it and why."""
        said = []
        if row.assigned_to is not None:
            said.append(gettext("Assigned: %(person)s.") % {"person": name_of(row.assigned_to)})
        if row.snoozed_until is not None:
            said.append(gettext("Put off until %(moment)s.") % {"moment": shown.when(row.snoozed_until)})
        if row.discarded_by:
            text = gettext("Discarded by %(person)s: %(reason)s")
            said.append(text % {"person": row.discarded_by, "reason": row.why_discarded})
        return shown.lines(*said)
