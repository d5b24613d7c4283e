"""Watermark: how far a flow has read its source. Heartbeat: the queue answered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection


class Watermark(models.Model):
    """`position` moves only after what it covers is stored, to the newest change seen, never to now."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="watermarks", verbose_name=_("connection")
    )
    flow = models.CharField(_("flow"), max_length=30)
    position = models.DateTimeField(null=True)
    # Where a reading in portions stands (sync/passes.py); empty between two passes.
    cursor = models.JSONField(default=dict)
    # How much of the pass is done, for people: items read, and how many there are (0: not known).
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    next_due_at = models.DateTimeField()
    # One more run is wanted from then on: one that begins before does not count (run_by).
    again_at = models.DateTimeField(null=True)
    running_since = models.DateTimeField(null=True)
    # The mark of the process that runs it, or ran it last (process_mark.py).
    held_by = models.CharField(max_length=40, null=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True)
    problem = models.CharField(max_length=60, blank=True)
    problem_params = models.JSONField(default=dict)
    # Not stored: a run says that it should be repeated after so many seconds, sooner than usual.
    again_in: float | None = None

    class Meta:
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        constraints = [models.UniqueConstraint(fields=["connection", "flow"], name="one_watermark_per_flow")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Heartbeat(models.Model):
    """One row: when a worker last took a beat from the queue."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.at.isoformat()
