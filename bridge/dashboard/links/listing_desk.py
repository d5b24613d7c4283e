"""The site's goods on the desk: what each is in MoySklad, and linking the two by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
)

from bridge.catalog import suggestions
from bridge.catalog.candidates import linkable
from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.dashboard import shown
from bridge.dashboard.bounded_list import BoundedList, WidelyCounted
from bridge.dashboard.comparing.compare_button import Comparable
from bridge.dashboard.links import goods_search, links_page, listing_goods
from bridge.dashboard.links.links_cells import item_cell, suggestion_cell
from bridge.dashboard.links.links_filters import HowFilter, LinkFilter, RefusedFilter
from bridge.dashboard.links.links_views import LinkViews
from bridge.dashboard.links.listing_form import ListingForm
from bridge.dashboard.page import ReadOnlyPage, ShopFilter
from bridge.history.deeds import Text
from bridge.sync.goods import catalog_from_moysklad
from bridge.sync.links import suggested

Match = Listing.Match
COLOURS = {
    Match.LINKED: "success",
    Match.MISSING: "danger",
    Match.AMBIGUOUS: "warning",
    Match.KIND: "warning",
    Match.NO_SKU: "warning",
}
FOUND_AT_MOST = 20
# Rows of a list that one click links; all of them go through the page that counts first.
CONFIRMED_AT_MOST = 500


class ListingDesk(BoundedList, Comparable, LinkViews, ReadOnlyPage):
    form = ListingForm
    list_before_template = "admin/bridge/listing/before_list.html"
    list_display = ("shown_name", "shown_product", "shown_match", "shown_stock", "shown_refusal")
    list_filter = (
        ("shop", ShopFilter),
        LinkFilter,
        ("binding__origin", HowFilter),
        RefusedFilter,
        ("present", BooleanRadioFilter),
    )
    list_select_related = ("shop", "binding__product", "suggestion", "lost_link")
    search_fields = goods_search.OF_LISTINGS
    search_help_text = _("Name or SKU")
    ordering = ("name", "pk")
    list_per_page = 25  # each row has buttons of its own, which take the most of the time
    sortable_by = ("shown_name",)
    paginator = WidelyCounted
    all_at_once = True
    actions = ("confirm_many", "refuse_many", "match_many", "unlink_many")
    actions_detail = ("compare",)
    fields = (
        "product",
        "shown_suggestion",
        "shown_candidates",
        "shown_title",
        "sku",
        "shown_shop",
        "shown_match",
        "shown_stock",
        "shown_number",
        "shown_fields",
        "shown_refusal",
    )
    readonly_fields = fields[1:]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_repair_permission(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return goods_search.narrowed(queryset, search_term, goods_search.OF_LISTINGS), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        may_link = self.has_repair_permission(request)
        above = {"links": links_page.context(request.GET.get("shop__id__exact", "")), "may_link": may_link}
        return super().changelist_view(request, {**(extra_context or {}), **above})

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.products)
        return [path("<int:pk>/products/", view, name="bridge_listing_products"), *super().get_urls()]

    def products(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Products for the select box: those with the listing's SKU first."""
        listing = self.get_object(request, str(pk))
        if listing is None or not self.has_change_permission(request, listing):
            return JsonResponse({"results": [], "pagination": {"more": False}}, status=403)
        term = request.GET.get("term", "").replace("\x00", "")
        rows = goods_search.narrowed(linkable(listing.shop), term, goods_search.OF_PRODUCTS)
        same = Q(article=listing.sku) | Q(code=listing.sku) if listing.sku else Q(pk=None)
        ordered = rows.annotate(
            other=Case(When(same, then=Value(0)), default=Value(1), output_field=IntegerField())
        ).order_by("other", "name", "pk")
        page = (
            max(int(request.GET.get("page", "1") or 1), 1) if request.GET.get("page", "1").isdecimal() else 1
        )
        found = list(ordered[(page - 1) * FOUND_AT_MOST : page * FOUND_AT_MOST + 1])
        return JsonResponse(
            {
                "results": [{"id": str(row.pk), "text": str(row)} for row in found[:FOUND_AT_MOST]],
                "pagination": {"more": len(found) > FOUND_AT_MOST},
            }
        )

    def save_model(self, request: HttpRequest, obj: Listing, form: Any, change: bool) -> None:
        """Only the link is a person's; everything else stays as the site says."""
        if "product" not in form.changed_data:
            return
        product = form.cleaned_data["product"]
        if product is None:
            if catalog_from_moysklad.unlink(obj):
                text = gettext("The link is taken away; the SKU does not make it again.")
                self.message_user(request, text, messages.SUCCESS)
            return
        self.tell_released(request, catalog_from_moysklad.link(obj, product))

    def state_of(self, obj: Listing) -> dict[Text, Text]:
        """The history keeps which item it was linked with."""
        binding = getattr(obj, "binding", None)
        return {_("in MoySklad"): str(binding.product) if binding is not None else ""}

    @admin.display(description=_("on the site"), ordering="name")
    def shown_name(self, listing: Listing) -> str:
        gone = "" if listing.present else shown.tag(_("no longer on the site"))
        return shown.lines(listing.name, listing.sku, gone)

    @admin.display(description=_("on the site"))
    def shown_title(self, listing: Listing) -> str:
        return listing.name

    @admin.display(description=_("shop"))
    def shown_shop(self, listing: Listing) -> str:
        return listing.shop.name

    def get_list_display(self, request: HttpRequest) -> Any:
        """Who may not link gets no buttons for it."""
        shown_columns = super().get_list_display(request)
        if self.has_repair_permission(request):
            return shown_columns
        return [{"shown_product": "shown_item"}.get(str(name), name) for name in shown_columns]

    @admin.display(description=_("in MoySklad"))
    def shown_product(self, listing: Listing) -> str:
        return item_cell(listing, may_decide=True)

    @admin.display(description=_("in MoySklad"))
    def shown_item(self, listing: Listing) -> str:
        return item_cell(listing, may_decide=False)

    @admin.display(description=_("suggestion"))
    def shown_suggestion(self, listing: Listing) -> str:
        return suggestion_cell(listing, may_decide=False)

    @admin.display(description=_("link"))
    def shown_match(self, listing: Listing) -> str:
        binding = getattr(listing, "binding", None)
        if binding is not None and not (listing.present and binding.product.present):
            return shown.lines(shown.tag(_("lost its other side"), "danger"), binding.get_origin_display())
        how = binding.get_origin_display() if binding else ""
        return shown.lines(shown.tag(listing.get_match_display(), COLOURS[Match(listing.match)]), how)

    @admin.display(description=_("stock: site / wanted"))
    def shown_stock(self, listing: Listing) -> str:
        if listing.keeper != Listing.Keeper.OWN:
            return str(_("the site keeps no stock of it"))
        here, there = (
            shown.EMPTY if number is None else shown.pieces(number)
            for number in (listing.site_quantity, listing.wanted_quantity)
        )
        return format_html('<span class="desk-nowrap">{} / {}</span>', here, there)

    @admin.display(description=_("how the number is made"))
    def shown_number(self, listing: Listing) -> str:
        return listing_goods.number(listing)

    @admin.display(description=_("prices and texts"))
    def shown_fields(self, listing: Listing) -> str:
        return listing_goods.table(listing)

    @admin.display(description=_("not written, and why"))
    def shown_refusal(self, listing: Listing) -> str:
        return listing_goods.refused(listing)

    @admin.display(description=_("with the same SKU"))
    def shown_candidates(self, listing: Listing) -> str:
        sku = listing.sku.strip()
        rows = (
            linkable(listing.shop).filter(Q(article=sku) | Q(code=sku)).order_by("name")[:10] if sku else []
        )
        return shown.lines(*(str(row) for row in rows))

    @admin.action(description=_("Link with the suggestion"), permissions=["repair"])
    def confirm_many(self, request: HttpRequest, rows: QuerySet[Listing]) -> None:
        """Of the chosen ones; many at once have a page of their own that counts first."""
        done = 0
        chosen = rows.select_related("shop__site", "shop__account", "suggestion").exclude(match=Match.LINKED)
        for listing in chosen.filter(suggestion__isnull=False, present=True)[:CONFIRMED_AT_MOST]:
            if listing.suggestion is not None:
                catalog_from_moysklad.link(listing, listing.suggestion)
                done += 1
        text = gettext("Products linked with their suggestions: %(count)s.") % {"count": done}
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=_("Refuse the suggestion"), permissions=["repair"])
    def refuse_many(self, request: HttpRequest, rows: QuerySet[Listing]) -> None:
        refused = suggestions.refuse(rows.filter(suggestion__isnull=False))
        text = gettext("Suggestions refused: %(count)s.") % {"count": refused}
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=_("Look for links again"), permissions=["repair"])
    def match_many(self, request: HttpRequest, rows: QuerySet[Listing]) -> None:
        found = 0
        for shop in Shop.objects.filter(pk__in=rows.values("shop")).select_related("site", "account"):
            of_shop = rows.filter(shop=shop, present=True).values_list("pk", flat=True)
            found += suggested.match_some(shop, list(of_shop))
        self.message_user(request, gettext("New links found by SKU: %(count)s.") % {"count": found})

    @admin.action(description=_("Take the link away for good"), permissions=["repair"])
    def unlink_many(self, request: HttpRequest, rows: QuerySet[Listing]) -> None:
        """Of what lost its link by itself the notice goes."""
        told = rows.filter(Q(binding__isnull=False) | Q(lost_link__isnull=False))
        count = sum(
            catalog_from_moysklad.unlink(listing)
            for listing in told.select_related("shop__account", "shop__site")
        )
        text = gettext("Links taken away: %(count)s.") % {"count": count}
        self.message_user(request, text, messages.SUCCESS)
