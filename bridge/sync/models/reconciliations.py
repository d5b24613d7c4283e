"""Reconciliation: both sides compared. Drift: one difference that was found."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop
from bridge.sync.models.long_work import LongWork


class Reconciliation(LongWork):
    """A comparison of both sides of a shop: nightly, or asked for; of everything, or of one order or item.

    `chosen`: {"order": pk} or {"listing": pk} or {}. `counts`: compared and differing, by subject.
    """

    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, related_name="reconciliations", verbose_name=_("shop")
    )
    chosen = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    total = models.PositiveIntegerField(_("to compare"), default=0)
    done = models.PositiveIntegerField(_("compared"), default=0)

    class Meta(LongWork.Meta):
        verbose_name = _("comparison of both sides")
        verbose_name_plural = _("comparisons of both sides")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Drift(models.Model):
    """One difference between the sides: what each says, the likely cause, and what repairs it.

    `code` names the difference and its cause in problems/drifts.py. `repair`: an action of sync/reconcile/repairs.py.
    """

    class Subject(models.TextChoices):
        ORDER = "order", _("order")
        STOCK = "stock", _("stock")
        PRICE = "price", _("price or text")
        LINK = "link", _("link")

    class State(models.TextChoices):
        OPEN = "open", _("differs")
        REPAIRING = "repairing", _("being repaired")
        GONE = "gone", _("equal again")
        ACCEPTED = "accepted", _("accepted as it is")

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.CASCADE, related_name="drifts")
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="drifts", verbose_name=_("shop"))
    subject = models.CharField(_("subject"), max_length=10, choices=Subject.choices)
    code = models.CharField(_("difference"), max_length=60)
    params = models.JSONField(default=dict)
    order = models.ForeignKey("bridge.Order", on_delete=models.CASCADE, null=True, related_name="drifts")
    listing = models.ForeignKey("bridge.Listing", on_delete=models.CASCADE, null=True, related_name="drifts")
    # What people call it: the order's number, the item's name.
    title = models.CharField(_("what"), max_length=300)
    here = models.CharField(_("on the site"), max_length=300, blank=True)
    there = models.CharField(_("in MoySklad"), max_length=300, blank=True)
    repair = models.CharField(max_length=30, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.OPEN, db_index=True
    )
    found_at = models.DateTimeField(_("found"), auto_now_add=True)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["-found_at", "-pk"]
        indexes = [
            models.Index(fields=["found_at"], name="drift_found"),
            models.Index(
                fields=["found_at"], name="drift_open", condition=models.Q(state__in=["open", "repairing"])
            ),
            models.Index(fields=["code", "found_at"], name="drift_code"),
            models.Index(fields=["subject", "found_at"], name="drift_subject"),
            models.Index(fields=["title"], name="drift_title"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.code}"
