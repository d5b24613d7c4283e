"""Product (an item of the warehouse), Listing (an item on a site), ProductBinding (which is which), StockLevel."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection, Shop


class Product(models.Model):
    """An item of a MoySklad account that can stand in a document."""

    class Kind(models.TextChoices):
        PRODUCT = "product", _("product")
        VARIANT = "variant", _("variant")
        SERVICE = "service", _("service")
        BUNDLE = "bundle", _("bundle")

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="products", verbose_name=_("connection")
    )
    external_id = models.CharField(max_length=64)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    parent_external_id = models.CharField(max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=255)
    article = models.CharField(_("article"), max_length=255, blank=True, db_index=True)
    code = models.CharField(_("code"), max_length=255, blank=True, db_index=True)
    archived = models.BooleanField(_("archived"), default=False)
    # False once a full import no longer found it: one that began after `seen_at`
    present = models.BooleanField(_("is in MoySklad"), default=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("product in MoySklad")
        verbose_name_plural = _("products in MoySklad")
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="product_external_id")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.article or self.code})" if self.article or self.code else self.name


class Listing(models.Model):
    """A product or variation of a site. `variation_id` is empty for a simple product.

    `site_quantity` is the last number known to be on the site (null: unknown), `wanted_quantity` the one that
    should be; where they differ a stock message carries it over.
    """

    class Match(models.TextChoices):
        LINKED = "linked", _("linked")
        MISSING = "missing", _("nothing with this SKU in MoySklad")
        AMBIGUOUS = "ambiguous", _("several items have this SKU")
        NO_SKU = "no_sku", _("no SKU on the site")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="listings", verbose_name=_("shop"))
    product_id = models.CharField(max_length=32)
    variation_id = models.CharField(max_length=32, blank=True)
    sku = models.CharField(_("SKU"), max_length=255, blank=True, db_index=True)
    name = models.CharField(_("name"), max_length=500)
    manages_stock = models.BooleanField(_("stock is kept"), default=True)
    match = models.CharField(
        _("link"), max_length=10, choices=Match.choices, default=Match.MISSING, db_index=True
    )
    site_quantity = models.IntegerField(_("on the site"), null=True)
    wanted_quantity = models.IntegerField(_("in MoySklad"), null=True)
    # Why the site refused the last number; empty when it took it. Cleared by a new number.
    write_error = models.CharField(_("the site refused"), max_length=500, blank=True)
    present = models.BooleanField(_("is on the site"), default=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("product on the site")
        verbose_name_plural = _("products on the site")
        constraints = [
            models.UniqueConstraint(fields=["shop", "product_id", "variation_id"], name="listing_item")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})" if self.sku else self.name


class ProductBinding(models.Model):
    """This listing is that product: found by SKU or chosen by a person. A person's choice is never changed by us."""

    class Origin(models.TextChoices):
        SKU = "sku", _("found by SKU")
        PERSON = "person", _("chosen by a person")

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="binding")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="bindings")
    origin = models.CharField(_("how"), max_length=10, choices=Origin.choices, default=Origin.SKU)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return f"{self.listing} = {self.product}"


class StockLevel(models.Model):
    """What the stock report last said of an item in a store (empty: reserved without a store), per kind of stock."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="stock_levels")
    stock_type = models.CharField(max_length=10)
    product_external_id = models.CharField(max_length=64)
    store_id = models.CharField(max_length=64, blank=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "stock_type", "product_external_id", "store_id"], name="stock_level"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_external_id} {self.quantity}"
