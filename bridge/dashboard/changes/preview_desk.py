"""Previews on the desk: made, watched, confirmed, ended, undone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop
from bridge.dashboard.changes import preview_page
from bridge.dashboard.long_work_desk import LongWorkDesk, ending, going_on, pausing, told
from bridge.dashboard.page import button
from bridge.domain.errors import DomainError
from bridge.history import deeds
from bridge.history.deeds import Sentence
from bridge.people.roles import person_of
from bridge.problems import sentence
from bridge.sync.models import GoodsRun
from bridge.sync.previews import leaving, runs
from bridge.sync.previews.preview_portions import WRITES

Step, State = GoodsRun.Step, GoodsRun.State
PINNED = _("Leave as it is, always (makes a rule)")


class PreviewDesk(LongWorkDesk):
    words = preview_page
    sends = WRITES
    page_title = list_title = _("What would change")
    actions_detail = ("pause", "resume", "cancel", "undo")
    change_form_template = "admin/bridge/goodsrun/change_form.html"
    list_before_template = "admin/bridge/goodsrun/before_list.html"

    pause = pausing(_("No more goods are written or looked at until you go on."))
    resume = going_on()
    cancel = ending(
        _("Nothing more is written. What was written stays and can be undone; a preview is forgotten."),
        runs.drop,
    )

    @admin.display(description=_("what"))
    def shown_what(self, run: GoodsRun) -> str:
        return preview_page.described(run)

    def get_urls(self) -> list[Any]:
        confirm = self.admin_site.admin_view(self.confirm)
        return [path("<int:pk>/confirm/", confirm, name="bridge_goodsrun_confirm"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Which shop (?shop=…), and that nothing is written yet; one that is open already is shown instead."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        shops = list(Shop.objects.order_by("name"))
        wanted = request.POST.get("shop") or request.GET.get("shop") or ""
        shop = next((one for one in shops if str(one.pk) == wanted), None)
        context: dict[str, Any] = {"title": self.page_title, "shops": shops, "chosen": shop}
        if shop is not None and (waiting := runs.waiting_for(shop)) and "anew" not in request.POST:
            return redirect("admin:bridge_goodsrun_change", waiting.pk)
        if shop is not None and request.method == "POST":
            try:
                run = runs.start(shop)
            except DomainError as error:
                context |= told(error.problem)
            else:
                self.note(request, run, _("The preview is being worked out. Nothing is written."))
                return redirect("admin:bridge_goodsrun_change", run.pk)
        return self.form_page(request, "admin/bridge/goodsrun/add_form.html", context)

    def fitting(self, run: GoodsRun) -> set[str]:
        if run.state == State.PAUSED and run.step == Step.READY:
            return {"cancel"}
        return super().fitting(run) or ({"undo"} if preview_page.can_undo(run) else set())

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The owner agrees (POST how = on | once; pin: what was left out gets its rules)."""
        if request.method != "POST":
            raise Http404
        if not self.has_repair_permission(request):
            raise PermissionDenied
        run = get_object_or_404(GoodsRun.objects.select_related("shop"), pk=pk)
        then_on = request.POST.get("how") == "on"
        if then_on and request.POST.get("pin"):
            pin_left(run, person_of(request), PINNED)
        try:
            confirmed = runs.confirm(run, then_on=then_on, by=person_of(request))
        except DomainError as error:
            self.message_user(request, sentence(error.problem.code, error.problem.params), messages.ERROR)
        else:
            if confirmed:
                self.note(request, run, agreed(then_on=then_on))
            else:
                self.message_user(request, gettext("This preview was decided on already."), messages.INFO)
        return redirect("admin:bridge_goodsrun_change", pk)

    @button(
        _("Undo this run"),
        _(
            "Old values are written back where the site still shows what this run wrote; stock less what the site sold "
            "since. First the shop stops writing stock and prices by itself, otherwise it would write the new ones "
            "again."
        ),
        icon="undo",
        path="undo",
    )
    def undo(self, request: HttpRequest, run: GoodsRun) -> HttpResponse | None:
        try:
            undoing = runs.undo(run, by=person_of(request))
        except DomainError as error:
            self.message_user(request, sentence(error.problem.code, error.problem.params), messages.ERROR)
            return None
        self.note(
            request,
            run,
            _("It is being undone. The shop no longer writes stock and prices by itself."),
        )
        target = redirect("admin:bridge_goodsrun_change", undoing.pk)
        if "HX-Request" in request.headers:
            return HttpResponse(headers={"HX-Redirect": target["Location"]})
        return target


def pin_left(run: GoodsRun, by: User, said: Sentence) -> None:
    """What was left out gets its rules, each in the history of its change."""
    left = leaving.unpinned(run)
    meant = list(left)
    leaving.pin(left)
    deeds.note_many(by, meant, said)


def agreed(*, then_on: bool) -> Sentence:
    """What agreeing means, in words."""
    if then_on:
        return _("It is being written; from then on the shop writes changes by itself.")
    return _("It is being written, once. Later changes wait until you agree again.")
