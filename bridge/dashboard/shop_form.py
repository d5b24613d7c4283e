"""The form of a shop: ids of the account shown as names to choose from, lists as checkboxes, intervals in bounds."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from bridge.connections.models import DirectoryEntry, Shop, StatusMapping
from bridge.dashboard.words import status_choices
from bridge.domain.status import NEVER_SENT, SITE_STATUSES

Kind = DirectoryEntry.Kind
DAY = 24 * 3600
FIRST = {"name", "site", "account"}
NOT_CHOSEN = _("not chosen")
Choices = list[tuple[str, Any]]


def choice(label: Any, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=help_text, required=False, widget=UnfoldAdminSelectWidget()
    )


def checkboxes(label: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, help_text=help_text, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )


def seconds(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=DAY,
        help_text=_("Seconds, from 1 to 86400 (a day)."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )


def directory(shop: Shop, kind: str, keep: tuple[str, ...] = ()) -> Choices:
    """The account's entries by name; chosen ones the account no longer has stay choosable and say so."""
    rows = DirectoryEntry.objects.filter(connection=shop.account_id, kind=kind).order_by("name")
    found: Choices = [(row.external_id, row.name) for row in rows]
    known = {external_id for external_id, _name in found}
    return found + [(gone, _("no longer in MoySklad")) for gone in keep if gone and gone not in known]


class ShopForm(forms.ModelForm):  # type: ignore[type-arg]
    organization_id = choice(_("Organization"))
    order_store = choice(_("Warehouse of orders"), _("Orders are made and goods reserved in this warehouse."))
    more_stores = checkboxes(
        _("Also count the stock of"),
        _("The site shows the stock of these warehouses together with the one above."),
    )
    sales_channel_id = choice(_("Sales channel"))
    shipping_service_id = choice(
        _("Service for shipping and fees"), _("Stands in the document for delivery and other charges.")
    )
    send_statuses = checkboxes(
        _("Orders are sent in the status"), _("An order that was sent once is followed in every status.")
    )
    other_statuses = forms.CharField(
        label=_("Other statuses"),
        required=False,
        help_text=_("Statuses of plugins, separated by commas, in Latin letters as WooCommerce stores them."),
        widget=UnfoldAdminTextInputWidget(),
    )
    orders_interval = seconds(_("Look for missed orders every"))
    statuses_interval = seconds(_("Look for changed documents every"))
    stock_interval = seconds(_("Look for changed stock every"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shop: Shop = self.instance
        if not shop.pk:  # which site and account comes first: the choices are the account's
            for name in set(self.fields) - FIRST:
                del self.fields[name]
            return
        first, *others = shop.store_ids or [""]
        self._offer("organization_id", directory(shop, Kind.ORGANIZATION, (shop.organization_id,)))
        self._offer("sales_channel_id", directory(shop, Kind.SALES_CHANNEL, (shop.sales_channel_id,)))
        self._offer("shipping_service_id", directory(shop, Kind.SERVICE, (shop.shipping_service_id,)))
        stores = directory(shop, Kind.STORE, (first, *others))
        self._offer("order_store", stores)
        self._offer("more_stores", stores, blank=False)
        self._offer("send_statuses", status_choices(), blank=False)
        self.initial.update(
            {
                "order_store": first,
                "more_stores": others,
                "send_statuses": [status for status in shop.send_statuses if status in SITE_STATUSES],
                "other_statuses": ", ".join(s for s in shop.send_statuses if s not in SITE_STATUSES),
            }
        )

    def _offer(self, name: str, choices: Choices, *, blank: bool = True) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", NOT_CHOSEN), *choices] if blank else choices

    def clean_other_statuses(self) -> list[str]:
        found = [one.strip().removeprefix("wc-") for one in self.cleaned_data["other_statuses"].split(",")]
        found = [one for one in found if one]
        if wrong := [one for one in found if not re.fullmatch(r"[a-z0-9_-]{1,40}", one) or one in NEVER_SENT]:
            raise forms.ValidationError(
                _("This is no status that can be sent: %(one)s."), params={"one": wrong[0]}
            )
        return found

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.instance.pk:
            return data
        if data.get("more_stores") and not data.get("order_store"):
            self.add_error("order_store", _("Choose the warehouse of orders first."))
        return data

    def save(self, commit: bool = True) -> Shop:
        shop: Shop = self.instance
        if shop.pk:
            data = self.cleaned_data
            chosen = [data["order_store"]] if data["order_store"] else []
            shop.store_ids = chosen + [one for one in data["more_stores"] if one not in chosen]
            own = data["other_statuses"]
            shop.send_statuses = data["send_statuses"] + [
                one for one in own if one not in data["send_statuses"]
            ]
        saved: Shop = super().save(commit)
        return saved


class MappingForm(forms.ModelForm):  # type: ignore[type-arg]
    site_status = forms.ChoiceField(label=_("Status on the site"), widget=UnfoldAdminSelectWidget())
    state_id = forms.ChoiceField(label=_("State in MoySklad"), widget=UnfoldAdminSelectWidget())

    class Meta:
        model = StatusMapping
        fields = ("site_status", "state_id")


class MappingFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    """Rows of one direction; the left column of each must be unique, and saving replaces them all."""

    direction = ""
    key = ""

    def add_fields(self, form: Any, index: int | None) -> None:
        BaseInlineFormSet.add_fields(self, form, index)
        shop: Shop = self.instance
        if not shop.pk:
            return
        statuses = {*shop.send_statuses, form.instance.site_status, *self._known_statuses()} - {""}
        form.fields["site_status"].choices = [("", NOT_CHOSEN), *status_choices(statuses)]
        states = self._states() + (
            []
            if form.instance.state_id in {"", *(state for state, _name in self._states())}
            else [(form.instance.state_id, _("no longer in MoySklad"))]
        )
        form.fields["state_id"].choices = [("", NOT_CHOSEN), *states]

    def _states(self) -> Choices:
        if not hasattr(self, "_states_read"):
            self._states_read = directory(self.instance, Kind.STATE)
        return self._states_read

    def _known_statuses(self) -> set[str]:
        if not hasattr(self, "_statuses_read"):
            rows = StatusMapping.objects.filter(shop=self.instance).values_list("site_status", flat=True)
            self._statuses_read = set(rows)
        return self._statuses_read

    def clean(self) -> None:
        super().clean()
        seen: set[str] = set()
        for row in self.chosen():
            if row[self.key] in seen:
                raise forms.ValidationError(_("Each line of the left column may stand here once."))
            seen.add(row[self.key])

    def chosen(self) -> list[dict[str, str]]:
        """The rows that stay, as entered."""
        rows = [getattr(form, "cleaned_data", {}) for form in self.forms]
        return [
            row for row in rows if row.get("site_status") and row.get("state_id") and not row.get("DELETE")
        ]

    def replace(self) -> None:
        """Two rows may swap their values, so they are written anew instead of one after another."""
        rows = [
            StatusMapping(
                shop=self.instance,
                direction=self.direction,
                site_status=row["site_status"],
                state_id=row["state_id"],
            )
            for row in self.chosen()
        ]
        StatusMapping.objects.filter(shop=self.instance, direction=self.direction).delete()
        StatusMapping.objects.bulk_create(rows)
        self.new_objects: list[Any] = []
        self.changed_objects: list[Any] = []
        self.deleted_objects: list[Any] = []


class ToStateFormSet(MappingFormSet):
    direction = StatusMapping.Direction.TO_STATE
    key = "site_status"


class ToSiteFormSet(MappingFormSet):
    direction = StatusMapping.Direction.TO_SITE
    key = "state_id"
