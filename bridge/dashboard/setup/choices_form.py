"""Step 3 as a part of the shop's own form: the same fields, with what is likely meant chosen already."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bridge.connections.models import DirectoryEntry, Shop
from bridge.dashboard.shops.directory import Kind
from bridge.dashboard.shops.shop_form import ShopForm
from bridge.setup import proposals

NEW = "new"
OWN = (
    "organization_id",
    "sales_channel_id",
    "number_prefix",
    "shipping_service_id",
    "expense_item_id",
    "stock_type",
    "owned_fields",
    "price_type_id",
)
WIDGETS = {"stock_type": UnfoldAdminSelectWidget, "number_prefix": UnfoldAdminTextInputWidget}
SHOWN = (
    "organization_id",
    "order_store",
    "more_stores",
    "stock_type",
    "owned_fields",
    "price_type_id",
    "shipping_service_id",
    "sales_channel_id",
    "expense_item_id",
    "number_prefix",
)


class ChoicesForm(ShopForm):
    """Made into a form of Shop by `choices_form`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(SHOWN):
            del self.fields[name]
        self.order_fields(SHOWN)
        self._offer_new()
        for name, proposed in self._proposals().items():
            if not self.initial.get(name) and proposed:
                self.initial[name] = proposed
        for name in ("organization_id", "order_store"):
            self.fields[name].required = True

    def _offer_new(self) -> None:
        field: Any = self.fields["shipping_service_id"]
        label = _("create “%(name)s” in MoySklad") % {"name": proposals.SHIPPING_SERVICE}
        field.choices = [*field.choices, (NEW, label)]

    def _proposals(self) -> dict[str, str]:
        """By field; only where there is something to propose."""
        shop: Shop = self.instance
        kinds = (
            Kind.ORGANIZATION,
            Kind.STORE,
            Kind.SALES_CHANNEL,
            Kind.SERVICE,
            Kind.EXPENSE_ITEM,
            Kind.PRICE_TYPE,
        )
        rows: dict[str, list[DirectoryEntry]] = {kind: [] for kind in kinds}
        for row in DirectoryEntry.objects.filter(connection=shop.account_id, kind__in=kinds).order_by("name"):
            rows[row.kind].append(row)
        stores, channels = rows[Kind.STORE], rows[Kind.SALES_CHANNEL]
        return {
            "organization_id": proposals.only(rows[Kind.ORGANIZATION]),
            "order_store": proposals.only(stores) or proposals.called(stores, proposals.MAIN_STORE),
            "sales_channel_id": proposals.called(channels, proposals.CHANNEL),
            "shipping_service_id": proposals.called(rows[Kind.SERVICE], proposals.SHIPPING) or NEW,
            "expense_item_id": proposals.called(rows[Kind.EXPENSE_ITEM], proposals.REFUND),
            "price_type_id": proposals.default(rows[Kind.PRICE_TYPE]),
        }

    def clean_shipping_service_id(self) -> str:
        """What is to be created has no id yet: the step makes it before it saves."""
        return str(self.cleaned_data["shipping_service_id"])


def choices_form() -> Any:
    """The class of the form."""
    return forms.modelform_factory(Shop, form=ChoicesForm, fields=OWN, widgets=WIDGETS)
