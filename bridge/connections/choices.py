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
