"""A customer's personal data on the desk: what is kept of them, given as a file, taken out. Owners only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminTextInputWidget

from bridge.history import deeds
from bridge.people.roles import Role, person_of, role_of
from bridge.personal import whose
from bridge.personal.anonymise import anonymise, counts
from bridge.personal.export import GIVEN_OUT, export

TABLES = {
    "orders": _("orders"),
    "documents": _("documents"),
    "refunds": _("refunds"),
    "returns": _("returns in MoySklad"),
    "flags": _("flags"),
    "differences": _("differences"),
    "events": _("incoming events"),
    "messages": _("outgoing messages"),
    "tries": _("tries"),
    "calls": _("calls in the API log"),
    "known": _("ways the buyer is known again"),
    "contacts": _("contacts of buyers"),
    "history": _("entries of the history"),
}


class WhoForm(forms.Form):
    who = forms.CharField(
        label=_("E-mail or phone"),
        max_length=255,
        help_text=_("Whole, in any spelling. The orders of this customer are found."),
        widget=UnfoldAdminTextInputWidget,
    )


class PersonalData:
    """Mixed into the desk of orders."""

    admin_site: Any

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(never_cache(self.personal))
        others: list[Any] = super().get_urls()  # type: ignore[misc]
        return [path("personal-data/", page, name="bridge_order_personal"), *others]

    def personal(self, request: HttpRequest) -> HttpResponse:
        """POST `who`: what is kept; with `do` = export the file, = anonymise it is taken out."""
        person = person_of(request)
        if role_of(person) != Role.OWNER:
            raise PermissionDenied
        form = WhoForm(request.POST or None)
        context: dict[str, Any] = {"form": form, "title": gettext("Personal data")}
        if request.method == "POST" and form.is_valid():
            found = whose.of(form.cleaned_data["who"])
            do = request.POST.get("do", "")
            if do == "export":
                name = {"Content-Disposition": 'attachment; filename="personal-data.json"'}
                data = export(found)
                deeds.note_many(person, [*found.orders, *found.busy], GIVEN_OUT)
                return JsonResponse(data, encoder=DjangoJSONEncoder, headers=name)
            if do == "anonymise":
                done = anonymise(found, person)
                context["done"] = gettext("Orders without personal data now: %(n)s.") % {"n": done}
            else:
                kept = counts(found)
                context["rows"] = [(TABLES[name], count) for name, count in kept.items()]
                context["any"] = any(kept.values())
            context["busy"] = ", ".join(order.number for order in found.busy)
        whole = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, "admin/bridge/order/personal_data.html", whole)
