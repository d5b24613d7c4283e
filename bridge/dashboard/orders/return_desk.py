"""Returns of MoySklad on the desk: those nobody knows the order of, seen to or followed by a person."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from bridge.dashboard import shown
from bridge.dashboard.bounded_list import BoundedList
from bridge.dashboard.orders.after_sale import currency_of, in_moysklad, with_currency
from bridge.dashboard.page import ConnectionFilter, ReadOnlyPage, button
from bridge.orders import search
from bridge.orders.after_sale import Return
from bridge.orders.models import Order
from bridge.sync.returns import returns_to_site
from bridge.sync.returns.returns_from_moysklad import pending


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


class ReturnDesk(BoundedList, ReadOnlyPage):
    """Returns without an order are listed, not guessed: a person says what they are about."""

    list_display = ("shown_number", "shown_made", "shown_sum", "shown_about")
    list_display_links = None
    list_filter = (ReturnFilter, ("connection", ConnectionFilter))
    list_select_related = ("connection", "order", "refund")
    search_fields = ("name",)
    search_help_text = _("Number in MoySklad, or of the order")
    ordering = ("-moment", "-pk")
    actions = ("settle_many",)
    actions_row = ("settle",)
    actions_detail = ("settle", "follow")
    fields = ("shown_number", "shown_made", "shown_sum", "shown_about")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Return]:
        return with_currency(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Its own number, or what finds its order."""
        word = search_term.strip().lstrip("№ ")
        if not word:
            return queryset, False
        return queryset.filter(Q(name=word) | Q(order__in=search.found(Order.objects.all(), word))), False

    @admin.display(description=_("number in MoySklad"))
    def shown_number(self, row: Return) -> str:
        return shown.lines(in_moysklad(row.name, row.page_url, gone=row.gone), row.connection.name)

    @admin.display(description=_("made"))
    def shown_made(self, row: Return) -> str:
        return shown.when(row.moment)

    @admin.display(description=_("sum"))
    def shown_sum(self, row: Any) -> str:
        return shown.money(row.sum_minor, currency_of(row))

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
        self.note(request, row, _("The return is settled."))

    @button(
        _("Follow the return"),
        _("Its refund on the site is deleted, and made anew if the return is still there."),
        icon="sync",
        path="follow",
    )
    def follow(self, request: HttpRequest, row: Return) -> None:
        returns_to_site.follow(row)
        self.note(request, row, _("The refund will be changed in a moment."))

    @admin.action(description=_("Mark as settled"), permissions=["repair"])
    def settle_many(self, request: HttpRequest, rows: QuerySet[Return]) -> None:
        for row in rows:
            returns_to_site.settle(row)
        self.message_user(request, gettext("Returns settled: %(count)s.") % {"count": len(rows)})
