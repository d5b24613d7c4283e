"""Connection: an account or a site we call. Throttle: the budget of calls to it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bridge.connections.secrets import EncryptedJSONField


def new_token() -> str:
    """Unguessable text for URLs and shared secrets."""
    return secrets.token_urlsafe(32)


class Vendor(models.TextChoices):
    MOYSKLAD = "moysklad", _("MoySklad")
    WOOCOMMERCE = "woocommerce", "WooCommerce"


class Connection(models.Model):
    """One account or site: where it is, how to log in, and whether it is away just now.

    `credentials`: MoySklad {token | login, password}; WooCommerce {consumer_key, consumer_secret, event_secret,
    previous_event_secret?}.
    """

    vendor = models.CharField(_("system"), max_length=20, choices=Vendor.choices)
    name = models.SlugField(_("name"), max_length=60)
    base_url = models.URLField(_("address"), max_length=255)
    credentials = EncryptedJSONField(_("credentials"), default=dict)
    account_id = models.CharField(_("account"), max_length=64, blank=True, editable=False)
    hook_token = models.CharField(max_length=64, default=new_token, editable=False)
    # Empty, or why the account sends no webhooks (tariff, rights); everything is polled then.
    hooks_problem = models.CharField(max_length=60, blank=True, editable=False)
    # Kinds of stock of an account whose report was read whole: of others no number is known.
    stock_types = models.JSONField(default=list, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    paused_until = models.DateTimeField(_("away until"), null=True, blank=True, editable=False)
    pause_problem = models.CharField(max_length=60, blank=True, editable=False)
    pause_params = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [models.UniqueConstraint(fields=["vendor", "name"], name="connection_name")]

    def __str__(self) -> str:
        return f"{self.get_vendor_display()} · {self.name}"

    def is_paused(self, now: datetime | None = None) -> bool:
        return self.paused_until is not None and self.paused_until > (now or timezone.now())


class Throttle(models.Model):
    """The call budget of one account as all processes see it; written only by throttle.py."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="throttle")
    state: Any = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.connection)
