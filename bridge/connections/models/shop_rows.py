"""The tables of a shop, of which an owner writes as many rows as needed: states, rules, fields, payments, goods."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models.shop import Shop


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


class GoodsRule(models.Model):
    """What holds for the goods of a folder, or for one item, instead of the shop's own choice.

    The item's rule wins, then that of the nearest folder above it. `value`: a whole number of pieces; one of
    StockChoices.Backorders, "site" for as the site has it; or "moysklad" or "site" for whom a field follows.
    """

    class Scope(models.TextChoices):
        FOLDER = "folder", _("folder")
        ITEM = "item", _("item")

    class Sets(models.TextChoices):
        BUFFER = "buffer", _("pieces kept back")
        LAST_PIECES = "last_pieces", _("so few count as none")
        BACKORDERS = "backorders", _("sales beyond the stock")
        STOCK = "stock", _("stock follows")
        PRICE = "price", _("price follows")
        SALE_PRICE = "sale_price", _("sale price follows")
        NAME = "name", _("name follows")
        DESCRIPTION = "description", _("description follows")
        WEIGHT = "weight", _("weight follows")
        BARCODE = "barcode", _("barcode follows")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="goods_rules")
    scope = models.CharField(_("for the"), max_length=10, choices=Scope.choices)
    external_id = models.CharField(_("in MoySklad"), max_length=64)
    name = models.CharField(max_length=255, blank=True)
    sets = models.CharField(_("rule"), max_length=20, choices=Sets.choices)
    value = models.CharField(_("value"), max_length=20)

    class Meta:
        verbose_name = _("rule for goods")
        verbose_name_plural = _("rules for goods")
        constraints = [
            models.UniqueConstraint(fields=["shop", "scope", "external_id", "sets"], name="one_goods_rule")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.sets} = {self.value}"
