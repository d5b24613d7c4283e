"""Links made at once on the desk: what would change, agreeing to it, its progress, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.dashboard import shown
from bridge.dashboard.links import link_run_page
from bridge.dashboard.long_work_desk import LongWorkDesk
from bridge.dashboard.page import button
from bridge.dashboard.spreadsheet_download import download
from bridge.domain.errors import DomainError
from bridge.history.deeds import Sentence
from bridge.sync.links import link_runs, table
from bridge.sync.models import LinkRun

Step = LinkRun.Step
FITTING = {Step.READY: {"agree", "drop"}, Step.MADE: {"take-back"}}


class LinkRunDesk(LongWorkDesk):
    words = link_run_page
    page_title = _("Links made at once")
    actions_detail = ("agree", "drop", "take_back")
    change_form_template = "admin/bridge/linkrun/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They begin on the list of the site's goods (links_views.py)."""
        return False

    def get_urls(self) -> list[Any]:
        report = self.admin_site.admin_view(self.report)
        return [path("<int:pk>/report/", report, name="bridge_linkrun_report"), *super().get_urls()]

    @admin.display(description=_("begun"), ordering="created_at")
    def shown_begun(self, run: LinkRun) -> str:
        return shown.lines(super().shown_begun(run), run.by)

    def fitting(self, run: LinkRun) -> set[str]:
        return FITTING.get(Step(run.step), set())

    def report(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Every line of a run that waits for its person, as a table."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = get_object_or_404(LinkRun.objects.select_related("shop__account"), pk=pk)
        if run.step != Step.READY:
            raise Http404
        return download(_report(run), f"links-{run.pk}.csv")

    @button(
        _("Make the links"),
        _("The links are made as the page shows them. You can take them back afterwards."),
        icon="link",
        path="agree",
    )
    def agree(self, request: HttpRequest, run: LinkRun) -> None:
        self._do(request, run, link_runs.agree, _("The links are being made."))

    @button(_("Drop"), _("No link is made."), icon="close", path="drop")
    def drop(self, request: HttpRequest, run: LinkRun) -> None:
        self._do(request, run, link_runs.drop, _("Nothing was linked."))

    @button(
        _("Take the links back"),
        _("Each product is linked again as it was before. Links that somebody has changed since stay."),
        icon="undo",
        path="take-back",
    )
    def take_back(self, request: HttpRequest, run: LinkRun) -> None:
        self._do(request, run, link_runs.take_back, _("The links are being taken back."))

    def _do(self, request: HttpRequest, run: LinkRun, act: Any, text: Sentence) -> None:
        try:
            done = act(run)
        except DomainError as error:
            self.refused(request, error.problem)
            return
        if done:
            self.note(request, run, text)
        else:
            self.message_user(request, gettext("This was decided on already."), messages.INFO)


def _report(run: LinkRun) -> Iterator[Sequence[str]]:
    yield (
        gettext("line"),
        gettext("on the site"),
        gettext("SKU"),
        gettext("in MoySklad"),
        gettext("what becomes of it"),
    )
    yield from (link_run_page.report_row(one) for one in table.report(run))
