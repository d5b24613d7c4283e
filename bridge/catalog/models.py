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
    parent_external_id = models.CharField(max_length=64, blank=True, db_index=True)
    name = models.CharField(_("name"), max_length=255)
    article = models.CharField(_("article"), max_length=255, blank=True, db_index=True)
    code = models.CharField(_("code"), max_length=255, blank=True, db_index=True)
    external_code = models.CharField(_("external code"), max_length=255, blank=True, db_index=True)
    folder_id = models.CharField(max_length=64, blank=True, db_index=True)
    # What a site may show of it (mapping/goods_from_moysklad.py, `facts`): prices, costs, texts, weight, barcodes.
    facts = models.JSONField(default=dict)
    archived = models.BooleanField(_("archived"), default=False)
    # When MoySklad last changed what is stored here; an answer that is older came late.
    updated_at = models.DateTimeField(null=True, editable=False)
    # False once a full import no longer found it: one that began after `seen_at`
    present = models.BooleanField(_("is in MoySklad"), default=True)
    # null: a hint called it deleted, and it is yet to be asked for (goods_changes.py).
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("product in MoySklad")
        verbose_name_plural = _("products in MoySklad")
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="product_external_id")
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="product_name"),
            models.Index(fields=["connection"], name="product_gone", condition=models.Q(present=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.article or self.code})" if self.article or self.code else self.name


class ProductBarcode(models.Model):
    """One of a product's barcodes, to find the product by it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="barcodes")
    value = models.CharField(max_length=100, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "value"], name="product_barcode")]

    def __str__(self) -> str:
        return self.value


class BundlePart(models.Model):
    """A bundle of the account holds so many of an item."""

    bundle = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="parts")
    item_external_id = models.CharField(max_length=64, db_index=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bundle", "item_external_id"], name="bundle_part")]

    def __str__(self) -> str:
        return f"{self.item_external_id} × {self.quantity}"


class Listing(models.Model):
    """A product or variation of a site. `variation_id` is empty for a simple product or the parent of variations.

    `site_quantity` is the last number known to be on the site (null: unknown), less what the site has sold since;
    `wanted_quantity` is the one that should be. `site_fields` and `wanted_fields` are the same of prices and texts
    (domain/fields.py names them). `stock_stale`: what the wanted number depends on changed; it is worked out anew.
    `stock_differs` and `fields_differ`: a message has something to carry over.
    """

    class Match(models.TextChoices):
        LINKED = "linked", _("linked")
        MISSING = "missing", _("nothing with this SKU in MoySklad")
        AMBIGUOUS = "ambiguous", _("several items have this SKU")
        KIND = "kind", _("a variation on one side only")
        NO_SKU = "no_sku", _("no SKU on the site")

    class Keeper(models.TextChoices):
        """Who keeps the stock of it on the site."""

        OWN = "own", _("itself")
        PARENT = "parent", _("the product of this variation")
        NOBODY = "nobody", _("nobody")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="listings", verbose_name=_("shop"))
    product_id = models.CharField(max_length=32)
    variation_id = models.CharField(max_length=32, blank=True)
    sku = models.CharField(_("SKU"), max_length=255, blank=True, db_index=True)
    name = models.CharField(_("name"), max_length=500)
    # What the site says it is: simple, variable, variation; and publish, draft, private.
    kind = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=20, blank=True)
    barcode = models.CharField(_("barcode"), max_length=100, blank=True, db_index=True)
    # The MoySklad id an earlier plugin left with it.
    earlier_link = models.CharField(max_length=64, blank=True, db_index=True)
    keeper = models.CharField(
        _("stock is kept by"), max_length=10, choices=Keeper.choices, default=Keeper.OWN
    )
    match = models.CharField(
        _("link"), max_length=10, choices=Match.choices, default=Match.MISSING, db_index=True
    )
    suggestion = models.ForeignKey(
        Product,
        on_delete=models.SET_NULL,
        null=True,
        related_name="suggested_for",
        verbose_name=_("suggestion"),
    )
    # null: not looked for yet; 0: nothing is alike.
    suggestion_score = models.PositiveSmallIntegerField(_("likeness, %"), null=True)
    # Products a person said it is not: never suggested again, nor linked by their SKU.
    refused_products = models.JSONField(default=list)
    # What it was linked with until the SKUs said otherwise; kept for people until it is linked again.
    lost_link = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, related_name="+")
    site_quantity = models.DecimalField(_("on the site"), max_digits=18, decimal_places=4, null=True)
    wanted_quantity = models.DecimalField(_("in MoySklad"), max_digits=18, decimal_places=4, null=True)
    # The number of the newest sale of the site that `site_quantity` has in it (orders/sales.py, SiteSale).
    site_sale = models.BigIntegerField(default=0)
    # Pieces that left the site's number without our knowing why, most likely sold: kept off until this moment, or until
    # the order is heard of (only where the site's plugin does not see to it).
    unheard = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    unheard_until = models.DateTimeField(null=True)
    # Pieces of all sales we were ever told of: what was told while a number was on its way is the difference.
    heard = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    # A number of ours may have gone over a sale that was told of since, or is on its way yet: it is written anew.
    doubtful = models.BooleanField(default=False)
    # The site made whole pieces of a part of one: it shows no parts, so none is asked for until it does.
    whole_pieces = models.BooleanField(default=False)
    # When the site last answered a write of ours: what was read of it before is older than what we know.
    written_at = models.DateTimeField(null=True)
    backorders = models.CharField(max_length=10, blank=True)
    stock_stale = models.BooleanField(default=False)
    stock_differs = models.BooleanField(default=False)
    site_fields = models.JSONField(default=dict)
    wanted_fields = models.JSONField(default=dict)
    fields_differ = models.BooleanField(default=False)
    # MoySklad owns these, but they are not to be written: {field: [reason of problems/, {figures}]}.
    fields_withheld = models.JSONField(default=dict)
    # What the site made of a value we wrote, where that is not what was written: {field: [written, made of it]}.
    fields_taken = models.JSONField(default=dict)
    # Why the site refused the last number; empty when it took it. Cleared by a new number.
    write_error = models.CharField(_("the site refused"), max_length=500, blank=True)
    # The same of prices and texts.
    fields_error = models.CharField(_("the site refused its fields"), max_length=500, blank=True)
    present = models.BooleanField(_("is on the site"), default=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("product on the site")
        verbose_name_plural = _("products on the site")
        constraints = [
            models.UniqueConstraint(fields=["shop", "product_id", "variation_id"], name="listing_item")
        ]
        indexes = [
            models.Index(fields=["shop", "variation_id"], name="listing_variation"),
            models.Index(fields=["name", "id"], name="listing_name"),
            models.Index(fields=["shop", "match"], name="listing_match", condition=models.Q(present=True)),
            models.Index(fields=["shop"], name="listing_gone", condition=models.Q(present=False)),
            models.Index(
                fields=["name", "id"],
                name="listing_refused",
                condition=~models.Q(write_error="", fields_error=""),
            ),
            models.Index(fields=["shop"], name="listing_stock_stale", condition=models.Q(stock_stale=True)),
            models.Index(
                fields=["shop"], name="listing_stock_differs", condition=models.Q(stock_differs=True)
            ),
            models.Index(
                fields=["shop", "unheard_until"], name="listing_unheard", condition=models.Q(unheard__gt=0)
            ),
            models.Index(
                fields=["shop"], name="listing_fields_differ", condition=models.Q(fields_differ=True)
            ),
            models.Index(
                fields=["shop", "suggestion_score"],
                name="listing_suggested",
                condition=models.Q(suggestion__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})" if self.sku else self.name

    @property
    def source_id(self) -> str:
        """The id the site itself gives it."""
        return self.variation_id or self.product_id


class ProductBinding(models.Model):
    """This listing is that product: found by SKU or chosen by a person. A person's choice is never changed by us."""

    class Origin(models.TextChoices):
        SKU = "sku", _("found by SKU")
        PERSON = "person", _("chosen by a person")
        EARLIER = "earlier", _("taken over from an earlier plugin")
        FILE = "file", _("from a file")

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="binding")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="bindings")
    origin = models.CharField(_("how"), max_length=10, choices=Origin.choices, default=Origin.SKU)
    # The action that made it, and what it replaced, so that the action can be taken back.
    run = models.ForeignKey("bridge.LinkRun", on_delete=models.SET_NULL, null=True, related_name="bindings")
    before = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, related_name="+")
    before_origin = models.CharField(max_length=10, blank=True)
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
