"""“Connect a shop” on the desk: a code is shown once, and the page follows what the shop does with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.dashboard import shown
from bridge.dashboard.page import ReadOnlyPage
from bridge.dashboard.pairing.pairing_form import PairingForm
from bridge.pairing import codes
from bridge.pairing.models import PairingCode
from bridge.pairing.refusals import remedy, sentence

State = PairingCode.State
COLOURS = {State.OPEN: "info", State.CHECKING: "info", State.USED: "success", State.SPENT: "danger"}
# Where the plugin's settings are, and how they find the code: a fragment stays in the browser and in no log.
SETTINGS_PAGE = "/wp-admin/admin.php?page=wc-settings&tab=sklad_bridge#sklad-bridge-code="


class PairingDesk(ReadOnlyPage):
    list_display = ("shown_made", "shown_state", "shown_site", "account", "made_by")
    list_select_related = ("account", "made_by", "shop")
    ordering = ("-pk",)
    actions = None
    add_form_template = "admin/bridge/pairingcode/add_form.html"
    change_form_template = "admin/bridge/pairingcode/change_form.html"
    fields = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A code lets a shop in, so it takes the right to make connections."""
        return request.user.has_perm("bridge.add_pairingcode")

    def title_of(self, obj: PairingCode) -> str:
        return gettext("Code of %(time)s") % {"time": shown.when(obj.created_at)}

    @admin.display(description=_("made"), ordering="created_at")
    def shown_made(self, code: PairingCode) -> str:
        return shown.when(code.created_at)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, code: PairingCode) -> str:
        return shown.lines(_tag(code), sentence(code.problem, code.problem_params) if code.problem else "")

    @admin.display(description=_("site"))
    def shown_site(self, code: PairingCode) -> str:
        return code.site_url or shown.EMPTY

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The question, then the code itself, which this answer alone holds."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PairingForm(request.POST or None)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("Connect a shop"),
            "opts": self.opts,
            "form": form,
            "accounts": form.fields["account"].queryset.exists(),  # type: ignore[attr-defined]
            "address_problem": codes.address_problem(),
        }
        asked = request.method == "POST" and not context["address_problem"] and form.is_valid()
        if asked:
            row, text = codes.make(form.cleaned_data["account"], request.user)
            self.log_addition(request, row, _("Code for connecting a shop"))
            site = form.cleaned_data["site"]
            link = f"{site}{SETTINGS_PAGE}{quote(text, safe='')}" if site else ""
            context |= {"code": text, "settings_link": link, "page": _page(row), "original": row}
        response = TemplateResponse(request, self.add_form_template, context)
        if asked:
            response["Cache-Control"] = "no-store"
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        extra = {**(extra_context or {}), "title": gettext("Connect a shop")}
        if row is not None:
            extra["page"] = _page(row)
        return super().change_view(request, object_id, form_url, extra)


def _page(code: PairingCode) -> dict[str, Any]:
    """Where the pairing is, ready to print; it is fetched again until it is over."""
    return {
        "address": reverse("admin:bridge_pairingcode_change", args=[code.pk]),
        "alive": not code.is_over(),
        "state": _tag(code),
        "site": code.site_url,
        "problem": sentence(code.problem, code.problem_params) if code.problem else "",
        "remedy": remedy(code.problem) if code.problem else "",
        "until": shown.when(code.expires_at) if not code.is_over() else "",
        "shop": shown.page_of("shop", code.shop_id, code.shop.name) if code.shop else "",
    }


def _tag(code: PairingCode) -> str:
    if code.state == State.OPEN and code.expires_at <= timezone.now():
        return shown.tag(gettext("expired"), "muted")
    return shown.tag(code.get_state_display(), COLOURS[State(code.state)])
