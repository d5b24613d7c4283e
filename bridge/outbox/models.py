"""OutboxMessage: one thing to bring to one system; DeliveryAttempt: each try and its answer; Pause: what stays in."""

from __future__ import annotations

from django.db import models
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection, Shop
from bridge.outbox.upload_of import UploadOf
from bridge.people.cases import Case


class OutboxMessage(Case):
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
                fields=["connection", "kind", "due_at"],
                name="message_due_of_kind",
                condition=models.Q(state="waiting"),
            ),
            models.Index(
                fields=["state", "problem"],
                name="message_attention",
                condition=models.Q(state__in=["parked", "dead"]),
            ),
            models.Index(
                fields=["state", "object_key"],
                name="message_on_its_way",
                condition=models.Q(state__in=["waiting", "in_flight"]),
            ),
            # What was given up is a handful among millions of messages that were sent.
            models.Index(fields=["id"], name="message_discarded", condition=models.Q(state="discarded")),
            models.Index(fields=["created_at"], name="message_created"),
            models.Index(
                fields=["assigned_to"], name="message_assigned", condition=models.Q(assigned_to__isnull=False)
            ),
            models.Index(
                fields=["created_at", "object_key"],
                name="message_needs_person",
                condition=models.Q(state__in=["parked", "dead"]),
            ),
            # Kinds of which there are few are found among millions of orders' messages.
            models.Index(fields=["kind", "created_at"], name="message_kind"),
            models.Index(
                fields=["problem", "created_at"], name="message_problem", condition=~models.Q(problem="")
            ),
            # With the state and the kind: a shop's numbers are one object, sent thousands of times.
            models.Index(fields=["object_key", "state", "kind"], name="message_object"),
            models.Index(
                UploadOf("payload"),
                "state",
                name="message_of_upload",
                condition=models.Q(IsNull(UploadOf("payload"), False)),
            ),
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
        # Those that did not work are few among millions; each day's are counted.
        indexes = [
            models.Index(
                fields=["finished_at"], name="attempt_not_done", condition=~models.Q(outcome="done")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.started_at:%H:%M:%S}"


class Pause(models.Model):
    """Nothing of a shop, or of one kind of its messages, goes out while the row is there (outbox/pauses.py).

    `kind` is empty for everything. `until`: when it ends by itself; None until a person ends it.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="pauses", verbose_name=_("shop"))
    kind = models.CharField(_("what"), max_length=40, blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateTimeField(_("until"), null=True)
    by = models.CharField(_("by"), max_length=150, blank=True)
    why = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [models.UniqueConstraint(fields=["shop", "kind"], name="one_pause_of_a_kind")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Hold(models.Model):
    """Nothing about one object goes out while the row is there (outbox/holds.py)."""

    object_key = models.CharField(max_length=100, unique=True)
    since = models.DateTimeField(_("since"), auto_now_add=True)
    by = models.CharField(_("by"), max_length=150, blank=True)
    why = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")

    def __str__(self) -> str:
        return self.object_key
