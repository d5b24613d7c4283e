"""InboxEvent: a message from a shop or from MoySklad exactly as it arrived, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection
from bridge.people.cases import Case


class InboxEvent(Case):
    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        IN_FLIGHT = "in_flight", _("in work")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        DISCARDED = "discarded", _("discarded")

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="events", verbose_name=_("connection")
    )
    # The order it is about, by its id on the site; empty for anything else.
    source_id = models.CharField(max_length=32, blank=True)
    topic = models.CharField(_("topic"), max_length=60)
    # The sender's id of the delivery; with `dedup_key` a repeated delivery is recognised.
    delivery_id = models.CharField(max_length=100, blank=True)
    dedup_key = models.CharField(max_length=100)
    body = models.TextField(_("body"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    in_flight_since = models.DateTimeField(null=True)
    # The mark of the process that has it in hand, or had it last (process_mark.py).
    held_by = models.CharField(max_length=40, null=True, editable=False)
    attempts = models.PositiveIntegerField(default=0)
    first_failed_at = models.DateTimeField(null=True)
    problem = models.CharField(_("reason"), max_length=60, blank=True)
    problem_params = models.JSONField(default=dict)
    processed_at = models.DateTimeField(_("processed"), null=True)

    class Meta:
        verbose_name = _("incoming event")
        verbose_name_plural = _("incoming events")
        constraints = [models.UniqueConstraint(fields=["connection", "dedup_key"], name="event_once")]
        indexes = [
            models.Index(
                fields=["due_at"], name="event_due", condition=models.Q(state__in=["waiting", "in_flight"])
            ),
            models.Index(fields=["state", "received_at"], name="event_state"),
            # With the key: the newest of a sender are found in the index alone (dashboard/orders/timeline.py).
            models.Index(fields=["connection", "received_at", "id"], name="event_of_sender"),
            models.Index(fields=["received_at"], name="event_came"),
            models.Index(
                fields=["assigned_to"], name="event_assigned", condition=models.Q(assigned_to__isnull=False)
            ),
            models.Index(fields=["topic", "received_at"], name="event_topic"),
            models.Index(
                fields=["problem", "received_at"], name="event_problem", condition=~models.Q(problem="")
            ),
            models.Index(
                fields=["connection", "source_id"], name="event_source", condition=~models.Q(source_id="")
            ),
            models.Index(fields=["delivery_id"], name="event_delivery", condition=~models.Q(delivery_id="")),
            # Whose body may go once it is old (bridge/personal/retention.py).
            models.Index(
                fields=["received_at"],
                name="event_with_body",
                condition=models.Q(state__in=["done", "discarded"]) & ~models.Q(body=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
