"""Orders on the desk: where each stands, its page with the journey, and what a person may decide about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter

from bridge.connections.models import DirectoryEntry
from bridge.dashboard import decisions, order_page, shown
from bridge.dashboard.after_sale import became, documents_of, in_moysklad
from bridge.dashboard.order_states import ALL, FLAGGED, narrow, standing, with_standing
from bridge.dashboard.page import ConnectionFilter, ReadOnlyPage, ShopFilter, button
from bridge.dashboard.words import STATUS_COLOURS, status_choices, word
from bridge.orders.after_sale import Refund, Return
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue
from bridge.sync import kinds
from bridge.sync.refunds import refund_plans
from bridge.sync.returns import returns_to_site
from bridge.sync.returns.returns_from_moysklad import pending
from bridge.sync.site_orders.orders_from_site import wants_document
from bridge.sync.states import removed_documents
from bridge.wording import STATUSES

Gone = OrderBinding.Gone


class StandingFilter(DropdownFilter):  # type: ignore[misc]
    title = _("state")
    parameter_name = "standing"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return [(one.code, one.label) for one in (*ALL, FLAGGED)]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return narrow(queryset, self.value()) if self.value() else queryset


class StatusFilter(DropdownFilter):  # type: ignore[misc]
    title = _("status on the site")
    parameter_name = "status"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, str]]:
        return status_choices()

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Order)
class OrderPage(ReadOnlyPage):
    list_display = (
        "shown_number",
        "shown_placed",
        "shown_buyer",
        "shown_total",
        "shown_status",
        "shown_standing",
    )
    list_filter = (("shop", ShopFilter), StandingFilter, StatusFilter, ("placed_at", RangeDateFilter))
    search_fields = ("number", "email", "phone", "binding__document_name")
    search_help_text = _("Number, e-mail, phone or number in MoySklad")
    change_form_template = "admin/bridge/order/change_form.html"
    actions = ("send_again_many",)
    actions_detail = ("send_again", "create_again", "leave_so", "cancel_on_site")
    fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return with_standing(super().get_queryset(request)).select_related("shop__site", "shop__account")

    @admin.display(description=_("number"), ordering="number")
    def shown_number(self, order: Order) -> str:
        return shown.lines(order.number, order.shop.name)

    @admin.display(description=_("placed"), ordering="placed_at")
    def shown_placed(self, order: Order) -> str:
        return shown.when(order.placed_at)

    @admin.display(description=_("buyer"), ordering="email")
    def shown_buyer(self, order: Order) -> str:
        return shown.lines(order.email, order.phone)

    @admin.display(description=_("total"), ordering="total_minor")
    def shown_total(self, order: Order) -> str:
        return shown.money(order.total_minor, order.currency)

    @admin.display(description=_("status on the site"), ordering="status")
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
                "page": order_page.context(order),
                "title": gettext("Order %(number)s") % {"number": order},
            }
        return super().change_view(request, object_id, form_url, extra)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Only the buttons that make sense for this order."""
        order = self.get_object(request, str(object_id))
        fitting = self._fitting(order) if order is not None else set()
        return [one for one in super().get_actions_detail(request, object_id) if one.path in fitting]  # type: ignore[misc]

    @staticmethod
    def _fitting(order: Order) -> set[str]:
        gone = order.binding.gone if hasattr(order, "binding") else Gone.NO
        if gone in (Gone.BINNED, Gone.DELETED):
            return {"create-again", "leave", "cancel"}
        if gone:
            return {"create-again"}
        return {"send-again"} if wants_document(order) else set()

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
        self.note(request, order, gettext("The order is queued for sending."))

    @button(
        _("Create again"),
        _("A new document is made in MoySklad. The removed one stays where it is."),
        icon="note_add",
        path="create-again",
    )
    def create_again(self, request: HttpRequest, order: Order) -> None:
        done = removed_documents.create_again(order)
        self._decided(request, order, done, gettext("A new document is being made."))

    @button(
        _("Leave so"),
        _("The order stays on the site as it is and is no longer sent to MoySklad."),
        icon="do_not_disturb_on",
        path="leave",
    )
    def leave_so(self, request: HttpRequest, order: Order) -> None:
        done = removed_documents.leave(order)
        self._decided(request, order, done, gettext("The document stays removed."))

    @button(
        _("Cancel on the site"),
        _("The order becomes cancelled on the site; the buyer may get the shop's e-mail about it."),
        icon="cancel",
        path="cancel",
    )
    def cancel_on_site(self, request: HttpRequest, order: Order) -> None:
        done = removed_documents.cancel_on_site(order)
        self._decided(request, order, done, gettext("The order is being cancelled on the site."))

    def _decided(self, request: HttpRequest, order: Order, done: bool, text: str) -> None:
        if done:
            self.note(request, order, text)
        else:
            self.message_user(request, gettext("The document is in its place again."), messages.INFO)


class ReturnFilter(DropdownFilter):  # type: ignore[misc]
    """Without a choice the list shows those nobody knows the order of and nobody has seen to."""

    title = _("state")
    parameter_name = "state"
    all_option = None

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return [("open", _("Without an order")), ("settled", _("Settled")), ("all", _("All"))]

    def value(self) -> str:
        return str(super().value() or "open")

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Return]) -> QuerySet[Return]:
        if self.value() == "all":
            return queryset
        return queryset.filter(order=None, settled=self.value() == "settled", gone=False)


@admin.register(Return)
class ReturnPage(ReadOnlyPage):
    """Returns without an order are listed, not guessed: a person says what they are about."""

    list_display = ("shown_number", "shown_made", "shown_sum", "shown_about")
    list_display_links = None
    list_filter = (ReturnFilter, ("connection", ConnectionFilter))
    list_select_related = ("connection", "order", "refund")
    search_fields = ("name", "order__number")
    search_help_text = _("Number in MoySklad, or of the order")
    ordering = ("-moment", "-pk")
    actions = ("settle_many",)
    actions_row = ("settle",)
    actions_detail = ("settle", "follow")
    fields = ("shown_number", "shown_made", "shown_sum", "shown_about")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Return]:
        """With the account's own currency, for returns whose order is not known."""
        own = DirectoryEntry.objects.filter(
            connection=OuterRef("connection"), kind=DirectoryEntry.Kind.CURRENCY, is_default=True
        )
        rows: QuerySet[Return] = super().get_queryset(request)
        return rows.annotate(own_currency=Subquery(own.values("detail")[:1]))

    @admin.display(description=_("number in MoySklad"), ordering="name")
    def shown_number(self, row: Return) -> str:
        return shown.lines(in_moysklad(row.name, row.page_url, gone=row.gone), row.connection.name)

    @admin.display(description=_("made"), ordering="moment")
    def shown_made(self, row: Return) -> str:
        return shown.when(row.moment)

    @admin.display(description=_("sum"), ordering="sum_minor")
    def shown_sum(self, row: Any) -> str:
        currency = row.order.currency if row.order else row.own_currency or "RUB"
        return shown.money(row.sum_minor, currency)

    @admin.display(description=_("order"))
    def shown_about(self, row: Return) -> str:
        if row.order is not None:
            return shown.page_of("order", row.order_id, row.order.number)
        if row.settled:
            return shown.tag(_("settled"))
        return shown.lines(
            shown.tag(_("no order"), "warning"),
            gettext(
                "The return has no shipment of an order from the site. If it belongs to one, refund the order there."
            ),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        row = self.get_object(request, str(object_id))
        fitting = {"settle"} if row is not None and not row.settled else set()
        if row is not None and pending(row) and row.done is not None and not row.is_of_people:
            fitting.add("follow")
        return [one for one in super().get_actions_detail(request, object_id) if one.path in fitting]  # type: ignore[misc]

    @button(
        _("Mark as settled"),
        _(
            "Nothing more is asked about this return as it is now. Nothing changes in MoySklad or on the site."
        ),
        icon="check",
        path="settle",
    )
    def settle(self, request: HttpRequest, row: Return) -> None:
        returns_to_site.settle(row)
        self.note(request, row, gettext("The return is settled."))

    @button(
        _("Follow the return"),
        _("Its refund on the site is deleted, and made anew if the return is still there."),
        icon="sync",
        path="follow",
    )
    def follow(self, request: HttpRequest, row: Return) -> None:
        returns_to_site.follow(row)
        self.note(request, row, gettext("The refund will be changed in a moment."))

    @admin.action(description=_("Mark as settled"), permissions=["repair"])
    def settle_many(self, request: HttpRequest, rows: QuerySet[Return]) -> None:
        for row in rows:
            returns_to_site.settle(row)
        self.message_user(request, gettext("Returns settled: %(count)s.") % {"count": len(rows)})


@admin.register(Refund)
class RefundPage(ReadOnlyPage):
    """Reached from its order; a person may say that what it needs was entered by hand."""

    list_display = ("shown_number", "shown_order", "shown_made", "shown_sum", "shown_became")
    list_select_related = ("order__shop",)
    search_fields = ("source_id", "order__number")
    search_help_text = _("Number of the refund or of the order")
    ordering = ("-placed_at", "-pk")
    actions = None
    actions_detail = ("settle",)
    fields = ("shown_order", "shown_made", "shown_sum", "shown_became")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        rows: QuerySet[Refund] = super().get_queryset(request)
        return rows.prefetch_related("made_from", "order__documents")

    def title_of(self, obj: Refund) -> str:
        return f"№ {obj.source_id}"

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        row = self.get_object(request, str(object_id))
        is_open = row is not None and row in decisions.open_refunds(row.order)
        return super().get_actions_detail(request, object_id) if is_open else []  # type: ignore[misc]

    @admin.display(description=_("number"), ordering="source_id")
    def shown_number(self, row: Refund) -> str:
        return self.title_of(row)

    @admin.display(description=_("order"))
    def shown_order(self, row: Refund) -> str:
        return shown.page_of("order", row.order_id, row.order.number)

    @admin.display(description=_("made"), ordering="placed_at")
    def shown_made(self, row: Refund) -> str:
        return shown.when(row.placed_at)

    @admin.display(description=_("sum"), ordering="amount_minor")
    def shown_sum(self, row: Refund) -> str:
        return shown.money(row.amount_minor, row.order.currency)

    @admin.display(description=_("MoySklad"))
    def shown_became(self, row: Refund) -> str:
        return became(row, documents_of(row))

    @button(
        _("Mark as settled"),
        _(
            "A person entered in MoySklad what this refund needs: nothing more is made of it or asked about it."
        ),
        icon="check",
        path="settle",
    )
    def settle(self, request: HttpRequest, row: Refund) -> None:
        if row not in decisions.open_refunds(row.order):
            self.message_user(request, gettext("Nothing to do: the refund is through."), messages.INFO)
            return
        refund_plans.settle_by_hand(row)
        self.note(request, row, gettext("The refund is settled."))
