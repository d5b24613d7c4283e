"""The form on the page of a product of the site: which item of MoySklad it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminAutocompleteModelChoiceFieldWidget

from bridge.catalog.candidates import linkable
from bridge.catalog.models import Listing, Product


class GoodsSelect(UnfoldAdminAutocompleteModelChoiceFieldWidget):  # type: ignore[misc]
    """Searches in the page's language: the theme's own forgets Select2's translations. Of all products of the account
    it reads the chosen one alone; others are read as one types.
    """

    def optgroups(self, name: str, value: list[Any], attrs: dict[str, Any] | None = None) -> list[Any]:
        every: Any = getattr(self, "choices")  # noqa: B009 - the stubs do not say what it is
        chosen = every.queryset.filter(pk__in=[one for one in map(str, value) if one.isdecimal()])
        self.choices = [("", ""), *map(every.choice, chosen)]
        try:
            groups: list[Any] = super().optgroups(name, value, attrs)
        finally:
            self.choices = every
        return groups

    class Media:
        js = (
            "admin/js/vendor/select2/select2.full.js",
            "admin/js/vendor/select2/i18n/ru.js",
            "admin/js/jquery.init.js",
        )


class ListingForm(forms.ModelForm):  # type: ignore[type-arg]
    """One question: which product of the account this is. Empty takes the link away."""

    product = forms.ModelChoiceField(
        Product.objects.none(),
        required=False,
        label=_("Product in MoySklad"),
        help_text=_(
            "Type a part of the name, article or code. Empty: not linked, and the SKU does not link it with the former "
            "product again."
        ),
        widget=GoodsSelect(),
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
