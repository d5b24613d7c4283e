"""Orders on the desk: where each stands, its page with the journey, and what a person may decide about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.dashboard import shown
from bridge.dashboard.bounded_list import BoundedList
from bridge.dashboard.comparing.compare_button import COMPARE, Comparable
from bridge.dashboard.orders import order_page
from bridge.dashboard.orders.order_buttons import DecidingGoods, Holding
from bridge.dashboard.orders.order_filters import RemarkFilter, StandingFilter, StatusFilter
from bridge.dashboard.orders.order_states import FLAGGED, standing, with_standing
from bridge.dashboard.orders.personal_desk import PersonalData
from bridge.dashboard.page import ReadOnlyPage, ShopFilter, button
from bridge.dashboard.period_filter import PeriodFilter
from bridge.dashboard.words import STATUS_COLOURS, word
from bridge.history.deeds import Sentence, Text
from bridge.orders import search
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue
from bridge.sync import kinds
from bridge.sync.site_orders.orders_from_site import wants_document
from bridge.sync.states import removed_documents
from bridge.wording import STATUSES

Gone = OrderBinding.Gone
SHOWN_IN_LIST = (
    *("number", "email", "phone", "total_minor", "currency", "status", "placed_at", "shop__name"),
    *("binding__external_id", "binding__document_name", "binding__page_url", "binding__gone"),
)


class OrderDesk(PersonalData, BoundedList, Holding, DecidingGoods, Comparable, ReadOnlyPage):
    list_display = (
        "shown_number",
        "shown_placed",
        "shown_buyer",
        "shown_total",
        "shown_status",
        "shown_standing",
    )
    list_filter = (
        ("shop", ShopFilter),
        StandingFilter,
        StatusFilter,
        RemarkFilter,
        ("placed_at", PeriodFilter),
    )
    search_fields = ("number",)  # that there is a search at all; search.py says by what
    search_help_text = _("Number, e-mail, phone (or its last digits), or number in MoySklad")
    change_form_template = "admin/bridge/order/change_form.html"
    sortable_by = ("shown_number", "shown_placed")
    actions = ("send_again_many",)
    actions_detail = (
        "take_site",
        "take_document",
        "send_again",
        "release",
        "hold",
        "create_again",
        "leave_so",
        "cancel_on_site",
        "compare",
    )
    fields = ()
    # What people did stands in the journey.
    change_form_outer_after_template = None  # type: ignore[assignment]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        rows = with_standing(super().get_queryset(request))
        match = request.resolver_match
        on_list = match is not None and str(match.url_name).endswith("_changelist")
        if on_list and request.method == "GET":
            return rows.only(*SHOWN_IN_LIST)
        return rows.select_related("shop__site", "shop__account")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        keys = search.found(queryset, search_term)
        if len(keys) >= search.MOST:
            text = gettext("The newest %(count)s orders that fit are shown. Type more to find an older one.")
            self.message_user(request, text % {"count": search.MOST}, messages.INFO)
        return queryset.filter(pk__in=keys), False

    def state_of(self, obj: Any) -> dict[Text, Text]:
        """With where the order stands: that is what the buttons change."""
        return {**super().state_of(obj), _("state"): standing(obj).label}

    @admin.display(description=_("number"), ordering="number")
    def shown_number(self, order: Order) -> str:
        return shown.lines(order.number, order.shop.name)

    @admin.display(description=_("placed"), ordering="placed_at")
    def shown_placed(self, order: Order) -> str:
        return shown.when(order.placed_at)

    @admin.display(description=_("buyer"))
    def shown_buyer(self, order: Order) -> str:
        return shown.lines(order.email, order.phone)

    @admin.display(description=_("total"))
    def shown_total(self, order: Order) -> str:
        return shown.money(order.total_minor, order.currency)

    @admin.display(description=_("status on the site"))
    def shown_status(self, order: Order) -> str:
        return shown.tag(word(STATUSES, order.status), STATUS_COLOURS.get(order.status, "muted"))

    @admin.display(description=_("MoySklad"))
    def shown_standing(self, order: Any) -> str:
        now = standing(order)
        document = order_page.document_link(getattr(order, "binding", None))
        remarks = shown.tag(FLAGGED.label, FLAGGED.colour) if order.flagged else ""
        return shown.lines(shown.tag(now.label, now.colour), remarks, document)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        order = self.get_object(request, object_id)
        extra = {**(extra_context or {}), "order": order}
        if order is not None:
            extra |= {
                "page": order_page.context(order, request.GET.get("before", "")),
                "may_decide": self.has_repair_permission(request),
                "title": gettext("Order %(number)s") % {"number": order},
            }
        return super().change_view(request, object_id, form_url, extra)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Only the buttons that make sense for this order; whose goods count is asked where both are shown."""
        order = self.get_object(request, str(object_id))
        fitting = self._fitting(order) | {COMPARE} if order is not None else set()
        return [one for one in super().get_actions_detail(request, object_id) if one.path in fitting]  # type: ignore[misc]

    @staticmethod
    def _fitting(order: Any) -> set[str]:
        held = {"release"} if order.held else {"hold"}
        gone = order.binding.gone if hasattr(order, "binding") else Gone.NO
        if gone in (Gone.BINNED, Gone.DELETED):
            return {"create-again", "leave", "cancel"} | held
        if gone:
            return {"create-again"} | held
        return held | ({"send-again"} if wants_document(order) else set())

    @admin.action(description=_("Send again"), permissions=["repair"])
    def send_again_many(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        wanted = [order for order in orders if wants_document(order)]
        for order in wanted:
            enqueue(order.shop, order.shop.account, kinds.ORDER, order.object_key)
        text = gettext("Queued for sending: %(sent)s. Not sent in their present status: %(skipped)s.")
        self.message_user(request, text % {"sent": len(wanted), "skipped": len(orders) - len(wanted)})

    @button(
        _("Send again"),
        _("What changed on the site is sent to MoySklad once more. Edits made in the document stay."),
        icon="send",
        path="send-again",
    )
    def send_again(self, request: HttpRequest, order: Order) -> None:
        enqueue(order.shop, order.shop.account, kinds.ORDER, order.object_key)
        self.note(request, order, _("The order is queued for sending."))

    @button(
        _("Create again"),
        _("A new document is made in MoySklad. The removed one stays where it is."),
        icon="note_add",
        path="create-again",
    )
    def create_again(self, request: HttpRequest, order: Order) -> None:
        done = removed_documents.create_again(order)
        self._decided(request, order, done, _("A new document is being made."))

    @button(
        _("Leave so"),
        _("The order stays on the site as it is and is no longer sent to MoySklad."),
        icon="do_not_disturb_on",
        path="leave",
    )
    def leave_so(self, request: HttpRequest, order: Order) -> None:
        done = removed_documents.leave(order)
        self._decided(request, order, done, _("The document stays removed."))

    @button(
        _("Cancel on the site"),
        _("The order becomes cancelled on the site; the buyer may get the shop's e-mail about it."),
        icon="cancel",
        path="cancel",
    )
    def cancel_on_site(self, request: HttpRequest, order: Order) -> None:
        done = removed_documents.cancel_on_site(order)
        self._decided(request, order, done, _("The order is being cancelled on the site."))

    def _decided(self, request: HttpRequest, order: Order, done: bool, text: Sentence) -> None:
        if done:
            self.note(request, order, text)
        else:
            self.message_user(request, gettext("The document is in its place again."), messages.INFO)
