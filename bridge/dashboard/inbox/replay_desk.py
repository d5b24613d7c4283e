"""Events processed again, on the desk: a period chosen and estimated, then watched, paused, ended."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.dashboard.inbox import replay_page
from bridge.dashboard.inbox.replay_form import ReplayForm
from bridge.dashboard.long_work_desk import LongWorkDesk, ending, going_on, pausing, told
from bridge.dashboard.recorded import name_of
from bridge.dashboard.words import KINDS
from bridge.domain.errors import DomainError
from bridge.people.roles import person_of
from bridge.sync import leased
from bridge.sync.replays import replays

ADD_FORM = "admin/bridge/replayrun/add_form.html"


class ReplayDesk(LongWorkDesk):
    words = replay_page
    sends = tuple(KINDS)
    page_title = _("Processed again")
    list_title = _("Processed again")
    list_before_template = "admin/bridge/replayrun/before_list.html"
    change_form_template = "admin/bridge/replayrun/change_form.html"
    actions_detail = ("pause", "resume", "cancel")

    pause = pausing(_("No more events are put back. Those that are in work go on."))
    resume = going_on()
    cancel = ending(
        _("No more events are put back. Those that are in work go on; the rest stays as it is."),
        leased.cancel,
    )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First how many events these are, then the start."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ReplayForm(request.POST or None, initial={"shop": request.GET.get("shop")})
        context: dict[str, Any] = {"form": form, "title": gettext("Process events again")}
        if request.method == "POST" and form.is_valid():
            try:
                if "start" in request.POST:
                    return self._begin(request, form)
                context["estimate"] = replays.estimate(form.cleaned_data["shop"], form.selection)
            except DomainError as error:
                context |= told(error.problem)
        return self.form_page(request, ADD_FORM, context)

    def _begin(self, request: HttpRequest, form: ReplayForm) -> HttpResponse:
        run = replays.start(form.cleaned_data["shop"], form.selection, name_of(person_of(request)))
        self.note(request, run, _("Events are being processed again."))
        return redirect("admin:bridge_replayrun_change", run.pk)
