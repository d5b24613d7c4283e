"""Outgoing messages on the desk: what needs attention, why, what to do, and the buttons for it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import BigIntegerField, Case, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Cast, Substr
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from bridge.dashboard import shown
from bridge.dashboard.order_states import ATTENTION, PREFIX
from bridge.dashboard.page import Inline, ReadOnlyPage, ShopFilter, button
from bridge.dashboard.words import KINDS, OUTCOMES, sentence_case, word
from bridge.orders.models import Order
from bridge.outbox.enqueue import discard, retry
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.problems import CATALOGUE, remedy, sentence

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
            *((code, sentence_case(str(label))) for code, label in State.choices),
            ("all", _("All")),
        ]

    def value(self) -> str:
        return str(super().value() or "attention")

    def queryset(self, _request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        if self.value() == "all":
            return queryset
        return queryset.filter(state__in=ATTENTION if self.value() == "attention" else [self.value()])


class KindFilter(DropdownFilter):  # type: ignore[misc]
    title = _("what")
    parameter_name = "kind"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return list(KINDS.items())

    def queryset(self, _request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class ReasonFilter(DropdownFilter):  # type: ignore[misc]
    """Only reasons that occur among what needs attention."""

    title = _("reason")
    parameter_name = "problem"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, str]]:
        rows = OutboxMessage.objects.filter(state__in=ATTENTION).exclude(problem="")
        codes = rows.order_by("problem").values_list("problem", flat=True).distinct()
        return [(code, _without_details(code)) for code in codes if code in CATALOGUE]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(problem=self.value()) if self.value() else queryset


def _without_details(code: str) -> str:
    class Dots(dict[str, str]):
        def __missing__(self, _key: str) -> str:
            return "…"

    return str(CATALOGUE[code].sentence) % Dots()


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


@admin.register(OutboxMessage)
class MessagePage(ReadOnlyPage):
    list_display = ("shown_what", "shown_reason", "shown_state", "attempts", "shown_created")
    list_display_links = ("shown_reason",)
    list_filter = (AttentionFilter, ReasonFilter, KindFilter, ("shop", ShopFilter))
    list_select_related = ("shop",)
    search_fields = ("order_number",)
    search_help_text = _("Order number")
    ordering = ("-pk",)
    inlines = (AttemptInline,)
    actions = ("retry_many", "discard_many")
    actions_row = actions_detail = ("retry_one", "discard_one")
    fields = (
        "shown_what",
        "shown_state",
        "shown_problem",
        "shown_remedy",
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

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        message = self.get_object(request, str(object_id))
        fitting = set()
        if message is not None and message.state in ATTENTION:
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

    @admin.display(description=_("what to do"))
    def shown_remedy(self, message: OutboxMessage) -> str:
        return remedy(message.problem) or shown.EMPTY

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, message: OutboxMessage) -> str:
        reason = message.get_dead_reason_display() if message.state == State.DEAD else ""
        return shown.lines(shown.tag(message.get_state_display(), COLOURS[State(message.state)]), reason)

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
            self.note(request, message, gettext("Queued for sending."))
        else:
            self._nothing_to_do(request)

    @button(
        _("Discard"),
        _("This is no longer sent. A later change of the same order or product is sent as usual."),
        icon="block",
        path="discard",
    )
    def discard_one(self, request: HttpRequest, message: OutboxMessage) -> None:
        if discard(message):
            self.note(request, message, gettext("Discarded."))
        else:
            self._nothing_to_do(request)

    def _nothing_to_do(self, request: HttpRequest) -> None:
        text = gettext("Nothing to do: the message is on its way or finished, or a newer one stands for it.")
        self.message_user(request, text, messages.INFO)

    @admin.action(description=_("Try again"), permissions=["repair"])
    def retry_many(self, request: HttpRequest, rows: QuerySet[OutboxMessage]) -> None:
        results = [retry(row) for row in rows]
        text = gettext("Queued for sending: %(done)s. Nothing to do for: %(left)s.")
        self.message_user(request, text % {"done": sum(results), "left": len(results) - sum(results)})

    @admin.action(description=_("Discard"), permissions=["repair"])
    def discard_many(self, request: HttpRequest, rows: QuerySet[OutboxMessage]) -> HttpResponse | None:
        """Asks first: what is discarded is not sent by itself any more."""
        if "confirmed" not in request.POST:
            return TemplateResponse(
                request,
                "admin/bridge/confirm.html",
                {
                    **self.admin_site.each_context(request),
                    "opts": self.opts,
                    "title": gettext("Discard messages"),
                    "question": gettext("Messages to discard: %(count)s. They will not be sent.")
                    % {"count": rows.count()},
                    "submit": gettext("Discard"),
                    "action": "discard_many",
                    "selected": request.POST.getlist("_selected_action"),
                    "across": request.POST.get("select_across", "0"),
                },
            )
        results = [discard(row) for row in rows]
        text = gettext("Discarded: %(done)s. Already sent or being sent: %(left)s.")
        self.message_user(request, text % {"done": sum(results), "left": len(results) - sum(results)})
        return None
