"""The API log on the desk: every call, its answer, and what it was made for. To read only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from bridge.apilog.models import NOT_NOTED, ApiCall
from bridge.dashboard import shown
from bridge.dashboard.bounded_list import EndlessPaginator
from bridge.dashboard.calls import call_words, calls_list
from bridge.dashboard.orders.order_states import order_pk
from bridge.dashboard.page import ConnectionFilter, ReadOnlyPage, ShopFilter
from bridge.dashboard.period_filter import PeriodFilter
from bridge.orders.models import Order

BODIES = ("request_body", "response_body")
FACTS = (
    "shown_at",
    "shown_direction",
    "shown_call",
    "shown_query",
    "shown_result",
    "shown_duration",
    "shown_purpose",
    "shown_belongs",
    "shown_try",
    "shown_request_id",
)


class CallDesk(ReadOnlyPage):
    list_display = ("shown_at", "shown_call", "shown_result", "shown_duration", "shown_purpose")
    list_display_links = ("shown_at", "shown_call")
    list_filter = (
        ("direction", ChoicesDropdownFilter),
        calls_list.SystemFilter,
        calls_list.ResultFilter,
        ("shop", ShopFilter),
        ("connection", ConnectionFilter),
        ("at", PeriodFilter),
        calls_list.BelongsFilter,
    )
    list_select_related = ("shop", "connection")
    list_before_template = "admin/bridge/apicall/before_list.html"
    paginator = EndlessPaginator
    search_fields = ("path",)
    search_help_text = _("Part of the address, order number, or status")
    ordering = ("-at", "-pk")
    sortable_by = ("shown_at",)
    fieldsets = (
        (None, {"fields": FACTS}),
        (_("What was sent"), {"fields": ("shown_request",)}),
        (_("What was answered"), {"fields": ("shown_response",)}),
    )
    readonly_fields = (*FACTS, "shown_request", "shown_response")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiCall]:
        rows = super().get_queryset(request).select_related("event", "message", "shop", "connection")
        match = request.resolver_match
        on_list = match is not None and str(match.url_name).endswith("_changelist")
        return rows.select_related(None).defer(*BODIES) if on_list else rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        for word in search_term.split():
            queryset = calls_list.found(queryset, word)
        return queryset, False

    def title_of(self, obj: ApiCall) -> str:
        return call_words.purpose(obj) if obj.purpose == NOT_NOTED else f"{obj.method} {obj.path}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return super().change_view(
            request, object_id, form_url, {"title": gettext("Call"), **(extra_context or {})}
        )

    @admin.display(description=_("when"), ordering="at")
    def shown_at(self, call: ApiCall) -> str:
        return shown.precisely(call.at)

    @admin.display(description=_("direction"))
    def shown_direction(self, call: ApiCall) -> str:
        return f"{call.get_direction_display()}, {call_words.system(call)}"

    @admin.display(description=_("call"))
    def shown_call(self, call: ApiCall) -> str:
        if call.purpose == NOT_NOTED:
            return str(call_words.purpose(call))
        arrow = "→" if call.direction == ApiCall.Direction.OUT else "←"
        where = format_html("<code>{} {}</code>", call.method, call.path)
        return shown.lines(where, f"{arrow} {call.connection or call_words.system(call)}")

    @admin.display(description=_("parameters"))
    def shown_query(self, call: ApiCall) -> str:
        return format_html("<code>{}</code>", call.query) if call.query else shown.EMPTY

    @admin.display(description=_("answer"))
    def shown_result(self, call: ApiCall) -> str:
        tag = shown.tag(call_words.result(call), call_words.colour(call))
        return shown.lines(tag, call_words.meaning(call))

    @admin.display(description=_("took"))
    def shown_duration(self, call: ApiCall) -> str:
        return call_words.duration(call)

    @admin.display(description=_("made for"))
    def shown_purpose(self, call: ApiCall) -> str:
        return shown.lines(call_words.purpose(call), str(call.shop or ""))

    @admin.display(description=_("belongs to"))
    def shown_belongs(self, call: ApiCall) -> str:
        links: list[str] = []
        if call.message is not None:
            if (order := _order(call.message.object_key)) is not None:
                title = gettext("Order %(number)s") % {"number": order.number}
                links.append(shown.page_of("order", order.pk, title))
                links.append(_calls_of("order", order.pk))
            links.append(shown.page_of("outboxmessage", call.message_id, gettext("Outgoing message")))
            links.append(_calls_of("message", call.message_id))
            if call.messages > 1:
                links.append(
                    gettext("others sent in the same call: %(count)s") % {"count": call.messages - 1}
                )
        if call.event is not None:
            links.append(shown.page_of("inboxevent", call.event_id, gettext("Incoming event")))
            links.append(_calls_of("event", call.event_id))
        return shown.lines(*links)

    @admin.display(description=_("try"))
    def shown_try(self, call: ApiCall) -> str:
        return str(call.try_number) if call.try_number else shown.EMPTY

    @admin.display(description=_("delivery number"))
    def shown_request_id(self, call: ApiCall) -> str:
        return call.request_id or shown.EMPTY

    @admin.display(description=_("content"))
    def shown_request(self, call: ApiCall) -> str:
        return _body(call.request_body, call.request_bytes, call.request_cut)

    @admin.display(description=_("content"))
    def shown_response(self, call: ApiCall) -> str:
        return _body(call.response_body, call.response_bytes, call.response_cut)


def _order(object_key: str) -> Order | None:
    pk = order_pk(object_key)
    return Order.objects.filter(pk=pk).first() if pk is not None else None


def _calls_of(kind: str, pk: int | None) -> str:
    """To the list, narrowed to the calls of one order, message or event."""
    title = {
        "order": gettext("all calls of this order"),
        "message": gettext("all calls of this message"),
        "event": gettext("all calls of this event"),
    }[kind]
    return shown.link(f"{reverse('admin:bridge_apicall_changelist')}?of={kind}:{pk}", title)


def _body(text: str, size: int, cut: bool) -> str:
    if not text:
        return gettext("not kept, %(size)s") % {"size": call_words.size(size)} if size else shown.EMPTY
    whole = call_words.size(size)
    note = gettext("Only the beginning is kept; in all it had %(size)s.") % {"size": whole} if cut else whole
    return format_html(
        '<div class="desk-small">{}</div><pre class="desk-code">{}</pre>', note, call_words.body(text)
    )
