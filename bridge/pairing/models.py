"""PairingCode: the right to connect one shop with one account, once and within a quarter of an hour."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection, Shop


class PairingCode(models.Model):
    """Of the code itself only a digest is kept; it is shown once, to the person who asked for it.

    `problem` is why the last try failed (a code of the catalogue or of pairing/refusals.py), `site_url` the site that
    tried. `keys_digest` recognises the shop whose answer was lost on the way and that asks again.
    """

    class State(models.TextChoices):
        OPEN = "open", _("waits for the shop")
        CHECKING = "checking", _("the shop is being called")
        USED = "used", _("connected")
        SPENT = "spent", _("too many failed tries")

    digest = models.CharField(max_length=64, unique=True, editable=False)
    account = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="pairing_codes", verbose_name=_("MoySklad account")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    site_url = models.CharField(_("site"), max_length=255, blank=True)
    problem = models.CharField(max_length=60, blank=True, editable=False)
    problem_params = models.JSONField(default=dict, editable=False)
    shop = models.ForeignKey(
        Shop, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("shop")
    )
    keys_digest = models.CharField(max_length=64, blank=True, editable=False)
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("code for connecting a shop")
        verbose_name_plural = _("codes for connecting shops")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def is_over(self, now: datetime | None = None) -> bool:
        """Nothing will come of it any more. One being checked when its time ended may still succeed."""
        ended = self.state in (self.State.USED, self.State.SPENT)
        return ended or (self.state == self.State.OPEN and self.expires_at <= (now or timezone.now()))
