"""Refunds of the site on the desk, reached from their orders."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.dashboard import shown
from bridge.dashboard.bounded_list import BoundedList
from bridge.dashboard.orders import decisions
from bridge.dashboard.orders.after_sale import became, documents_of
from bridge.dashboard.page import ReadOnlyPage, button
from bridge.orders import search
from bridge.orders.after_sale import Refund
from bridge.orders.models import Order
from bridge.sync.refunds import refund_plans


class RefundDesk(BoundedList, ReadOnlyPage):
    """Reached from its order; a person may say that what it needs was entered by hand."""

    list_display = ("shown_number", "shown_order", "shown_made", "shown_sum", "shown_became")
    list_select_related = ("order__shop",)
    search_fields = ("source_id",)
    search_help_text = _("Number of the refund or of the order")
    ordering = ("-placed_at", "-pk")
    actions = None
    actions_detail = ("settle",)
    fields = ("shown_order", "shown_made", "shown_sum", "shown_became")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        rows: QuerySet[Refund] = super().get_queryset(request)
        return rows.prefetch_related("made_from", "order__documents")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Its own number, or what finds its order."""
        word = search_term.strip().lstrip("№ ")
        if not word:
            return queryset, False
        return queryset.filter(
            Q(source_id=word) | Q(order__in=search.found(Order.objects.all(), word))
        ), False

    def title_of(self, obj: Refund) -> str:
        return f"№ {obj.source_id}"

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        row = self.get_object(request, str(object_id))
        is_open = row is not None and row in decisions.open_refunds(row.order)
        return super().get_actions_detail(request, object_id) if is_open else []  # type: ignore[misc]

    @admin.display(description=_("number"))
    def shown_number(self, row: Refund) -> str:
        return self.title_of(row)

    @admin.display(description=_("order"))
    def shown_order(self, row: Refund) -> str:
        return shown.page_of("order", row.order_id, row.order.number)

    @admin.display(description=_("made"))
    def shown_made(self, row: Refund) -> str:
        return shown.when(row.placed_at)

    @admin.display(description=_("sum"))
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
        self.note(request, row, _("The refund is settled."))
