"""Upload: older orders, sent or linked."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop
from bridge.sync.models.long_work import LongWork


class Upload(LongWork):
    """An upload of older orders a person asked for: which ones, how far it is, what came of them.

    `chosen`: {"after", "before": ISO dates or absent, "statuses": [...], "ids": [...]}; `place` is where reading goes
    on.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="uploads", verbose_name=_("shop"))
    chosen = models.JSONField(default=dict)
    # False: only link what is in MoySklad already; nothing is created there.
    create_missing = models.BooleanField(_("create documents that are missing"), default=True)
    total = models.PositiveIntegerField(_("orders"), default=0)
    read = models.PositiveIntegerField(_("looked at"), default=0)
    linked = models.PositiveIntegerField(_("linked"), default=0)
    queued = models.PositiveIntegerField(_("sent"), default=0)
    known = models.PositiveIntegerField(_("known before"), default=0)
    doubtful = models.PositiveIntegerField(_("doubtful"), default=0)

    class Meta(LongWork.Meta):
        verbose_name = _("upload of orders")
        verbose_name_plural = _("uploads of orders")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def percent(self) -> int:
        """How much of it was looked at, 0 to 100; the site may have gained orders meanwhile."""
        if self.state == self.State.DONE:
            return 100
        return min(100 * self.read // self.total, 99) if self.total else 0

    @property
    def left_alone(self) -> int:
        """Neither linked nor sent: nothing was to be created for them, or they cannot be read."""
        return max(self.read - self.linked - self.queued - self.known - self.doubtful, 0)
