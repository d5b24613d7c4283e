"""MoySklad's goods on the desk: what each is, and what it is on the sites."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from bridge.catalog.models import Product
from bridge.dashboard import shown
from bridge.dashboard.bounded_list import BoundedList, WidelyCounted
from bridge.dashboard.links import goods_search
from bridge.dashboard.page import ConnectionFilter, ReadOnlyPage
from bridge.dashboard.words import sentence_case


class ProductDesk(BoundedList, ReadOnlyPage):
    list_display = ("name", "article", "code", "shown_kind", "shown_presence", "shown_account")
    list_filter = (
        ("connection", ConnectionFilter),
        ("kind", ChoicesDropdownFilter),
        ("archived", BooleanRadioFilter),
        ("present", BooleanRadioFilter),
    )
    list_select_related = ("connection",)
    search_fields = goods_search.OF_PRODUCTS
    search_help_text = _("Name, article or code")
    ordering = ("name", "pk")
    sortable_by = ("name",)
    paginator = WidelyCounted
    actions = None
    empty_value_display = shown.EMPTY
    fields = ("name", "article", "code", "shown_kind", "shown_presence", "shown_account", "shown_listings")
    readonly_fields = fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return goods_search.narrowed(queryset, search_term, goods_search.OF_PRODUCTS), False

    @admin.display(description=_("account"))
    def shown_account(self, product: Product) -> str:
        return product.connection.name

    @admin.display(description=_("kind"))
    def shown_kind(self, product: Product) -> str:
        return sentence_case(str(product.get_kind_display()))

    @admin.display(description=_("state"))
    def shown_presence(self, product: Product) -> str:
        if not product.present:
            return shown.tag(_("no longer in MoySklad"), "danger")
        return shown.tag(_("in the archive")) if product.archived else shown.tag(_("in use"), "success")

    @admin.display(description=_("on the site"))
    def shown_listings(self, product: Product) -> str:
        rows = product.bindings.select_related("listing__shop")[:20]
        return shown.lines(
            *(shown.page_of("listing", row.listing_id, f"{row.listing} · {row.listing.shop}") for row in rows)
        )
