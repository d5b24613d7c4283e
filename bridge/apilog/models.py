"""ApiCall: one call to another system, or one from it, and what it was for."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

NOT_NOTED = "not_noted"
"""The purpose of a row that stands for calls to the bridge which nobody wrote down; `messages` is their number, as far
as it counts.
"""
MOST_COUNTED = 32_767


def loosely(to: str, **more: Any) -> Any:
    """A reference that nobody keeps up: rows are written later than what they speak of, and may outlive it."""
    return models.ForeignKey(
        to, on_delete=more.pop("on_delete", models.DO_NOTHING), null=True, db_constraint=False, db_index=False,
        related_name="+", **more,
    )  # fmt: skip


class BodyField(models.TextField):  # type: ignore[type-arg]
    """Text full of quotation marks. Having a placeholder of its own it is written among VALUES: as part of an array,
    which Django makes of many rows on PostgreSQL, each mark would be escaped by itself, in a millisecond a body.
    """

    def get_placeholder(self, _value: Any, _compiler: Any, _connection: Any) -> str:
        return "%s"

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs  # in the database it is nothing else


class ApiCall(models.Model):
    """Everything in it is masked already (domain/masking.py). Never changed after it is written.

    `status` is 0 when no answer came. `purpose` is what the call was made for: a kind of message, a topic, a flow or
    long work, by the names of routes.py. `delivered_at` is the `started_at` of the tries (DeliveryAttempt) it served:
    messages that go in one call are tried at one moment; `message` is the first of them, `messages` their number.
    """

    class Direction(models.TextChoices):
        OUT = "out", _("from the bridge")
        IN = "in", _("to the bridge")

    at = models.DateTimeField(_("when"))
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    vendor = models.CharField(_("system"), max_length=20, blank=True)
    connection = loosely("bridge.Connection", on_delete=models.CASCADE, verbose_name=_("connection"))
    shop = loosely("bridge.Shop", verbose_name=_("shop"))
    method = models.CharField(max_length=10)
    host = models.CharField(max_length=255)
    path = models.CharField(max_length=1000)
    query = models.TextField(blank=True)
    status = models.PositiveSmallIntegerField(_("status"))
    duration_ms = models.PositiveIntegerField()
    # The class of connectors.errors it ended with, and the code the other side (or the network) gave.
    error = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=60, blank=True)
    purpose = models.CharField(max_length=60, blank=True)
    event = loosely("bridge.InboxEvent")
    message = loosely("bridge.OutboxMessage")
    messages = models.PositiveSmallIntegerField(default=0)
    try_number = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    # The sender's id of a delivery.
    request_id = models.CharField(max_length=100, blank=True)
    request_bytes = models.PositiveIntegerField(default=0)
    response_bytes = models.PositiveIntegerField(default=0)
    request_cut = models.BooleanField(default=False)
    response_cut = models.BooleanField(default=False)
    request_body = BodyField(blank=True)
    response_body = BodyField(blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("API log")
        indexes = [
            models.Index(fields=["at"], name="call_at"),
            models.Index(fields=["connection", "at"], name="call_connection"),
            models.Index(fields=["shop", "at"], name="call_shop", condition=models.Q(shop__isnull=False)),
            models.Index(fields=["event"], name="call_event", condition=models.Q(event__isnull=False)),
            models.Index(fields=["message"], name="call_message", condition=models.Q(message__isnull=False)),
            models.Index(
                fields=["delivered_at"], name="call_delivery", condition=models.Q(delivered_at__isnull=False)
            ),
            models.Index(
                fields=["at"],
                name="call_failed",
                condition=models.Q(status=0) | models.Q(status__gte=400),
            ),
            models.Index(
                fields=["at"], name="call_elsewhere", condition=models.Q(status__gte=300, status__lt=400)
            ),
            models.Index(fields=["vendor", "direction", "at"], name="call_system"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
