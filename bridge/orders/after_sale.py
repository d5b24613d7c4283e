"""What follows an order: refunds of the site, returns in MoySklad, and the documents we make beside the order's own."""

from __future__ import annotations

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection
from bridge.domain import refunds
from bridge.orders.models import Order


class Refund(models.Model):
    """A refund as the site tells of it. `plan` says what became of it, once that was decided:

    {"positions": [...], "return": [...]}: what left the order's document, what goes into returns of which shipment
    (domain/refund_plan.py); with "by_hand" nothing more is made of it, with "history" it is older than our work. A
    refund that we made from a return in MoySklad names it as its `canonical.origin` and needs no plan.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="refunds")
    source_id = models.CharField(max_length=32)
    amount_minor = models.BigIntegerField(_("amount"))
    placed_at = models.DateTimeField(_("made"))
    content = models.JSONField()
    plan = models.JSONField(null=True)
    # The site no longer has it.
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["placed_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["order", "source_id"], name="refund_source")]
        indexes = [
            models.Index(fields=["placed_at"], name="refund_made"),
            models.Index(fields=["source_id"], name="refund_number"),
        ]

    def __str__(self) -> str:
        return self.source_id

    @property
    def canonical(self) -> refunds.Refund:
        return refunds.from_json(self.content)

    def settle(self, **more: bool) -> None:
        """MoySklad has what this refund needs: nothing more is made of it or asked about it."""
        with transaction.atomic():
            self.hold()
            self.plan = {**(self.plan or {}), "by_hand": True, **more}
            self.save(update_fields=["plan"])

    def hold(self) -> None:
        """As it is now, and nobody else decides of it before the transaction ends: whoever does holds its order."""
        Order.objects.select_for_update().get(pk=self.order_id)
        self.refresh_from_db(fields=["plan", "content", "amount_minor"])


class RelatedDocument(models.Model):
    """A document we make for an order beside its own: payment, return of goods, money paid back.

    `source_key` says for what (`payment`, `refund:<id>:<demand id>`, `money:<refund id>`); its `sync_id` follows from
    it, so the same thing never becomes two documents. `sending` is true from before a call until its answer.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(_("document"), max_length=20)
    source_key = models.CharField(max_length=150)
    sync_id = models.UUIDField(unique=True)
    external_id = models.CharField(max_length=64, blank=True, db_index=True)
    name = models.CharField(_("number in MoySklad"), max_length=255, blank=True)
    page_url = models.URLField(max_length=500, blank=True)
    sum_minor = models.BigIntegerField(_("sum"), default=0)
    sending = models.BooleanField(default=False)
    gone = models.BooleanField(_("removed in MoySklad"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("further document")
        verbose_name_plural = _("further documents")
        constraints = [models.UniqueConstraint(fields=["order", "source_key"], name="document_source")]

    def __str__(self) -> str:
        return self.name


class Return(models.Model):
    """A return of goods that people made in MoySklad. Without an order it has no basis we know: listed, not guessed.

    `content` is what it says ({"lines": [...]}, mapping/from_moysklad.py); `done` what the site's refund was made from,
    or what was found to be a refund that people had made there already; `agreed` ({"content", "gone"}) what a person
    wants the refund to follow.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="returns")
    external_id = models.CharField(max_length=64)
    # A program's key, and the shipment: by both one of ours is known again that came before its refund was read.
    sync_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    demand_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    name = models.CharField(_("number in MoySklad"), max_length=255, blank=True)
    page_url = models.URLField(max_length=500, blank=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, null=True, related_name="returns")
    sum_minor = models.BigIntegerField(_("sum"), default=0)
    moment = models.DateTimeField(_("made"))
    remote_updated_at = models.DateTimeField(null=True)
    content = models.JSONField(default=dict)
    done = models.JSONField(null=True)
    agreed = models.JSONField(null=True)
    refund = models.ForeignKey(Refund, on_delete=models.SET_NULL, null=True, related_name="made_from")
    sending = models.BooleanField(default=False)
    # When the last call for its refund began: the site may carry one out long after nobody waits for the answer.
    tried_at = models.DateTimeField(null=True)
    gone = models.BooleanField(_("removed in MoySklad"), default=False)
    # A person has seen to it: nothing more is asked about it as it stands.
    settled = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("return in MoySklad")
        verbose_name_plural = _("returns in MoySklad")
        ordering = ["-moment", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="return_external_id")
        ]
        indexes = [
            models.Index(fields=["moment"], name="return_made"),
            models.Index(
                fields=["moment"],
                name="return_without_order",
                condition=models.Q(order=None, settled=False, gone=False),
            ),
            models.Index(fields=["name"], name="return_number"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_of_people(self) -> bool:
        """Whether its refund on the site was made by people there, so it is not ours to change."""
        return self.refund is not None and not self.refund.canonical.origin
