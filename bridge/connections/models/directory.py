"""What an account has that settings name: warehouses, states, price types and the like."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models.connection import Connection


class DirectoryEntry(models.Model):
    """A thing of an account that settings refer to. `detail` is what the rules need beyond the name:

    state: stateType · currency: isoCode · account: its organization's id · attributes: type, or `customentity:<id>` ·
    country: its two-letter code · region: its code · dictionary value: its dictionary's id · folder: its parent's id.
    """

    class Kind(models.TextChoices):
        ORGANIZATION = "organization", _("organization")
        STORE = "store", _("warehouse")
        STATE = "state", _("order state")
        SALES_CHANNEL = "saleschannel", _("sales channel")
        SERVICE = "service", _("service")
        CURRENCY = "currency", _("currency")
        ACCOUNT = "account", _("account of an organization")
        PROJECT = "project", _("project")
        CONTRACT = "contract", _("contract")
        EMPLOYEE = "employee", _("employee")
        EXPENSE_ITEM = "expenseitem", _("expense item")
        COUNTRY = "country", _("country")
        REGION = "region", _("region")
        ORDER_ATTRIBUTE = "order_attribute", _("field of orders")
        BUYER_ATTRIBUTE = "buyer_attribute", _("field of counterparties")
        GOODS_ATTRIBUTE = "goods_attribute", _("field of goods")
        PRICE_TYPE = "price_type", _("price type")
        FOLDER = "folder", _("folder of goods")
        DICTIONARY_VALUE = "dictionary_value", _("value of a dictionary")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="directory")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    external_id = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=255)
    detail = models.CharField(max_length=60, blank=True)
    # Of a currency: what one of it costs in the account's own.
    rate = models.DecimalField(max_digits=24, decimal_places=12, null=True)
    is_default = models.BooleanField(default=False)
    # Of a field of documents: MoySklad refuses what lacks it.
    is_required = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("directory entry")
        verbose_name_plural = _("directory")
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "external_id"], name="directory_entry")
        ]

    def __str__(self) -> str:
        return self.name
