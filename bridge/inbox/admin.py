"""Incoming events on the desk: what arrived, what became of it, and replaying it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
)

from bridge.dashboard import shown
from bridge.dashboard.page import ConnectionFilter, ReadOnlyPage, button
from bridge.dashboard.words import TOPICS, word
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import replay
from bridge.problems import remedy, sentence

State = InboxEvent.State
COLOURS = {State.WAITING: "info", State.IN_FLIGHT: "info", State.DONE: "success", State.FAILED: "danger"}


class TopicFilter(DropdownFilter):  # type: ignore[misc]
    title = _("what")
    parameter_name = "topic"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return list(TOPICS.items())

    def queryset(self, _request: HttpRequest, queryset: QuerySet[InboxEvent]) -> QuerySet[InboxEvent]:
        return queryset.filter(topic=self.value()) if self.value() else queryset


@admin.register(InboxEvent)
class EventPage(ReadOnlyPage):
    list_display = ("shown_topic", "shown_from", "shown_received", "shown_state", "shown_reason")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        TopicFilter,
        ("connection", ConnectionFilter),
        ("received_at", RangeDateFilter),
    )
    list_select_related = ("connection",)
    search_fields = ("delivery_id",)
    search_help_text = _("Delivery number")
    ordering = ("-pk",)
    actions = ("replay_many",)
    actions_row = actions_detail = ("replay_one",)
    fields = (
        "shown_topic",
        "shown_from",
        "shown_received",
        "shown_state",
        "shown_reason",
        "shown_delivery",
        "shown_body",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxEvent]:
        rows = super().get_queryset(request)
        match = request.resolver_match
        on_list = match is not None and str(match.url_name).endswith("_changelist")
        return rows.defer("body") if on_list and request.method == "GET" else rows

    def title_of(self, obj: InboxEvent) -> str:
        return word(TOPICS, obj.topic)

    @admin.display(description=_("what"), ordering="topic")
    def shown_topic(self, event: InboxEvent) -> str:
        return word(TOPICS, event.topic)

    @admin.display(description=_("from"), ordering="connection")
    def shown_from(self, event: InboxEvent) -> str:
        return str(event.connection)

    @admin.display(description=_("received"), ordering="received_at")
    def shown_received(self, event: InboxEvent) -> str:
        return shown.precisely(event.received_at)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, event: InboxEvent) -> str:
        return shown.tag(event.get_state_display(), COLOURS[State(event.state)])

    @admin.display(description=_("reason"))
    def shown_reason(self, event: InboxEvent) -> str:
        return shown.lines(sentence(event.problem, event.problem_params), remedy(event.problem))

    @admin.display(description=_("delivery number"))
    def shown_delivery(self, event: InboxEvent) -> str:
        return event.delivery_id or shown.EMPTY

    @admin.display(description=_("content"))
    def shown_body(self, event: InboxEvent) -> str:
        try:
            text = json.dumps(json.loads(event.body), ensure_ascii=False, indent=2)
        except ValueError:
            text = event.body
        return format_html('<pre class="desk-code">{}</pre>', text)

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
            self.note(request, event, gettext("The event will be processed again."))
        else:
            self.message_user(request, gettext("The event is being processed just now."), messages.INFO)

    @admin.action(description=_("Process again"), permissions=["repair"])
    def replay_many(self, request: HttpRequest, events: QuerySet[InboxEvent]) -> None:
        results = [self._replay(event) for event in events.iterator()]
        self.message_user(request, gettext("Events to process again: %(count)s.") % {"count": sum(results)})

    @staticmethod
    def _replay(event: InboxEvent) -> bool:
        if event.state in (State.WAITING, State.IN_FLIGHT):
            return False
        replay(event)
        return True
