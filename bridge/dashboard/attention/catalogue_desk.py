"""The error catalogue: every cause the bridge knows, what to do, whether it is tried again, and the vendors' codes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from bridge import problems
from bridge.connections.models import Vendor
from bridge.connections.vendor_codes import FAMILIES, MOYSKLAD, WOOCOMMERCE
from bridge.problems.entry import Retry

if TYPE_CHECKING:
    from bridge.dashboard.page import ReadOnlyPage as Base
else:
    Base = object

RETRIES: dict[Retry, str | Promise] = {
    Retry.ITSELF: _("Tried again by itself, with growing pauses, for three days."),
    Retry.LOOK_FIRST: _("The bridge looks what became of it, then tries again by itself."),
    Retry.CONNECTION: _("Everything of this connection waits, and goes by itself when it answers again."),
    Retry.PERSON: _("Waits for a person: it would fail the same way again."),
    Retry.REMARK: _("A remark: nothing waits for it."),
}


class SearchForm(forms.Form):
    q = forms.CharField(
        label=_("A word of the message, or a code of MoySklad or WooCommerce"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "search"}),
    )


class CatalogueViews(Base):
    """Mixed into the page of outgoing messages."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.catalogue)
        return [path("catalogue/", view, name="bridge_outboxmessage_catalogue"), *super().get_urls()]

    def catalogue(self, request: HttpRequest) -> HttpResponse:
        """All entries, those in which every word of the search stands, or the one that a failure names."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        code, search = request.GET.get("code", ""), request.GET.get("q", "").strip()
        every = entries()
        found = (
            [one for one in every if one["code"] == code]
            if code
            else [one for one in every if _has(one, search)]
        )
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Error catalogue"),
            "entries": found,
            "count": len(found),
            "narrowed": bool(code or search),
            "form": SearchForm(request.GET),
        }
        return TemplateResponse(request, "admin/bridge/attention/catalogue.html", context)


def entries() -> list[dict[str, Any]]:
    """The whole catalogue in the reader's language, in the order of the files."""
    vendors = _vendor_codes()
    return [
        {
            "code": code,
            "cause": problems.cause(code),
            "remedy": problems.remedy(code),
            "retry": str(RETRIES[entry.retry]),
            "vendors": vendors.get(code, []),
        }
        for code, entry in problems.CATALOGUE.items()
    ]


def _vendor_codes() -> dict[str, list[str]]:
    """'MoySklad: 1016', 'WooCommerce: product_invalid_sku' by the cause's code."""
    found: dict[str, list[str]] = defaultdict(list)
    families = {f"{family}xxx": problem for family, problem in FAMILIES.items()}
    for vendor, table in ((Vendor.MOYSKLAD, {**MOYSKLAD, **families}), (Vendor.WOOCOMMERCE, WOOCOMMERCE)):
        by_problem: dict[str, list[str]] = defaultdict(list)
        for code, problem in table.items():
            by_problem[problem].append(f"HTTP {code}" if code.isdecimal() and int(code) < 1000 else code)
        for problem, codes in by_problem.items():
            found[problem].append(f"{vendor.label}: {', '.join(codes)}")
    return found


def _has(entry: dict[str, Any], search: str) -> bool:
    text = " ".join([entry["cause"], entry["remedy"], *entry["vendors"]]).casefold()
    return all(word in text for word in search.casefold().split())
