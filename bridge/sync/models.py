"""Watermark: how far a flow has read its source; Heartbeat: the queue answered; Upload: older orders asked for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection, Shop


class Watermark(models.Model):
    """`position` moves only after what it covers is stored, to the newest change seen, never to now."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="watermarks", verbose_name=_("connection")
    )
    flow = models.CharField(_("flow"), max_length=30)
    position = models.DateTimeField(null=True)
    # Where a reading in portions stands (sync/passes.py); empty between two passes.
    cursor = models.JSONField(default=dict)
    next_due_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(_("last success"), null=True)
    problem = models.CharField(max_length=60, blank=True)
    problem_params = models.JSONField(default=dict)

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


class Upload(models.Model):
    """An upload of older orders a person asked for: which ones, how far it is, what came of them.

    `chosen`: {"after", "before": ISO dates or absent, "statuses": [...], "ids": [...]}; `place` is where reading goes
    on.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        DONE = "done", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="uploads", verbose_name=_("shop"))
    chosen = models.JSONField(default=dict)
    # False: only link what is in MoySklad already; nothing is created there.
    create_missing = models.BooleanField(_("create documents that are missing"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RUNNING)
    place = models.JSONField(null=True)
    running_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(auto_now_add=True)
    total = models.PositiveIntegerField(_("orders"), default=0)
    read = models.PositiveIntegerField(_("looked at"), default=0)
    linked = models.PositiveIntegerField(_("linked"), default=0)
    queued = models.PositiveIntegerField(_("sent"), default=0)
    known = models.PositiveIntegerField(_("known before"), default=0)
    doubtful = models.PositiveIntegerField(_("doubtful"), default=0)
    problem = models.CharField(max_length=60, blank=True)
    problem_params = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    finished_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("upload of orders")
        verbose_name_plural = _("uploads of orders")
        ordering = ["-created_at", "-pk"]

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
