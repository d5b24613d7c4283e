"""Comparisons of both sides on the desk: started from a form, watched, paused, ended."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.dashboard.comparing import reconcile_page
from bridge.dashboard.comparing.reconcile_form import ReconcileForm
from bridge.dashboard.long_work_desk import LongWorkDesk, ending, going_on, pausing, told
from bridge.domain.errors import DomainError
from bridge.sync.reconcile import reconciliations


class ReconciliationDesk(LongWorkDesk):
    words = reconcile_page
    page_title = _("Comparison of both sides")
    list_title = _("Comparisons")
    actions_detail = ("pause", "resume", "cancel")
    change_form_template = "admin/bridge/reconciliation/change_form.html"
    list_before_template = "admin/bridge/reconciliation/before_list.html"

    pause = pausing(_("Nothing more is compared until you go on."))
    resume = going_on()
    cancel = ending(
        _(
            "Nothing more is compared. What was found stays listed; repairs that were asked for are still made."
        ),
        reconciliations.cancel,
    )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ReconcileForm(request.POST or None)
        context: dict[str, Any] = {"form": form, "title": gettext("Compare both sides")}
        if request.method == "POST" and form.is_valid():
            try:
                run = reconciliations.start(**form.chosen)
            except DomainError as error:
                context |= told(error.problem)
            else:
                self.note(request, run, _("The comparison is started."))
                return redirect("admin:bridge_reconciliation_change", run.pk)
        return self.form_page(request, "admin/bridge/reconciliation/add_form.html", context)
