"""Tables of alerts: what is wrong (Incident), what is told of it (Alert), to whom (Recipient), and how far that is
(AlertDelivery); AlertRules are the owner's choices for all.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bridge.alerts.episodes import Event
from bridge.alerts.quiet import QuietHours
from bridge.connections.models import Connection, Shop
from bridge.connections.secrets import EncryptedJSONField


class Kind(models.TextChoices):
    """What a recipient may want to be told."""

    FAILURE = "failure", _("Orders or stock stand still for a new reason")
    AGAIN = "again", _("The same trouble goes on or grows")
    OVER = "over", _("A trouble is over")
    AWAY = "away", _("A site or MoySklad does not answer")
    AUTH = "auth", _("A site or MoySklad does not accept the login")
    BACKLOG = "backlog", _("The exchange is late")
    BUDGET = "budget", _("MoySklad may block the login for too many calls")
    WORKER = "worker", _("The exchange stands still")
    DIGEST = "digest", _("Summary of the week")


def every_kind() -> list[str]:
    return list(Kind.values)


def urgent_kinds() -> list[str]:
    return [Kind.WORKER.value, Kind.AUTH.value]


def own_zone() -> str:
    return str(settings.TIME_ZONE)


class AlertRules(models.Model):
    """One row: from when on something is worth an alert, and what the channels need ([alerts] of the configuration).

    `secrets`: {"telegram_token", "smtp_password"}.
    """

    class Security(models.TextChoices):
        TLS = "tls", _("SSL/TLS from the start (mostly port 465)")
        STARTTLS = "starttls", _("STARTTLS (mostly port 587)")
        NONE = "none", _("none (only within an own network)")

    backlog_minutes = models.PositiveIntegerField(default=30)
    away_minutes = models.PositiveIntegerField(default=5)
    budget_percent = models.PositiveSmallIntegerField(default=50)
    digest_weekday = models.PositiveSmallIntegerField(default=1)
    digest_hour = models.PositiveSmallIntegerField(default=9)
    smtp_host = models.CharField(max_length=255, blank=True)
    smtp_port = models.PositiveIntegerField(default=465)
    smtp_security = models.CharField(max_length=10, choices=Security.choices, default=Security.TLS)
    smtp_user = models.CharField(max_length=255, blank=True)
    smtp_sender = models.CharField(max_length=255, blank=True)
    secrets = EncryptedJSONField(default=dict)
    # The bot as Telegram last named it.
    bot_name = models.CharField(max_length=100, blank=True, editable=False)
    # When the tables were last looked through for troubles.
    looked_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return str(_("Rules of alerts"))

    @classmethod
    def now(cls) -> AlertRules:
        """The rules; those of a fresh bridge where nobody set any."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class Recipient(models.Model):
    """Somebody who is told, in one way. Who wants different things of different shops is entered twice.

    `kinds` and `urgent` hold Kind values; urgent ones come in quiet hours too. Without `shops` it is all of them.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        TELEGRAM = "telegram", _("Telegram")

    name = models.CharField(_("name"), max_length=100, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    # An e-mail address, or the number of a chat in Telegram.
    address = models.CharField(_("address"), max_length=255)
    active = models.BooleanField(_("is told"), default=True)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default=own_zone)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True)
    kinds: Any = models.JSONField(_("what"), default=every_kind)
    urgent: Any = models.JSONField(_("also in quiet hours"), default=urgent_kinds, blank=True)
    shops: Any = models.ManyToManyField(Shop, verbose_name=_("shops"), blank=True, related_name="+")
    # How its channel does: failures in a row, since when, why, and when it is tried again.
    failures = models.PositiveIntegerField(default=0, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)
    next_try_at = models.DateTimeField(default=timezone.now, editable=False)
    problem = models.CharField(max_length=60, blank=True, editable=False)
    problem_params = models.JSONField(default=dict, editable=False)
    # The worker that is writing to them just now (sync/leased.py).
    running_since = models.DateTimeField(null=True, editable=False)
    held_by = models.CharField(max_length=40, null=True, editable=False)

    class Meta:
        verbose_name = _("recipient of alerts")
        verbose_name_plural = _("recipients of alerts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def quiet_hours(self) -> QuietHours | None:
        if self.quiet_from is None or self.quiet_to is None:
            return None
        return QuietHours(self.quiet_from, self.quiet_to, self.zone)


class Incident(models.Model):
    """A trouble, from when it was first seen until it is over (episodes.py). `key` says which one; of each only one is
    open at a time. `facts` are the figures its sentences need.
    """

    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="+")
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    told_count = models.PositiveIntegerField(default=0)
    tellings = models.PositiveIntegerField(default=0)
    absent_since = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(over_at=None), name="one_open_incident"
            )
        ]

    def __str__(self) -> str:
        return self.key


class Alert(models.Model):
    """Something to tell, stored before anything is sent. `key` is unique: of one event there is one alert, whoever
    notices it. `kind` is what recipients choose by, `subject` what it is about.
    """

    key = models.CharField(max_length=220, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    subject = models.CharField(max_length=10, choices=Kind.choices)
    event = models.CharField(
        max_length=10, choices=[(event.value, event.value) for event in Event], blank=True
    )
    incident = models.ForeignKey(Incident, on_delete=models.SET_NULL, null=True, related_name="alerts")
    # None: it concerns all shops.
    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("shop")
    )
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return str(self.get_subject_display())


class AlertDelivery(models.Model):
    """An alert on its way to a recipient."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        SENT = "sent", _("sent")
        GIVEN_UP = "given_up", _("could not be sent")

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="deliveries")
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "recipient"], name="one_delivery_per_recipient")
        ]
        indexes = [
            models.Index(fields=["recipient"], name="delivery_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["recipient", "sent_at"], name="delivery_sent"),
            models.Index(fields=["alert"], name="delivery_given_up", condition=models.Q(state="given_up")),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.state}"
