"""Tables of who may come in: one-time links, tokens of programs, and what the owner asks of everybody's sign-in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import DeviceManager
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex
from knox.models import AbstractAuthToken, AuthTokenManager

from bridge.connections.secrets import EncryptedJSONField
from bridge.people.roles import Role


class OneTimeLink(models.Model):
    """A way in without a password, good once and for a day. Only a hash of its secret is kept."""

    class Purpose(models.TextChoices):
        FIRST_OWNER = "first_owner", _("the first owner's account")
        INVITATION = "invitation", _("an invitation")
        NEW_PASSWORD = "new_password", _("a new password")

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    role = models.CharField(max_length=10, choices=Role.choices, blank=True)
    # Whose password it changes; nobody's for a new account.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="one_time_links"
    )
    # Who gave it; nobody where it was printed on the console.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="links_given"
    )
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.get_purpose_display())


class AuthenticatorApp(TOTPDevice):  # type: ignore[misc]
    """The app a person signs in with besides the password: django-otp's device, whose secret is encrypted.

    `secret`: hex. django-otp's own column for it, which is plain text, stays empty.
    """

    secret = EncryptedJSONField(default=random_hex)

    objects = DeviceManager()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = ""
        super().save(*args, **kwargs)

    @property
    def bin_key(self) -> bytes:
        return bytes.fromhex(self.secret)

    def digest(self, recovery_code: str) -> str:
        """What is kept of a recovery code, which is too short for a digest without a secret (16 signs)."""
        made = hmac.new(self.bin_key, recovery_code.encode(), hashlib.sha256).digest()
        return base64.b32encode(made[:10]).decode().lower()


class ApiToken(AbstractAuthToken):  # type: ignore[misc]
    """A program's way in: it acts in the name of `user`, with no more than the lesser of both their roles.

    Of the token only knox's hash is kept, and its first letters to find it by. One that was revoked stays as a row,
    for the history names it.
    """

    digest = models.CharField(max_length=128, unique=True)
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    # To the minute.
    used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = AuthTokenManager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and (self.expiry is None or self.expiry > timezone.now())


class AccessRules(models.Model):
    """One row: what is asked of everybody (`[people]` of the configuration file)."""

    second_step_required = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(_("Rules of signing in"))

    @classmethod
    def now(cls) -> AccessRules:
        """The rules; those of a fresh bridge where nobody set any."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
