"""The pages of pauses: a list of those that are on, a form that begins one, a button that ends it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.dashboard import shown
from bridge.dashboard.page import ReadOnlyPage, button
from bridge.dashboard.pauses import pause_words
from bridge.dashboard.pauses.pause_form import PauseForm
from bridge.dashboard.recorded import name_of
from bridge.history.deeds import in_words
from bridge.outbox import pauses
from bridge.outbox.models import Pause
from bridge.people.roles import person_of


class PauseDesk(ReadOnlyPage):
    list_display = ("shown_what", "shown_lasting", "shown_waiting", "shown_why")
    list_select_related = ("shop",)
    list_before_template = "admin/bridge/pause/before_list.html"
    ordering = ("shop__name", "kind")
    actions = None
    actions_row = actions_detail = ("end",)
    fields = ("shown_what", "shown_lasting", "shown_waiting", "shown_why")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pause]:
        return pause_words.with_counts(super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_repair_permission(request)

    def title_of(self, obj: Pause) -> str:
        return f"{obj.shop}: {pause_words.what(obj)}"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "title": gettext("Pauses")})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PauseForm(request.POST or None, initial={"shop": request.GET.get("shop")})
        if request.method == "POST" and form.is_valid():
            return self._begin(request, form)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "form": form}
        context["title"] = gettext("Pause the exchange")
        return TemplateResponse(request, "admin/bridge/pause/add_form.html", context)

    def _begin(self, request: HttpRequest, form: PauseForm) -> HttpResponse:
        data = form.cleaned_data
        begun = pauses.begin(
            data["shop"],
            data["kinds"] or (pauses.EVERYTHING,),
            by=name_of(person_of(request)),
            why=data["why"],
            until=data["until"],
        )
        self.note(request, data["shop"], pause_words.begun_because(begun, data["why"]))
        return redirect("admin:index")

    @button(
        _("Go on"),
        _("What waited goes out, the oldest first."),
        icon="play_arrow",
        path="end",
    )
    def end(self, request: HttpRequest, pause: Pause) -> HttpResponse | None:
        own_page = reverse("admin:bridge_pause_change", args=[pause.pk])
        if pauses.end(Pause.objects.filter(pk=pause.pk)):
            self.note(request, pause.shop, in_words(lambda: pause_words.ended(pause)))
        if own_page in request.headers.get("HX-Current-URL", ""):  # which is gone with it
            return HttpResponse(headers={"HX-Redirect": reverse("admin:bridge_pause_changelist")})
        return None

    @admin.display(description=_("what"))
    def shown_what(self, pause: Pause) -> str:
        return shown.lines(pause_words.what(pause), pause.shop.name)

    @admin.display(description=_("how long"))
    def shown_lasting(self, pause: Pause) -> str:
        return pause_words.lasting(pause)

    @admin.display(description=_("meanwhile"))
    def shown_waiting(self, pause: Pause) -> str:
        return pause_words.waiting(pause)

    @admin.display(description=_("who and why"))
    def shown_why(self, pause: Pause) -> str:
        return shown.lines(pause.by, pause.why)
