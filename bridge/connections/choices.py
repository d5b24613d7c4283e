"""What the owner of a shop chooses, by subject: documents, buyers, money, and what travels back to the site.

Abstract parts of Shop. Each field is a key of `configure FILE.toml` (docs/configuration.md) and has its place on the
desk.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

DEFAULT_INN_FIELDS = ("_billing_inn", "billing_inn", "inn", "_inn")
DEFAULT_KPP_FIELDS = ("_billing_kpp", "billing_kpp", "kpp", "_kpp")
DEFAULT_PICKUP_FIELDS = ("_pickup_point", "pickup_point", "_cdek_office", "_pvz_address")


def match_by() -> list[str]:
    return ["email", "phone", "inn"]


def inn_fields() -> list[str]:
    return list(DEFAULT_INN_FIELDS)


def kpp_fields() -> list[str]:
    return list(DEFAULT_KPP_FIELDS)


def pickup_fields() -> list[str]:
    return list(DEFAULT_PICKUP_FIELDS)


class DocumentChoices(models.Model):
    """How an order becomes a document."""

    class Prices(models.TextChoices):
        FINAL = "final", _("price after discounts")
        LIST = "list", _("list price with a discount, where that is exact")

    class Removed(models.TextChoices):
        ASK = "ask", _("ask")
        CREATE = "create", _("create it again")
        LEAVE = "leave", _("leave it removed")
        CANCEL = "cancel", _("cancel the order on the site")

    number_prefix = models.CharField(_("prefix of document numbers"), max_length=30, blank=True)
    number_suffix = models.CharField(_("suffix of document numbers"), max_length=30, blank=True)
    prices = models.CharField(
        _("prices in documents"), max_length=10, choices=Prices.choices, default=Prices.FINAL
    )
    reserve = models.BooleanField(_("reserve goods of orders"), default=True)
    sales_channel_id = models.CharField(_("sales channel"), max_length=64, blank=True)
    project_id = models.CharField(_("project"), max_length=64, blank=True)
    contract_id = models.CharField(_("contract"), max_length=64, blank=True)
    owner_id = models.CharField(_("responsible employee"), max_length=64, blank=True)
    organization_account_id = models.CharField(_("account of the organization"), max_length=64, blank=True)
    shipping_service_id = models.CharField(_("service for shipping and fees"), max_length=64, blank=True)
    # Days from the order to the planned delivery, unless the site's own field names the date; null: none is written.
    planned_days = models.PositiveSmallIntegerField(_("days until delivery"), null=True, blank=True)
    planned_field = models.CharField(_("field with the delivery date"), max_length=100, blank=True)
    pickup_fields = models.JSONField(_("fields with the pickup point"), default=pickup_fields, blank=True)
    on_removed = models.CharField(
        _("when a document was removed"), max_length=10, choices=Removed.choices, default=Removed.ASK
    )
    bin_deleted = models.BooleanField(
        _("move documents of orders deleted on the site to the bin"), default=False
    )

    class Meta:
        abstract = True


class LogChoices(models.Model):
    """What is kept of the calls between the bridge, the site and the account."""

    api_log_days = models.PositiveSmallIntegerField(_("days calls are kept in the API log"), default=30)

    class Meta:
        abstract = True


class BuyerChoices(models.Model):
    """Who the buyer is in MoySklad."""

    # Ways to know a buyer again, in the order they are tried, after an earlier link: email, phone, inn.
    match_by = models.JSONField(_("find buyers by"), default=match_by, blank=True)
    create_buyers = models.BooleanField(_("create buyers that were not found"), default=True)
    update_buyers = models.BooleanField(_("update contacts of known buyers"), default=False)
    # One counterparty for all retail orders; orders of companies keep their own.
    common_buyer_id = models.CharField(_("one buyer for all retail orders"), max_length=64, blank=True)
    common_buyer_name = models.CharField(max_length=255, blank=True)
    inn_fields = models.JSONField(_("fields with the INN"), default=inn_fields, blank=True)
    kpp_fields = models.JSONField(_("fields with the KPP"), default=kpp_fields, blank=True)

    class Meta:
        abstract = True


class MoneyChoices(models.Model):
    """Payments and refunds; which document a payment method makes is in PaymentMethod."""

    # Needed by MoySklad for money going out; without it refunds of money wait for a person.
    expense_item_id = models.CharField(_("expense item of refunds"), max_length=64, blank=True)
    mark_paid = models.BooleanField(_("a payment in MoySklad pays the order on the site"), default=False)
    send_refunds = models.BooleanField(_("refunds of the site make returns in MoySklad"), default=True)

    class Meta:
        abstract = True


class BackToSiteChoices(models.Model):
    """What MoySklad changes on the site beyond mapped states."""

    accept_edits = models.BooleanField(_("goods changed in MoySklad change the order"), default=False)
    accept_returns = models.BooleanField(_("returns in MoySklad make refunds on the site"), default=True)
    # A return edited or deleted later deletes its refund and makes it anew; otherwise a person is asked.
    follow_returns = models.BooleanField(_("changed returns change their refunds"), default=False)
    status_when_paid = models.CharField(_("status when paid in MoySklad"), max_length=60, blank=True)
    status_when_partly_shipped = models.CharField(_("status when partly shipped"), max_length=60, blank=True)
    status_when_shipped = models.CharField(_("status when shipped"), max_length=60, blank=True)

    class Meta:
        abstract = True


class StockChoices(models.Model):
    """What the site may sell of what is in the warehouses. GoodsRule says otherwise for folders and items."""

    class Backorders(models.TextChoices):
        SITE = "", _("as the site has it")
        NO = "no", _("not sold when there is none")
        NOTIFY = "notify", _("sold on order, and the buyer is told")
        YES = "yes", _("sold on order")

    class PickStore(models.TextChoices):
        FIRST = "first", _("always the first")
        STOCKED = "stocked", _("the first that has everything")

    # Nothing is written to goods of the site before the owner has seen what would be.
    write_goods = models.BooleanField(_("write stock and prices to the site"), default=False)
    stock_buffer = models.PositiveIntegerField(_("pieces kept back"), default=0)
    last_pieces = models.PositiveIntegerField(_("so few count as none"), default=0)
    # Of a stock that several shops sell from, in percent; 100: first come, first served.
    stock_share = models.PositiveSmallIntegerField(_("share of the stock, %"), default=100)
    decimal_quantities = models.BooleanField(_("parts of a piece are sold"), default=False)
    backorders = models.CharField(
        _("sales beyond the stock"),
        max_length=10,
        choices=Backorders.choices,
        blank=True,
        default=Backorders.SITE,
    )
    pick_store = models.CharField(
        _("warehouse of an order"), max_length=10, choices=PickStore.choices, default=PickStore.FIRST
    )

    class Meta:
        abstract = True


class FieldChoices(models.Model):
    """Prices and texts of goods. What MoySklad does not own stays as the site has it."""

    class Rounding(models.TextChoices):
        EXACT = "exact", _("not at all")
        WHOLE = "whole", _("to whole units")
        TEN = "ten", _("to tens")
        HUNDRED = "hundred", _("to hundreds")
        ENDS_9 = "ends_9", _("up to …9")
        ENDS_90 = "ends_90", _("up to …90")
        ENDS_99 = "ends_99", _("up to ….99")

    owned_fields = models.JSONField(_("fields that follow MoySklad"), default=list, blank=True)
    price_type_id = models.CharField(_("regular price is the price type"), max_length=64, blank=True)
    sale_price_type_id = models.CharField(_("sale price is the price type"), max_length=64, blank=True)
    # Fields of goods in MoySklad that hold a date.
    sale_from_attribute_id = models.CharField(
        _("field with the first day of the sale"), max_length=64, blank=True
    )
    sale_to_attribute_id = models.CharField(
        _("field with the last day of the sale"), max_length=64, blank=True
    )
    price_rounding = models.CharField(
        _("prices are rounded"), max_length=10, choices=Rounding.choices, default=Rounding.EXACT
    )
    # A price that leaves less over the cost is not written; null: not looked at.
    min_margin = models.PositiveSmallIntegerField(_("least margin over the cost, %"), null=True, blank=True)
    publish_new = models.BooleanField(_("offer new goods of MoySklad as drafts"), default=False)
    hide_archived = models.BooleanField(_("offer to hide goods that were archived"), default=False)

    class Meta:
        abstract = True
