"""The shop's page in sections, one subject each: the fields and the rows that belong together."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import AttributeMapping, OrderRule, PaymentMethod, StatusMapping
from bridge.connections.order_field_labels import SOURCES
from bridge.dashboard.page import Inline
from bridge.dashboard.row_forms import (
    SUGGESTIONS,
    FieldForm,
    FieldFormSet,
    MappingForm,
    PaymentForm,
    PaymentFormSet,
    RuleForm,
    RuleFormSet,
    ToSiteFormSet,
    ToStateFormSet,
)

NOTE = "admin/bridge/shop/note.html"


class MappingInline(Inline):
    model = StatusMapping
    form = MappingForm
    direction = StatusMapping.Direction.TO_STATE

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusMapping]:
        return super().get_queryset(request).filter(direction=self.direction).order_by("pk")


class ToStateInline(MappingInline):
    formset = ToStateFormSet
    fields = ("site_status", "state_id")
    verbose_name_plural = _("Status on the site → state in MoySklad")


class ToSiteInline(MappingInline):
    formset = ToSiteFormSet
    direction = StatusMapping.Direction.TO_SITE
    fields = ("state_id", "site_status")
    verbose_name_plural = _("State in MoySklad → status on the site")


class RuleInline(Inline):
    model = OrderRule
    form = RuleForm
    formset = RuleFormSet
    fields = ("number", "when", "value", "gets")
    verbose_name_plural = _("Orders that are such get this")
    template_before = NOTE
    note = _(
        "Shipping and payment methods as WooCommerce names them: <code>local_pickup</code>, "
        "<code>flat_rate:3</code>, <code>cod</code>. Countries by two letters: <code>KZ</code>. Of several rules that "
        "fit, the first decides."
    )


class FieldInline(Inline):
    model = AttributeMapping
    form = FieldForm
    formset = FieldFormSet
    fields = ("source", "fills")
    verbose_name_plural = _("Fields of the order → fields in MoySklad")
    template_before = NOTE
    note = _(
        "On the left the key of the order's field as its plugin keeps it, or one of the order's own: "
        "<code>order.transaction_id</code>, <code>order.coupons</code>, <code>order.utm_source</code>."
    )
    suggestions_id, suggestions = SUGGESTIONS, SOURCES


class PaymentInline(Inline):
    model = PaymentMethod
    form = PaymentForm
    formset = PaymentFormSet
    fields = ("method", "document", "organization_account_id", "project_id")
    verbose_name_plural = _("Payment method → document")
    template_before = NOTE
    note = _(
        "As WooCommerce names the method: <code>cod</code>, <code>bacs</code>. An asterisk (<code>*</code>) stands for "
        "all others. Without a line no payment is made in MoySklad."
    )


class Section(NamedTuple):
    code: str
    title: str | Promise
    fields: tuple[str, ...]
    inlines: tuple[type[Inline], ...] = ()


SECTIONS = (
    Section(
        "site",
        _("Shop and site"),
        (
            "name",
            "site",
            "account",
            "home_url",
            "shown_event_url",
            "shown_how",
            "started_at",
            "orders_interval",
            "statuses_interval",
            "stock_interval",
        ),
    ),
    Section("goods", _("Products and stock"), ("sku_field", "stock_type", "order_store", "more_stores")),
    Section(
        "documents",
        _("Documents"),
        (
            "organization_id",
            "organization_account_id",
            "number_prefix",
            "number_suffix",
            "prices",
            "shipping_service_id",
            "reserve",
            "sales_channel_id",
            "project_id",
            "contract_id",
            "owner_id",
            "planned_days",
            "planned_field",
            "pickup_fields",
            "on_removed",
            "bin_deleted",
        ),
        (RuleInline, FieldInline),
    ),
    Section(
        "buyers",
        _("Buyers"),
        ("match_by", "create_buyers", "update_buyers", "common_buyer", "inn_fields", "kpp_fields"),
    ),
    Section("money", _("Money"), ("send_refunds", "expense_item_id", "mark_paid"), (PaymentInline,)),
    Section("statuses", _("Statuses"), ("send_statuses", "other_statuses"), (ToStateInline, ToSiteInline)),
    Section(
        "back",
        _("Back to the site"),
        (
            "accept_edits",
            "accept_returns",
            "follow_returns",
            "status_when_paid",
            "status_when_partly_shipped",
            "status_when_shipped",
        ),
    ),
)
FIELDSETS: Any = tuple(
    (section.title, {"fields": section.fields, "classes": ("tab",)}) for section in SECTIONS
)
INLINES = tuple(inline for section in SECTIONS for inline in section.inlines)


class Shown(NamedTuple):
    """A section ready to print; `mistakes` counts what is wrong in it."""

    code: str
    title: str | Promise
    fieldset: Any
    inlines: list[Any]
    mistakes: int


def shown(adminform: Any, inline_formsets: list[Any]) -> list[Shown]:
    """The sections with what Django made of their fields and rows."""
    return [
        _shown(section, fieldset, [one for one in inline_formsets if type(one.opts) in section.inlines])
        for section, fieldset in zip(SECTIONS, adminform, strict=True)
    ]


def _shown(section: Section, fieldset: Any, inlines: list[Any]) -> Shown:
    in_fields = sum(1 for name in section.fields if name in fieldset.form.errors)
    in_rows = sum(
        sum(1 for errors in one.formset.errors if errors) + len(one.formset.non_form_errors())
        for one in inlines
    )
    return Shown(section.code, section.title, fieldset, inlines, in_fields + in_rows)


def first_to_show(sections: list[Shown]) -> str:
    """The section with a mistake; '' for the one the person looked at last."""
    return next((section.code for section in sections if section.mistakes), "")
