"""The diagnosis on the desk: begun by a button, watched while it goes, copied as text."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop
from bridge.dashboard.diagnosis import diagnosis_page
from bridge.dashboard.page import ReadOnlyPage
from bridge.diagnosis import runs
from bridge.diagnosis.models import Diagnosis

TITLE = _("Diagnosis")
SHOPS = 50


class DiagnosisDesk(ReadOnlyPage):
    """Everybody who may look at the bridge's pages may see the newest look; to begin one takes the right to repair."""

    actions = None

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.newest), name="bridge_diagnosis_changelist"),
            path("begin/", wrap(self.begin), name="bridge_diagnosis_begin"),
        ]

    def newest(self, request: HttpRequest) -> HttpResponse:
        """The newest look at a shop (?shop=…)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shops = _shops()
        shop = _chosen(shops, request.GET.get("shop", ""))
        run = Diagnosis.objects.filter(shop=shop).select_related("shop__site").first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": TITLE,
            "shops": shops,
            "chosen": shop,
            "run": run,
            "page": diagnosis_page.context(run) if run is not None else None,
            "may": self.has_repair_permission(request),
        }
        return TemplateResponse(request, "admin/bridge/diagnosis/page.html", context)

    def begin(self, request: HttpRequest) -> HttpResponse:
        """POST: another look, at the shop that is named."""
        if not self.has_repair_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            raise Http404
        shop = _chosen(_shops(), request.POST.get("shop", ""))
        # What a test item is made for in MoySklad is its owner's to decide.
        trial = bool(request.POST.get("trial")) and request.user.has_perm("bridge.add_connection")
        run = runs.start(shop, str(request.user), trial=trial)
        self.log_change(request, run, _("Diagnosis begun."))
        url = reverse("admin:bridge_diagnosis_changelist")
        return redirect(f"{url}?shop={shop.pk}" if shop else url)


def _shops() -> list[Shop]:
    return list(Shop.objects.select_related("site", "account").order_by("name")[:SHOPS])


def _chosen(shops: list[Shop], pk: str) -> Shop | None:
    return next((one for one in shops if str(one.pk) == pk), shops[0] if shops else None)
