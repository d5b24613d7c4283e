"""Incoming events on the desk: what arrived, what became of it, and handling it once more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from bridge.connections.models import Shop
from bridge.dashboard import shown
from bridge.dashboard.attention.case_page import AssignedFilter, CasePage, ReasonFilter
from bridge.dashboard.bounded_list import BoundedList
from bridge.dashboard.inbox import event_content, event_search
from bridge.dashboard.long_work_desk import told
from bridge.dashboard.page import ConnectionFilter, button
from bridge.dashboard.period_filter import PeriodFilter
from bridge.dashboard.recorded import name_of
from bridge.dashboard.words import TOPICS, word
from bridge.domain.errors import DomainError
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import FINISHED, replay_all
from bridge.orders.models import Order
from bridge.people.roles import person_of
from bridge.problems import remedy, sentence
from bridge.sync.models import ReplayRun
from bridge.sync.replays import replays
from bridge.sync.replays.selection import Selection

State = InboxEvent.State
# So many are put back at once; more of them in portions, as work of its own.
AT_ONCE = 50
COLOURS = {
    State.WAITING: "info",
    State.IN_FLIGHT: "info",
    State.DONE: "success",
    State.FAILED: "danger",
    State.DISCARDED: "muted",
}


class TopicFilter(DropdownFilter):  # type: ignore[misc]
    title = _("what")
    parameter_name = "topic"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return list(TOPICS.items())

    def queryset(self, _request: HttpRequest, queryset: QuerySet[InboxEvent]) -> QuerySet[InboxEvent]:
        return queryset.filter(topic=self.value()) if self.value() else queryset


class EventDesk(BoundedList, CasePage):
    list_display = ("shown_what", "shown_order", "shown_received", "shown_state", "shown_reason")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        TopicFilter,
        ReasonFilter,
        AssignedFilter,
        ("connection", ConnectionFilter),
        ("received_at", PeriodFilter),
    )
    list_select_related = ("connection", "assigned_to")
    waiting = Q(state=State.FAILED)
    list_before_template = "admin/bridge/inboxevent/before_list.html"
    search_fields = ("delivery_id",)
    search_help_text = _("Order number, or delivery number")
    ordering = ("-received_at", "-pk")
    sortable_by = ("shown_received",)
    actions = ("replay_many", "discard_many", "assign_many", "snooze_many")
    actions_row = ("replay_one",)
    actions_detail = ("replay_one", "discard_one", "assign_one", "snooze_one")
    fields = (
        "shown_topic",
        "shown_from",
        "shown_about",
        "shown_received",
        "shown_state",
        "shown_handled",
        "shown_problem",
        "shown_remedy",
        "shown_decided",
        "shown_delivery",
        "shown_calls",
        "shown_body",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxEvent]:
        rows = super().get_queryset(request)
        match = request.resolver_match
        on_list = match is not None and str(match.url_name).endswith("_changelist")
        if not on_list:
            return rows
        order = Order.objects.filter(shop__site=OuterRef("connection"), source_id=OuterRef("source_id"))
        number = Subquery(order.order_by("-pk").values("number")[:1])
        named = Case(When(~Q(source_id=""), then=number), default=Value(""))
        listed: QuerySet[InboxEvent] = rows.defer("body").annotate(order_number=named)
        return listed

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        for one in search_term.split():
            queryset = event_search.found(queryset, one)
        return queryset, False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        event = super().get_object(request, object_id, from_field)
        if event is not None:
            event.content = event_content.html(request, event)  # depends on who looks
        return event

    def get_fields(self, request: HttpRequest, obj: InboxEvent | None = None) -> tuple[str, ...]:
        """Without what there is nothing to say of."""
        if obj is None:
            return self.fields
        idle = {
            "shown_problem": not obj.problem,
            "shown_remedy": not obj.problem,
            "shown_decided": not (obj.assigned_to_id or obj.snoozed_until or obj.discarded_by),
            "shown_handled": obj.processed_at is None,
        }
        return tuple(name for name in self.fields if not idle.get(name))

    def title_of(self, obj: InboxEvent) -> str:
        return word(TOPICS, obj.topic)

    @admin.display(description=_("what"))
    def shown_topic(self, event: InboxEvent) -> str:
        return word(TOPICS, event.topic)

    @admin.display(description=_("what"))
    def shown_what(self, event: InboxEvent) -> str:
        return shown.lines(word(TOPICS, event.topic), str(event.connection))

    @admin.display(description=_("order"))
    def shown_order(self, event: Any) -> str:
        return event.order_number or event.source_id or shown.EMPTY

    @admin.display(description=_("from"))
    def shown_from(self, event: InboxEvent) -> str:
        return str(event.connection)

    @admin.display(description=_("received"), ordering="received_at")
    def shown_received(self, event: InboxEvent) -> str:
        return shown.precisely(event.received_at)

    @admin.display(description=_("state"))
    def shown_state(self, event: InboxEvent) -> str:
        return shown.tag(event.get_state_display(), COLOURS[State(event.state)])

    @admin.display(description=_("reason"))
    def shown_reason(self, event: InboxEvent) -> str:
        return shown.lines(sentence(event.problem, event.problem_params), remedy(event.problem))

    @admin.display(description=_("reason"))
    def shown_problem(self, event: InboxEvent) -> str:
        return sentence(event.problem, event.problem_params) or shown.EMPTY

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        event = self.get_object(request, str(object_id))
        fitting = {"replay"}
        if event is not None and event.state == State.FAILED:
            fitting |= {"discard", "assign", "snooze"}
        return [one for one in super().get_actions_detail(request, object_id) if one.path in fitting]  # type: ignore[misc]

    @admin.display(description=_("delivery number"))
    def shown_delivery(self, event: InboxEvent) -> str:
        return event.delivery_id or shown.EMPTY

    @admin.display(description=_("content"))
    def shown_body(self, event: Any) -> str:
        return str(event.content)

    @admin.display(description=_("about"))
    def shown_about(self, event: InboxEvent) -> str:
        order = event_search.order_of(event)
        if order is not None:
            title = gettext("Order %(number)s") % {"number": order.number}
            return shown.page_of("order", order.pk, title)
        if event.source_id:
            return gettext("an order of the site that was not taken in, its id there is %(id)s") % {
                "id": event.source_id
            }
        return shown.EMPTY

    @admin.display(description=_("handled at"))
    def shown_handled(self, event: InboxEvent) -> str:
        if event.processed_at is None:
            return shown.EMPTY
        return shown.precisely(event.processed_at)

    @admin.display(description=_("calls"))
    def shown_calls(self, event: InboxEvent) -> str:
        url = f"{reverse('admin:bridge_apicall_changelist')}?of=event:{event.pk}"
        return shown.link(url, gettext("all calls of this event"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return super().change_view(
            request, object_id, form_url, {"title": gettext("Incoming event"), **(extra_context or {})}
        )

    @button(
        _("Process again"),
        _("The event is handled as if it had just arrived. An older version never replaces a newer one."),
        icon="replay",
        path="replay",
    )
    def replay_one(self, request: HttpRequest, event: InboxEvent) -> None:
        if self._replay(event):
            self.note(request, event, _("The event will be processed again."))
        else:
            self.message_user(request, gettext("The event is being processed just now."), messages.INFO)

    @admin.action(description=_("Process again"), permissions=["repair"])
    def replay_many(self, request: HttpRequest, events: QuerySet[InboxEvent]) -> HttpResponse | None:
        """A few at once; many as work of its own, for each shop that they came from."""
        keys = list(events.order_by("pk").values_list("pk", flat=True))
        if len(keys) <= AT_ONCE:
            count = replay_all(keys)
            self.message_user(request, gettext("Events to process again: %(count)s.") % {"count": count})
            return None
        runs = [run for run in self._runs(request, keys) if run is not None]
        way = (
            ("admin:bridge_replayrun_change", runs[0].pk)
            if len(runs) == 1
            else ("admin:bridge_replayrun_changelist",)
        )
        return redirect(*way) if runs else None

    def _runs(self, request: HttpRequest, keys: list[int]) -> Iterator[ReplayRun]:
        by, selection = name_of(person_of(request)), Selection(keys=tuple(keys))
        left = set(keys)
        for shop in Shop.objects.select_related("site", "account").order_by("pk"):
            own = selection.rows(shop).filter(pk__in=left)
            mine = tuple(own.order_by("pk").values_list("pk", flat=True))
            left -= set(mine)
            if not mine:
                continue
            try:
                yield replays.start(shop, Selection(keys=mine), by)
            except DomainError as error:
                self.message_user(request, " ".join(told(error.problem).values()), messages.ERROR)

    @staticmethod
    def _replay(event: InboxEvent) -> bool:
        return event.state in FINISHED and bool(replay_all([event.pk]))
