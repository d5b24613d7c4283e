"""RetryRun: everything that waits for a person because of one cause, tried again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop
from bridge.sync.models.long_work import LongWork


class RetryRun(LongWork):
    """Many messages or events of a shop tried again in one go, in portions, and what came of each.

    `chosen` is the selection (sync/attention/selection.py). For `place` see sync/once_more.py. Of `done` rows
    `went` arrived, `failed` wait for a person again; the rest goes by itself later (its connection is away) or needed
    nothing any more.
    """

    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, related_name="retry_runs", verbose_name=_("shop")
    )
    chosen = models.JSONField(default=dict)
    by = models.CharField(_("by"), max_length=150, blank=True)
    total = models.PositiveIntegerField(_("to try again"), default=0)
    done = models.PositiveIntegerField(_("tried again"), default=0)
    went = models.PositiveIntegerField(_("arrived"), default=0)
    failed = models.PositiveIntegerField(_("need you again"), default=0)

    class Meta(LongWork.Meta):
        verbose_name = _("many tried again")
        verbose_name_plural = _("many tried again")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
