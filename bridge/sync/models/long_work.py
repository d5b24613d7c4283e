"""What all long work that a person asked for has in common."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LongWork(models.Model):
    """Work in portions that a person asked for: it can be paused, goes on after a killed worker, and shows how far it
    is. `place` is where the next portion goes on (sync/leased.py).
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        DONE = "done", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RUNNING)
    place = models.JSONField(null=True)
    running_since = models.DateTimeField(null=True)
    # The mark of the process that runs it, or ran it last (process_mark.py).
    held_by = models.CharField(max_length=40, null=True, editable=False)
    due_at = models.DateTimeField(auto_now_add=True)
    problem = models.CharField(max_length=60, blank=True)
    problem_params = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    finished_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        abstract = True
        ordering = ["-created_at", "-pk"]
