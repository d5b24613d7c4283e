"""LinkRun: many links made at once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop
from bridge.sync.models.long_work import LongWork


class LinkRun(LongWork):
    """Many links made in one go, which a person asked for: from suggestions, from a file, or from an earlier plugin.

    It is CHECKING while it is worked out what would change, READY until the person agrees, then MAKING and MADE; its
    links can be taken back (UNDOING, UNDONE). `counts`: lines or items by what becomes of them. `content`: the text of
    the file, kept until its links are made.
    """

    class Kind(models.TextChoices):
        SUGGESTIONS = "suggestions", _("suggestions confirmed")
        FILE = "file", _("links from a file")
        EARLIER = "earlier", _("links of an earlier plugin")

    class Step(models.TextChoices):
        CHECKING = "checking", _("being checked")
        READY = "ready", _("waits for you")
        MAKING = "making", _("links are being made")
        MADE = "made", _("links are made")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")
        DROPPED = "dropped", _("dropped")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="link_runs", verbose_name=_("shop"))
    kind = models.CharField(_("what"), max_length=15, choices=Kind.choices)
    step = models.CharField(_("step"), max_length=10, choices=Step.choices, default=Step.CHECKING)
    by = models.CharField(_("by"), max_length=150, blank=True)
    least_score = models.PositiveSmallIntegerField(_("likeness from, %"), null=True)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    content = models.TextField(blank=True)
    total = models.PositiveIntegerField(_("lines"), default=0)
    done = models.PositiveIntegerField(_("looked at"), default=0)
    counts = models.JSONField(default=dict)

    class Meta(LongWork.Meta):
        verbose_name = _("links made at once")
        verbose_name_plural = _("links made at once")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
