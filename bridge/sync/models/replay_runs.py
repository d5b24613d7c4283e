"""ReplayRun: events of a period, or chosen ones, handled once more."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop
from bridge.sync.models.long_work import LongWork


class ReplayRun(LongWork):
    """Many events of a shop handled once more, in portions, and what came of each.

    `chosen` is the selection (sync/replays/selection.py). For `place` see sync/once_more.py. Of `done` events
    `went` were handled, `failed` could not be; the rest waits for a connection that is away and goes by itself.
    """

    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, related_name="replay_runs", verbose_name=_("shop")
    )
    chosen = models.JSONField(default=dict)
    by = models.CharField(_("by"), max_length=150, blank=True)
    total = models.PositiveIntegerField(_("to process again"), default=0)
    done = models.PositiveIntegerField(_("processed again"), default=0)
    went = models.PositiveIntegerField(_("handled"), default=0)
    failed = models.PositiveIntegerField(_("could not be handled"), default=0)

    class Meta(LongWork.Meta):
        verbose_name = _("events processed again")
        verbose_name_plural = _("events processed again")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
