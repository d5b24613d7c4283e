"""OutboxMessage: one thing to bring to one system; DeliveryAttempt: each try and its answer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection, Shop


class OutboxMessage(models.Model):
    """`kind` picks the handler (routes.py); messages of one `object_key` run one after another.

    A waiting or parked message stands for everything its object still needs: a second one joins it (coalescing),
    but never one in flight.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        IN_FLIGHT = "in_flight", _("being sent")
        PARKED = "parked", _("needs you")
        DEAD = "dead", _("given up")
        DONE = "done", _("sent")
        DISCARDED = "discarded", _("discarded")

    class DeadReason(models.TextChoices):
        EXCEEDED = "exceeded", _("no success in three days")
        PERMANENT = "permanent", _("refused by the other side")
        CONFIG = "config", _("a setting is missing")
        INTERNAL = "internal", _("an error of the bridge")
        TIMEOUT = "timeout", _("the answer never came")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="messages", verbose_name=_("shop"))
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="messages", verbose_name=_("connection")
    )
    kind = models.CharField(_("what"), max_length=40)
    object_key = models.CharField(max_length=100)
    payload = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    in_flight_since = models.DateTimeField(null=True)
    claim = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    # An earlier try may have been carried out: look the object up before sending again.
    outcome_unknown = models.BooleanField(default=False)
    first_failed_at = models.DateTimeField(null=True)
    problem = models.CharField(_("reason"), max_length=60, blank=True)
    problem_params = models.JSONField(default=dict)
    dead_reason = models.CharField(max_length=10, choices=DeadReason.choices, blank=True)
    created_at = models.DateTimeField(_("queued"), auto_now_add=True)
    done_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_key"],
                condition=models.Q(state__in=["waiting", "parked"]),
                name="one_waiting_per_object",
            ),
            models.UniqueConstraint(
                fields=["object_key"], condition=models.Q(state="in_flight"), name="one_in_flight_per_object"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="message_due", condition=models.Q(state="waiting")),
            models.Index(
                fields=["state", "problem"],
                name="message_attention",
                condition=models.Q(state__in=["parked", "dead"]),
            ),
            models.Index(fields=["object_key", "id"], name="message_object"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class DeliveryAttempt(models.Model):
    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="deliveries")
    started_at = models.DateTimeField(_("begun"))
    finished_at = models.DateTimeField(_("ended"))
    outcome = models.CharField(_("outcome"), max_length=20)
    problem = models.CharField(max_length=60, blank=True)
    problem_params = models.JSONField(default=dict)
    # The other side's own words, in whatever language they came.
    detail = models.CharField(_("answer"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.outcome} {self.started_at:%H:%M:%S}"
