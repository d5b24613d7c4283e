"""The flows on the desk: how far each has read, what keeps it, running it now."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.dashboard import shown
from bridge.dashboard.page import ConnectionFilter, ReadOnlyPage, button
from bridge.dashboard.words import FLOWS, word
from bridge.problems import remedy, sentence
from bridge.sync import flows
from bridge.sync.models import Watermark


class FlowDesk(ReadOnlyPage):
    list_display = ("shown_flow", "shown_state", "shown_success", "shown_next", "shown_problem")
    list_filter = (("connection", ConnectionFilter),)
    list_select_related = ("connection",)
    ordering = ("connection__vendor", "connection__name", "flow")
    actions = ("run_many",)
    actions_row = actions_detail = ("run_now",)
    fields = ("shown_flow", "shown_state", "shown_success", "shown_next", "shown_problem")
    readonly_fields = fields

    def title_of(self, obj: Watermark) -> str:
        return word(FLOWS, obj.flow)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "title": gettext("Schedule")})

    @admin.display(description=_("what is read"), ordering="flow")
    def shown_flow(self, flow: Watermark) -> str:
        return shown.lines(word(FLOWS, flow.flow), str(flow.connection))

    @admin.display(description=_("state"))
    def shown_state(self, flow: Watermark) -> str:
        if flow.running_since is not None:
            return shown.tag(_("running"), "info")
        if flow.connection.is_paused():
            return shown.tag(_("waits for an answer"), "warning")
        if flow.problem:
            return shown.tag(_("did not work"), "danger")
        if flow.cursor:  # between two portions of a long reading
            return shown.tag(_("running"), "info")
        return shown.tag(_("in order"), "success") if flow.last_success_at else shown.tag(_("not yet run"))

    @admin.display(description=_("last success"), ordering="last_success_at")
    def shown_success(self, flow: Watermark) -> str:
        if flow.last_success_at is None:
            return shown.EMPTY
        age = (timezone.now() - flow.last_success_at).total_seconds()
        return shown.lines(shown.ago(max(age, 0)), shown.when(flow.last_success_at))

    @admin.display(description=_("next run"), ordering="next_due_at")
    def shown_next(self, flow: Watermark) -> str:
        return shown.when(flow.next_due_at)

    @admin.display(description=_("reason"))
    def shown_problem(self, flow: Watermark) -> str:
        return shown.lines(sentence(flow.problem, flow.problem_params), remedy(flow.problem))

    @button(
        _("Run now"),
        _("The flow runs as soon as a worker is free, not only at its time."),
        icon="play_arrow",
        path="run",
    )
    def run_now(self, request: HttpRequest, flow: Watermark) -> None:
        flows.run_soon(flow.connection, flow.flow)
        self.note(request, flow, _("The flow will run in a moment."))

    @admin.action(description=_("Run now"), permissions=["repair"])
    def run_many(self, request: HttpRequest, rows: QuerySet[Watermark]) -> None:
        for flow in rows:
            flows.run_soon(flow.connection, flow.flow)
        self.message_user(request, gettext("Flows to run: %(count)s.") % {"count": len(rows)})
