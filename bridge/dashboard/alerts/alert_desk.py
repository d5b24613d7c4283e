"""The list of alerts: what was told, to whom, what is held and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from bridge.alerts.models import Alert, AlertDelivery, Kind, Recipient
from bridge.alerts.wording import Said, said
from bridge.dashboard import shown
from bridge.dashboard.alerts import alert_words
from bridge.dashboard.bounded_list import BoundedList
from bridge.dashboard.page import ReadOnlyPage, ShopFilter
from bridge.problems import remedy, sentence

# Pages that are settings: whoever may not open them is not led there.
OWNERS = "/bridge/connection/"


class StateFilter(DropdownFilter):  # type: ignore[misc]
    title = _("sent")
    parameter_name = "sent"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return list(AlertDelivery.State.choices)

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        if self.value() not in AlertDelivery.State.values:
            return queryset
        told = AlertDelivery.objects.filter(alert=OuterRef("pk"), state=self.value())
        return queryset.filter(Exists(told))


class KindFilter(DropdownFilter):  # type: ignore[misc]
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return list(Kind.choices)

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        return queryset.filter(kind=self.value()) if self.value() in Kind.values else queryset


class AlertDesk(BoundedList, ReadOnlyPage):
    list_display = ("shown_what", "shown_kind", "shown_whom", "shown_created")
    list_filter = (KindFilter, StateFilter, ("shop", ShopFilter))
    list_select_related = ("shop", "connection")
    list_before_template = "admin/bridge/alert/before_list.html"
    change_form_template = "admin/bridge/alert/change_form.html"
    ordering = ("-created_at", "-pk")
    sortable_by = ("shown_created",)
    actions = None
    fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        deliveries = AlertDelivery.objects.select_related("recipient", "alert").order_by("recipient__name")
        rows: QuerySet[Alert] = super().get_queryset(request)
        return rows.prefetch_related(Prefetch("deliveries", deliveries))

    def title_of(self, obj: Alert) -> str:
        return said(obj).title

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        above = {
            "title": gettext("Alerts"),
            "recipients": Recipient.objects.filter(active=True).count(),
            "held": AlertDelivery.objects.filter(
                state=AlertDelivery.State.WAITING, recipient__active=True
            ).count(),
            "broken": [
                {"recipient": row, **_told(row)}
                for row in Recipient.objects.filter(active=True).exclude(problem="")
            ],
            "may_set": request.user.has_perm("bridge.change_recipient"),
        }
        return super().changelist_view(request, {**(extra_context or {}), **above})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        alert = self.get_object(request, object_id)
        extra = {**(extra_context or {}), "title": gettext("Alert")}
        if alert is not None:
            text = said(alert)
            extra |= {
                "said": text,
                "leads": leads(text, request),
                "whom": _whom(alert),
                "at": alert.created_at,
            }
        return super().change_view(request, object_id, form_url, extra)

    @admin.display(description=_("what"))
    def shown_what(self, alert: Alert) -> str:
        text = said(alert)
        return shown.lines(text.title, text.lines[0] if text.lines else "")

    @admin.display(description=_("kind"))
    def shown_kind(self, alert: Alert) -> str:
        return alert_words.tag(alert.kind)

    @admin.display(description=_("to whom"))
    def shown_whom(self, alert: Alert) -> str:
        return shown.lines(*_whom(alert)) if alert.deliveries.all() else gettext("nobody wants to know")

    @admin.display(description=_("when"), ordering="created_at")
    def shown_created(self, alert: Alert) -> str:
        return shown.when(alert.created_at)


def leads(text: Said, request: HttpRequest) -> bool:
    """Whether the reader may open the page that repairs it."""
    return bool(text.address) and (
        OWNERS not in text.address or request.user.has_perm("bridge.view_connection")
    )


def _whom(alert: Alert) -> list[str]:
    now = timezone.now()
    return [alert_words.progress(delivery, now) for delivery in alert.deliveries.all()]


def _told(recipient: Recipient) -> dict[str, str]:
    params = recipient.problem_params
    return {"problem": sentence(recipient.problem, params), "remedy": remedy(recipient.problem)}
