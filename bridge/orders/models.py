"""Order (as the site last told it), OrderBinding (its document and what we last wrote there), CustomerBinding."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection, Shop
from bridge.domain import order as canonical
from bridge.orders.has_ended import HasEnded


class Order(models.Model):
    """The newest version of a site's order. The same id with another `order_key` is another order (restored site)."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="orders", verbose_name=_("shop"))
    source_id = models.CharField(max_length=32)
    order_key = models.CharField(max_length=100, blank=True)
    number = models.CharField(_("number"), max_length=100, db_index=True)
    status = models.CharField(_("status on the site"), max_length=60)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    # In small letters, to be found by (search.py); the buyer's own spelling is in `content`.
    email = models.CharField(_("e-mail"), max_length=255, blank=True, db_index=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    # Its digits, last first: a phone is found by its end, however it was typed.
    phone_backwards = models.CharField(max_length=60, blank=True, db_index=True)
    placed_at = models.DateTimeField(_("placed"))
    # The source's own version; `read_at` (its clock too) decides between two changes of one second.
    modified_at = models.DateTimeField(_("changed on the site"))
    read_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=32)
    content = models.JSONField()
    # A person asked for it (history upload): it is sent whatever its status and however old it is.
    requested = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    # Its customer's data was taken out (bridge/personal); nothing is written to its document any more.
    anonymised_at = models.DateTimeField(_("personal data taken out"), null=True, editable=False)

    _canonical: tuple[Any, canonical.Order] | None = None

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-placed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "source_id", "order_key"], name="order_source")
        ]
        indexes = [
            # With the key: orders that are not sent are found without reading all others.
            models.Index(fields=["placed_at", "id"], name="order_placed"),
            models.Index(fields=["shop", "placed_at", "id"], name="order_in_shop"),
            models.Index(fields=["status", "placed_at", "id"], name="order_in_status"),
            # Whose customer's data may go once it is old (bridge/personal/ended.py).
            models.Index(
                fields=["modified_at"],
                name="order_with_data",
                condition=models.Q(HasEnded("status"), anonymised_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def canonical(self) -> canonical.Order:
        """Built once from each `content`, which is replaced and never changed."""
        if self._canonical is None or self._canonical[0] is not self.content:
            self._canonical = (self.content, canonical.from_json(self.content))
        return self._canonical[1]

    @property
    def object_key(self) -> str:
        """What the outbox serialises by: one order's messages run one after another."""
        return f"order:{self.pk}"


class OrderBinding(models.Model):
    """The document of an order, what we last wrote into it, and what it last said.

    `written` holds our fields as confirmed (an update sends only what changed on our side since then), `goods` the
    digest of the site's lines they came from. `sending` is what a call carries whose answer is not here yet: while it
    is set, the document may or may not hold it (`external_id` is empty until we know the document). `state_id` is the
    state last seen or written, `site_status` the site's status that this state already reflects: the loop guard.
    `expected_status` is the one a call to the site asks for, `editing` the goods such a call carries and the note that
    follows it ({positions, sum, note}, then {note}): kept from before the call until the site is heard of again.
    """

    class Gone(models.TextChoices):
        NO = "", _("no")
        BINNED = "binned", _("in the bin")
        DELETED = "deleted", _("deleted")
        LEFT = "left", _("removed, and left so")
        OURS = "ours", _("in the bin, as the order is on the site")

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="binding")
    external_id = models.CharField(max_length=64, blank=True, db_index=True)
    sync_id = models.UUIDField(unique=True)
    generation = models.PositiveIntegerField(default=0)
    document_name = models.CharField(_("number in MoySklad"), max_length=255, blank=True, db_index=True)
    # As the document has them; payments and returns must name the same.
    agent_id = models.CharField(max_length=64, blank=True)
    organization_id = models.CharField(max_length=64, blank=True)
    page_url = models.URLField(max_length=500, blank=True)
    sum_minor = models.BigIntegerField(default=0)
    payed_minor = models.BigIntegerField(default=0)
    shipped_minor = models.BigIntegerField(default=0)
    written = models.JSONField(default=dict)
    # {item: [pieces it asks for, set aside, shipped]}, as its positions were last read or written; null: not known.
    pieces = models.JSONField(null=True)
    goods = models.CharField(max_length=32, blank=True)
    sending = models.JSONField(null=True)
    state_id = models.CharField(max_length=64, blank=True)
    site_status = models.CharField(max_length=60, blank=True)
    expected_status = models.CharField(max_length=60, blank=True)
    editing = models.JSONField(null=True)
    remote_updated_at = models.DateTimeField(null=True)
    gone = models.CharField(
        _("removed in MoySklad"), max_length=10, choices=Gone.choices, blank=True, default=Gone.NO
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [
            models.Index(fields=["order"], name="document_removed", condition=~models.Q(gone="")),
            models.Index(fields=["order"], name="document_not_made", condition=models.Q(external_id="")),
        ]

    def __str__(self) -> str:
        return self.document_name


class CustomerBinding(models.Model):
    """The counterparty a buyer was found to be, by one of the ways to know them again."""

    class Key(models.TextChoices):
        SITE = "site", _("customer of the site")
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")
        INN = "inn", _("INN")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="customers")
    key = models.CharField(max_length=10, choices=Key.choices)
    value = models.CharField(max_length=255)
    external_id = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "key", "value"], name="customer_key")]

    def __str__(self) -> str:
        return self.value
