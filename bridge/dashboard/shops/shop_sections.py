"""The shop's page in sections, one subject each: the fields and the rows that belong together."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import AttributeMapping, GoodsRule, OrderRule, PaymentMethod, StatusMapping
from bridge.connections.order_field_labels import SOURCES
from bridge.dashboard.page import Inline
from bridge.dashboard.shops.field_rows import SUGGESTIONS, FieldForm, FieldFormSet
from bridge.dashboard.shops.goods_rule_rows import GoodsRuleForm, GoodsRuleFormSet
from bridge.dashboard.shops.payment_rows import PaymentForm, PaymentFormSet
from bridge.dashboard.shops.rule_rows import RuleForm, RuleFormSet
from bridge.dashboard.shops.state_rows import MappingForm, ToSiteFormSet, ToStateFormSet

NOTE = "admin/bridge/shop/note.html"


class MappingInline(Inline):
    model = StatusMapping
    form = MappingForm
    direction = StatusMapping.Direction.TO_STATE

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusMapping]:
        return super().get_queryset(request).filter(direction=self.direction).order_by("pk")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return len(self.asked_for(request, obj))

    def asked_for(self, request: HttpRequest, shop: Any) -> list[dict[str, str]]:
        """A row to be filled in, for a status that an address of the desk names and that has none yet."""
        status = request.GET.get("status", "")
        if request.method != "GET" or not status or shop is None or self.direction != ToStateInline.direction:
            return []
        known = shop.status_mappings.filter(direction=self.direction, site_status=status).exists()
        return [] if known else [{"site_status": status}]


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


class GoodsRuleInline(Inline):
    model = GoodsRule
    form = GoodsRuleForm
    formset = GoodsRuleFormSet
    fields = ("scope", "place", "rule", "pieces")
    verbose_name_plural = _("Folders and items for which something else holds")
    template_before = NOTE
    note = _(
        "A folder by its path in MoySklad: <code>Clothes/Dresses</code>; what is in folders below it is meant too. "
        "An item by its article, code or id; a product means its variants too. The item's line counts before the "
        "folder's, and the nearest folder before those above it."
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
            "api_log_days",
        ),
    ),
    Section(
        "goods",
        _("Products and stock"),
        (
            "sku_field",
            "write_goods",
            "stock_type",
            "order_store",
            "more_stores",
            "pick_store",
            "stock_buffer",
            "last_pieces",
            "stock_share",
            "decimal_quantities",
            "backorders",
        ),
        (GoodsRuleInline,),
    ),
    Section(
        "prices",
        _("Prices and texts"),
        (
            "owned_fields",
            "price_type_id",
            "sale_price_type_id",
            "sale_from_attribute_id",
            "sale_to_attribute_id",
            "price_rounding",
            "min_margin",
            "publish_new",
            "hide_archived",
        ),
    ),
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


def first_to_show(sections: list[Shown], asked: str = "") -> str:
    """The section with a mistake, else the one that was asked for; '' for the one the person looked at last."""
    named = [section.code for section in sections if section.code == asked]
    return next((section.code for section in sections if section.mistakes), "".join(named))
