"""Goods on the desk: what is on the site, what it is in MoySklad, and linking the two by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
)
from unfold.widgets import UnfoldAdminAutocompleteModelChoiceFieldWidget

from bridge.catalog import bindings
from bridge.catalog.models import Listing, Product
from bridge.connections.models import Shop
from bridge.dashboard import shown
from bridge.dashboard.page import ConnectionFilter, ReadOnlyPage, ShopFilter, containing
from bridge.dashboard.words import sentence_case
from bridge.sync.goods import catalog_from_moysklad

Match = Listing.Match
COLOURS = {
    Match.LINKED: "success",
    Match.MISSING: "danger",
    Match.AMBIGUOUS: "warning",
    Match.NO_SKU: "warning",
}
FOUND_AT_MOST = 20


class RefusedFilter(DropdownFilter):  # type: ignore[misc]
    title = _("stock on the site")
    parameter_name = "stock"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return [("refused", _("the site refused")), ("written", _("no refusals"))]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Listing]) -> QuerySet[Listing]:
        if self.value() == "refused":
            return queryset.exclude(write_error="")
        return queryset.filter(write_error="") if self.value() == "written" else queryset


class ListingForm(forms.ModelForm):  # type: ignore[type-arg]
    """One question: which product of the account this is. Empty takes the link away."""

    product = forms.ModelChoiceField(
        Product.objects.none(),
        required=False,
        label=_("Product in MoySklad"),
        help_text=_("Type a part of the name, article or code. Empty: not linked."),
        widget=UnfoldAdminAutocompleteModelChoiceFieldWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listing: Listing = self.instance
        field = self.fields["product"]
        if not isinstance(field, forms.ModelChoiceField):
            raise TypeError("the product is chosen from products")
        field.queryset = linkable(listing.shop)
        field.widget.attrs["data-ajax--url"] = reverse("admin:bridge_listing_products", args=[listing.pk])
        binding = getattr(listing, "binding", None)
        self.initial["product"] = binding.product_id if binding else None


def linkable(shop: Shop) -> QuerySet[Product]:
    """Goods a listing of this shop may be: of its account, present, no services."""
    return Product.objects.filter(connection=shop.account_id, present=True, archived=False).exclude(
        kind=Product.Kind.SERVICE
    )


@admin.register(Listing)
class ListingPage(ReadOnlyPage):
    form = ListingForm
    list_display = ("shown_name", "shown_product", "shown_match", "shown_stock", "shown_refusal")
    list_filter = (
        ("shop", ShopFilter),
        ("match", ChoicesDropdownFilter),
        RefusedFilter,
        ("present", BooleanRadioFilter),
    )
    list_select_related = ("shop", "binding__product")
    search_fields = ("name", "sku")
    search_help_text = _("Name or SKU")
    ordering = ("name", "pk")
    actions = ("match_many", "unlink_many")
    fields = (
        "product",
        "shown_candidates",
        "shown_title",
        "sku",
        "shown_shop",
        "shown_match",
        "shown_stock",
        "shown_refusal",
    )
    readonly_fields = fields[1:]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_repair_permission(request)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.products)
        return [path("<int:pk>/products/", view, name="bridge_listing_products"), *super().get_urls()]

    def products(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Products for the select box: those with the listing's SKU first."""
        listing = self.get_object(request, str(pk))
        if listing is None or not self.has_change_permission(request, listing):
            return JsonResponse({"results": [], "pagination": {"more": False}}, status=403)
        term = request.GET.get("term", "").replace("\x00", "")
        rows = linkable(listing.shop)
        for word in term.split():
            rows = rows.filter(containing(word, ("name", "article", "code")))
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
            bindings.unbind(obj)
            return
        released = catalog_from_moysklad.link(obj, product)
        if released:
            self.message_user(
                request, gettext("Orders that waited for this link and now go on: %(n)s.") % {"n": released}
            )

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

    @admin.display(description=_("in MoySklad"), ordering="binding__product__name")
    def shown_product(self, listing: Listing) -> str:
        binding = getattr(listing, "binding", None)
        if binding is None:
            return shown.EMPTY
        product = binding.product
        gone = "" if product.present else shown.tag(_("no longer in MoySklad"), "danger")
        return shown.lines(product.name, product.article or product.code, gone)

    @admin.display(description=_("link"), ordering="match")
    def shown_match(self, listing: Listing) -> str:
        binding = getattr(listing, "binding", None)
        how = binding.get_origin_display() if binding else ""
        return shown.lines(shown.tag(listing.get_match_display(), COLOURS[Match(listing.match)]), how)

    @admin.display(description=_("stock: site / MoySklad"))
    def shown_stock(self, listing: Listing) -> str:
        if not listing.manages_stock:
            return str(_("the site keeps no stock of it"))
        here, there = (
            shown.EMPTY if number is None else str(number)
            for number in (listing.site_quantity, listing.wanted_quantity)
        )
        return f"{here} / {there}"

    @admin.display(description=_("the site refused"))
    def shown_refusal(self, listing: Listing) -> str:
        return listing.write_error or shown.EMPTY

    @admin.display(description=_("with the same SKU"))
    def shown_candidates(self, listing: Listing) -> str:
        sku = listing.sku.strip()
        rows = (
            linkable(listing.shop).filter(Q(article=sku) | Q(code=sku)).order_by("name")[:10] if sku else []
        )
        return shown.lines(*(str(row) for row in rows))

    @admin.action(description=_("Look for links again"), permissions=["repair"])
    def match_many(self, request: HttpRequest, rows: QuerySet[Listing]) -> None:
        shops = Shop.objects.filter(pk__in=rows.values("shop")).select_related("site", "account")
        found = sum(catalog_from_moysklad.match_shop(shop) for shop in shops)
        self.message_user(request, gettext("New links found by SKU: %(count)s.") % {"count": found})

    @admin.action(description=_("Take the link away"), permissions=["repair"])
    def unlink_many(self, request: HttpRequest, rows: QuerySet[Listing]) -> None:
        linked = list(rows.filter(binding__isnull=False))
        for listing in linked:
            bindings.unbind(listing)
        text = gettext("Links taken away: %(count)s.") % {"count": len(linked)}
        self.message_user(request, text, messages.SUCCESS)


@admin.register(Product)
class ProductPage(ReadOnlyPage):
    list_display = ("name", "article", "code", "shown_kind", "shown_presence", "shown_account")
    list_filter = (
        ("connection", ConnectionFilter),
        ("kind", ChoicesDropdownFilter),
        ("archived", BooleanRadioFilter),
        ("present", BooleanRadioFilter),
    )
    list_select_related = ("connection",)
    search_fields = ("name", "article", "code")
    search_help_text = _("Name, article or code")
    ordering = ("name", "pk")
    actions = None
    fields = ("name", "article", "code", "shown_kind", "shown_presence", "shown_account", "shown_listings")
    readonly_fields = fields

    @admin.display(description=_("account"), ordering="connection")
    def shown_account(self, product: Product) -> str:
        return product.connection.name

    @admin.display(description=_("kind"), ordering="kind")
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
