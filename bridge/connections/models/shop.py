"""Shop: which site sells from which account, and how."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bridge.connections.choices import (
    BackToSiteChoices,
    BuyerChoices,
    DocumentChoices,
    FieldChoices,
    LogChoices,
    MoneyChoices,
    StockChoices,
)
from bridge.connections.models.connection import Connection
from bridge.domain.status import DEFAULT_SEND_STATUSES


def default_statuses() -> list[str]:
    return list(DEFAULT_SEND_STATUSES)


class Shop(
    DocumentChoices,
    BuyerChoices,
    MoneyChoices,
    BackToSiteChoices,
    StockChoices,
    FieldChoices,
    LogChoices,
    models.Model,
):
    """A site that sells from an account: what is sent, where it lands, what comes back and how often."""

    class SkuField(models.TextChoices):
        ARTICLE = "article", _("article")
        CODE = "code", _("code")
        EXTERNAL_CODE = "external_code", _("external code")
        BARCODE = "barcode", _("barcode")

    class StockType(models.TextChoices):
        FREE = "freeStock", _("in stock without reserves")
        QUANTITY = "quantity", _("available (with goods on the way)")
        STOCK = "stock", _("physically in stock")

    name = models.SlugField(_("name"), max_length=60, unique=True)
    site = models.OneToOneField(
        Connection, on_delete=models.PROTECT, related_name="shop", verbose_name=_("site")
    )
    account = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="shops", verbose_name=_("MoySklad account")
    )
    # The address the plugin was paired with; events from another one come from a copy of the site.
    home_url = models.CharField(_("address the events come from"), max_length=255, blank=True)
    organization_id = models.CharField(_("organization"), max_length=64, blank=True)
    store_ids = models.JSONField(_("warehouses"), default=list, blank=True)
    sku_field = models.CharField(
        _("SKU is the"), max_length=20, choices=SkuField.choices, default=SkuField.ARTICLE
    )
    stock_type = models.CharField(
        _("stock on the site"), max_length=10, choices=StockType.choices, default=StockType.FREE
    )
    send_statuses = models.JSONField(_("statuses sent to MoySklad"), default=default_statuses)
    orders_interval = models.PositiveIntegerField(_("look for missed orders every, s"), default=300)
    statuses_interval = models.PositiveIntegerField(_("look for changed documents every, s"), default=120)
    stock_interval = models.PositiveIntegerField(_("look for changed stock every, s"), default=300)
    # Nothing older is sent or closed: linking a shop must not touch its history.
    started_at = models.DateTimeField(_("works since"), default=timezone.now)
    # Refunds and returns made before are history, as people have left them: nothing is made of them.
    refunds_since = models.DateTimeField(default=timezone.now, editable=False)
    # Rises with every request that writes stock, so that the site can tell a late one.
    stock_revision = models.BigIntegerField(default=0, editable=False)
    # What the site last said of itself: its currency, its unit of weight (kg, g, lbs, oz), its plugin's version.
    site_currency = models.CharField(max_length=3, blank=True, editable=False)
    site_weight_unit = models.CharField(max_length=5, blank=True, editable=False)
    plugin_version = models.CharField(max_length=20, blank=True, editable=False)
    # Empty, or why the plugin does not let us write stock; it goes by the REST API then.
    plugin_problem = models.CharField(max_length=60, blank=True, editable=False)

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")

    def __str__(self) -> str:
        return self.name

    @property
    def first_store_id(self) -> str:
        """Where orders are written to: the first of the chosen warehouses."""
        return str(self.store_ids[0]) if self.store_ids else ""
