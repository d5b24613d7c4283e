"""Outgoing messages on the desk: what needs attention, why, what to do, and the buttons for it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import BigIntegerField, Case, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Cast, Substr
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from bridge.dashboard import shown
from bridge.dashboard.attention.attention_desk import AttentionViews
from bridge.dashboard.attention.case_page import AssignedFilter, CasePage, ReasonFilter
from bridge.dashboard.attention.catalogue_desk import CatalogueViews
from bridge.dashboard.bounded_list import BoundedList
from bridge.dashboard.orders.order_states import ATTENTION, PREFIX
from bridge.dashboard.page import Inline, ShopFilter, button
from bridge.dashboard.period_filter import PeriodFilter
from bridge.dashboard.words import KINDS, OUTCOMES, sentence_case, word
from bridge.orders import search
from bridge.orders.models import Order
from bridge.outbox.enqueue import retry
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.people.cases import snoozed
from bridge.problems import remedy, sentence

State = OutboxMessage.State
COLOURS = {
    State.WAITING: "info",
    State.IN_FLIGHT: "info",
    State.PARKED: "danger",
    State.DEAD: "danger",
    State.DONE: "success",
    State.DISCARDED: "muted",
}
DISCARDABLE = (State.WAITING, *ATTENTION)


class AttentionFilter(DropdownFilter):  # type: ignore[misc]
    """Without a choice the list shows what needs a person."""

    title = _("state")
    parameter_name = "state"
    all_option = None

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return [
            ("attention", _("Needs attention")),
            ("put_off", _("Put off")),
            *((code, sentence_case(str(label))) for code, label in State.choices),
            ("all", _("All")),
        ]

    def value(self) -> str:
        return str(super().value() or "attention")

    def queryset(self, _request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        if self.value() == "all":
            return queryset
        if self.value() == "put_off":
            return queryset.filter(snoozed(), state__in=ATTENTION)
        if self.value() == "attention":
            return queryset.filter(state__in=ATTENTION).exclude(snoozed())
        return queryset.filter(state=self.value())


class KindFilter(DropdownFilter):  # type: ignore[misc]
    title = _("what")
    parameter_name = "kind"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return list(KINDS.items())

    def queryset(self, _request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class AttemptInline(Inline):
    model = DeliveryAttempt
    fields = readonly_fields = ("shown_at", "shown_outcome", "shown_answer")
    can_delete = False
    max_num = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    @admin.display(description=_("answer"))
    def shown_answer(self, attempt: DeliveryAttempt) -> str:
        if attempt.outcome == "done":  # said for the log, in English
            return shown.EMPTY
        return sentence(attempt.problem, attempt.problem_params) or attempt.detail

    @admin.display(description=_("when"))
    def shown_at(self, attempt: DeliveryAttempt) -> str:
        return shown.precisely(attempt.finished_at)

    @admin.display(description=_("outcome"))
    def shown_outcome(self, attempt: DeliveryAttempt) -> str:
        return word(OUTCOMES, attempt.outcome)


class MessageDesk(BoundedList, AttentionViews, CatalogueViews, CasePage):
    list_display = ("shown_what", "shown_reason", "shown_state", "shown_tries", "shown_created")
    list_display_links = ("shown_reason",)
    list_filter = (
        AttentionFilter,
        ReasonFilter,
        KindFilter,
        ("shop", ShopFilter),
        AssignedFilter,
        ("created_at", PeriodFilter),
    )
    list_select_related = ("shop", "assigned_to")
    waiting = Q(state__in=ATTENTION)
    search_fields = ("object_key",)  # that there is a search at all: the order is searched for
    search_help_text = _("Number of the order, e-mail, phone, or number in MoySklad")
    ordering = ("-created_at", "-pk")
    list_per_page = 25  # each row has buttons of its own, which take the most of the time
    sortable_by = ("shown_created",)
    inlines = (AttemptInline,)
    actions = ("retry_many", "discard_many", "assign_many", "snooze_many")
    actions_row = actions_detail = ("retry_one", "discard_one", "assign_one", "snooze_one")
    fields = (
        "shown_what",
        "shown_state",
        "shown_problem",
        "shown_remedy",
        "shown_decided",
        "attempts",
        "shown_created",
        "shown_due",
        "shown_done",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        number = Cast(Substr("object_key", len(PREFIX) + 1), BigIntegerField())
        rows: QuerySet[OutboxMessage] = super().get_queryset(request)
        return rows.annotate(
            order_pk=Case(When(object_key__startswith=PREFIX, then=number)),
            order_number=Subquery(Order.objects.filter(pk=OuterRef("order_pk")).values("number")[:1]),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(object_key__in=search.object_keys(search_term)), False

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        message = self.get_object(request, str(object_id))
        fitting = set()
        if message is not None and message.state in ATTENTION:
            fitting |= {"retry", "assign", "snooze"}
        if message is not None and message.state == State.DISCARDED and message.discarded_by:
            fitting.add("retry")
        if message is not None and message.state in DISCARDABLE:
            fitting.add("discard")
        return [one for one in super().get_actions_detail(request, object_id) if one.path in fitting]  # type: ignore[misc]

    def title_of(self, obj: Any) -> str:
        what = word(KINDS, obj.kind)
        return what if obj.order_number is None else f"{what} · {obj.order_number}"

    @admin.display(description=_("what"))
    def shown_what(self, message: Any) -> str:
        what = word(KINDS, message.kind)
        if message.order_number is None:
            return shown.lines(what, message.shop.name)
        order = gettext("Order %(number)s") % {"number": message.order_number}
        return shown.lines(shown.page_of("order", message.order_pk, order), f"{what}, {message.shop.name}")

    @admin.display(description=_("reason"))
    def shown_reason(self, message: OutboxMessage) -> str:
        return shown.lines(self.shown_problem(message), remedy(message.problem))

    @admin.display(description=_("reason"))
    def shown_problem(self, message: OutboxMessage) -> str:
        said = sentence(message.problem, message.problem_params)
        return said or str(message.get_dead_reason_display()) or shown.EMPTY

    @admin.display(description=_("state"))
    def shown_state(self, message: OutboxMessage) -> str:
        reason = message.get_dead_reason_display() if message.state == State.DEAD else ""
        return shown.lines(shown.tag(message.get_state_display(), COLOURS[State(message.state)]), reason)

    @admin.display(description=_("tries"))
    def shown_tries(self, message: OutboxMessage) -> str:
        """By a field of its own the list could be sorted, and no index keeps it so."""
        return str(message.attempts)

    @admin.display(description=_("queued"), ordering="created_at")
    def shown_created(self, message: OutboxMessage) -> str:
        return shown.when(message.created_at)

    @admin.display(description=_("next try"))
    def shown_due(self, message: OutboxMessage) -> str:
        return shown.when(message.due_at if message.state == State.WAITING else None)

    @admin.display(description=_("finished"))
    def shown_done(self, message: OutboxMessage) -> str:
        return shown.when(message.done_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return super().change_view(
            request, object_id, form_url, {"title": gettext("Outgoing message"), **(extra_context or {})}
        )

    @button(
        _("Try again"),
        _("The message is sent once more, as soon as it is its turn."),
        icon="replay",
        path="retry",
    )
    def retry_one(self, request: HttpRequest, message: OutboxMessage) -> None:
        if retry(message):
            self.note(request, message, _("Queued for sending."))
        else:
            self.nothing_to_do(request)

    @admin.action(description=_("Try again"), permissions=["repair"])
    def retry_many(self, request: HttpRequest, rows: QuerySet[OutboxMessage]) -> None:
        results = [retry(row) for row in rows]
        text = gettext("Queued for sending: %(done)s. Nothing to do for: %(left)s.")
        self.message_user(request, text % {"done": sum(results), "left": len(results) - sum(results)})
