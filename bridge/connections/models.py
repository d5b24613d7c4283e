"""Connection (an account or a site we call), Shop (which site sells from which account, and how) and what they name."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bridge.connections.choices import BackToSiteChoices, BuyerChoices, DocumentChoices, MoneyChoices
from bridge.connections.secrets import EncryptedJSONField
from bridge.domain.status import DEFAULT_SEND_STATUSES


def new_token() -> str:
    """Unguessable text for URLs and shared secrets."""
    return secrets.token_urlsafe(32)


def default_statuses() -> list[str]:
    return list(DEFAULT_SEND_STATUSES)


class Vendor(models.TextChoices):
    MOYSKLAD = "moysklad", _("MoySklad")
    WOOCOMMERCE = "woocommerce", "WooCommerce"


class Connection(models.Model):
    """One account or site: where it is, how to log in, and whether it is away just now.

    `credentials`: MoySklad {token | login, password}; WooCommerce {consumer_key, consumer_secret, event_secret,
    previous_event_secret?}.
    """

    vendor = models.CharField(_("system"), max_length=20, choices=Vendor.choices)
    name = models.SlugField(_("name"), max_length=60)
    base_url = models.URLField(_("address"), max_length=255)
    credentials = EncryptedJSONField(_("credentials"), default=dict)
    account_id = models.CharField(_("account"), max_length=64, blank=True, editable=False)
    hook_token = models.CharField(max_length=64, default=new_token, editable=False)
    # Empty, or why the account sends no webhooks (tariff, rights); everything is polled then.
    hooks_problem = models.CharField(max_length=60, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    paused_until = models.DateTimeField(_("away until"), null=True, blank=True, editable=False)
    pause_problem = models.CharField(max_length=60, blank=True, editable=False)
    pause_params = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [models.UniqueConstraint(fields=["vendor", "name"], name="connection_name")]

    def __str__(self) -> str:
        return f"{self.get_vendor_display()} · {self.name}"

    def is_paused(self, now: datetime | None = None) -> bool:
        return self.paused_until is not None and self.paused_until > (now or timezone.now())


class DirectoryEntry(models.Model):
    """A thing of an account that settings refer to. `detail` is what the rules need beyond the name:

    state: stateType · currency: isoCode · account: its organization's id · attributes: type, or `customentity:<id>` ·
    country: its two-letter code · region: its code · dictionary value: its dictionary's id.
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
        DICTIONARY_VALUE = "dictionary_value", _("value of a dictionary")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="directory")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    external_id = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=255)
    detail = models.CharField(max_length=60, blank=True)
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


class Shop(DocumentChoices, BuyerChoices, MoneyChoices, BackToSiteChoices, models.Model):
    """A site that sells from an account: what is sent, where it lands, what comes back and how often."""

    class SkuField(models.TextChoices):
        ARTICLE = "article", _("article")
        CODE = "code", _("code")

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
        _("SKU is the"), max_length=10, choices=SkuField.choices, default=SkuField.ARTICLE
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

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")

    def __str__(self) -> str:
        return self.name

    @property
    def first_store_id(self) -> str:
        """Where orders are written to: the first of the chosen warehouses."""
        return str(self.store_ids[0]) if self.store_ids else ""


class StatusMapping(models.Model):
    """Which document state a site status means, or the other way round; by id, because names are the owner's."""

    class Direction(models.TextChoices):
        TO_STATE = "to_state", _("site status → state in MoySklad")
        TO_SITE = "to_site", _("state in MoySklad → site status")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="status_mappings")
    direction = models.CharField(_("direction"), max_length=10, choices=Direction.choices)
    site_status = models.CharField(_("status on the site"), max_length=60)
    state_id = models.CharField(_("state in MoySklad"), max_length=64)

    class Meta:
        verbose_name = _("status mapping")
        verbose_name_plural = _("status mappings")
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "site_status"],
                condition=models.Q(direction="to_state"),
                name="one_state_per_site_status",
            ),
            models.UniqueConstraint(
                fields=["shop", "state_id"],
                condition=models.Q(direction="to_site"),
                name="one_site_status_per_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_status} · {self.state_id}"


class OrderRule(models.Model):
    """Orders that are such get this in their document. Of several that fit, the first decides, for each `sets`."""

    class When(models.TextChoices):
        SHIPPING = "shipping_method", _("shipping method is")
        PAYMENT = "payment_method", _("payment method is")
        COUNTRY = "country", _("country is")
        ROLE = "role", _("buyer's role is")

    class Sets(models.TextChoices):
        STORE = "store", _("warehouse")
        ORGANIZATION = "organization", _("organization")
        PROJECT = "project", _("project")
        STATE = "state", _("order state")
        CONTRACT = "contract", _("contract")
        OWNER = "owner", _("responsible employee")
        SALES_CHANNEL = "sales_channel", _("sales channel")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="order_rules")
    place = models.PositiveSmallIntegerField(default=0)
    when = models.CharField(_("orders whose"), max_length=20, choices=When.choices)
    # The site's own slug or code: `flat_rate`, `flat_rate:3`, `cod`, `KZ`, `wholesale`.
    value = models.CharField(_("value"), max_length=100)
    sets = models.CharField(_("get this"), max_length=20, choices=Sets.choices)
    external_id = models.CharField(_("in MoySklad"), max_length=64)

    class Meta:
        verbose_name = _("rule for documents")
        verbose_name_plural = _("rules for documents")
        ordering = ["place", "pk"]

    def __str__(self) -> str:
        return f"{self.when}={self.value} → {self.sets}"


class AttributeMapping(models.Model):
    """A field of the site's order that fills a field of the document or of the counterparty.

    `source`: the key of the order's meta data, or one of the order's own fields as `order.<name>`
    (domain/order_fields.py).
    """

    class Target(models.TextChoices):
        ORDER = "order", _("document")
        BUYER = "buyer", _("counterparty")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="attribute_mappings")
    target = models.CharField(_("of the"), max_length=10, choices=Target.choices, default=Target.ORDER)
    source = models.CharField(_("field on the site"), max_length=200)
    attribute_id = models.CharField(_("field in MoySklad"), max_length=64)

    class Meta:
        verbose_name = _("field mapping")
        verbose_name_plural = _("field mappings")
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "target", "attribute_id"], name="one_source_per_attribute"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.attribute_id}"


class PaymentMethod(models.Model):
    """What a payment by this method becomes in MoySklad. `method` is the site's slug, `*` stands for all others."""

    class Document(models.TextChoices):
        NONE = "", _("no document")
        BANK = "paymentin", _("incoming payment")
        CASH = "cashin", _("cash receipt")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="payment_methods")
    method = models.CharField(_("payment method on the site"), max_length=100)
    document = models.CharField(_("document"), max_length=20, choices=Document.choices, blank=True)
    organization_account_id = models.CharField(_("account of the organization"), max_length=64, blank=True)
    project_id = models.CharField(_("project"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        constraints = [models.UniqueConstraint(fields=["shop", "method"], name="one_row_per_payment_method")]

    def __str__(self) -> str:
        return f"{self.method} → {self.document}"


class Throttle(models.Model):
    """The call budget of one account as all processes see it; written only by throttle.py."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="throttle")
    state: Any = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.connection)
