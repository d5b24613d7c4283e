"""The second step of signing in: a code from an app (TOTP), or one of ten recovery codes."""

from __future__ import annotations

import math
from datetime import datetime

import segno
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from bridge.people.models import AuthenticatorApp

RECOVERY_CODES = 10


def has_one(person: User) -> bool:
    return bool(AuthenticatorApp.objects.filter(user=person, confirmed=True).exists())


def begin(person: User) -> AuthenticatorApp:
    """A new secret to be read into an app; it counts only once a code of it was entered."""
    device: AuthenticatorApp | None = AuthenticatorApp.objects.filter(user=person, confirmed=False).first()
    return device or AuthenticatorApp.objects.create(user=person, name="app", confirmed=False)


def picture(device: AuthenticatorApp) -> str:
    """The secret as a QR code, an SVG to stand in a page; dark on white in both lights, or cameras cannot read it."""
    code = segno.make(device.config_url, error="m")
    return str(code.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=False))


def typed_secret(device: AuthenticatorApp) -> str:
    """The secret for typing, in groups of four."""
    secret = device.config_url.split("secret=")[1].split("&")[0].rstrip("=")
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


@transaction.atomic
def switch_on(person: User, code: str) -> list[str]:
    """Recovery codes, shown once, if the code is that of the new secret; else nothing."""
    device = AuthenticatorApp.objects.select_for_update().filter(user=person, confirmed=False).first()
    if device is None or not device.verify_token(_digits(code)):
        return []
    AuthenticatorApp.objects.filter(user=person, confirmed=True).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return new_recovery_codes(person)


@transaction.atomic
def new_recovery_codes(person: User) -> list[str]:
    """Ten codes, each good once; earlier ones are void. Of each only a digest is kept."""
    app = AuthenticatorApp.objects.filter(user=person, confirmed=True).earliest("pk")
    StaticDevice.objects.filter(user=person).delete()
    device = StaticDevice.objects.create(user=person, name="recovery")
    codes = [StaticToken.random_token() for _number in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=app.digest(code)) for code in codes)
    return codes


def codes_left(person: User) -> int:
    return int(StaticToken.objects.filter(device__user=person).count())


@transaction.atomic
def switch_off(person: User) -> None:
    AuthenticatorApp.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()


@transaction.atomic
def passes(person: User, code: str) -> bool:
    """Whether this is the app's present code or an unused recovery code. Wrong ones make the next try wait longer."""
    app = (
        AuthenticatorApp.objects.select_for_update()
        .filter(user=person, confirmed=True)
        .order_by("pk")
        .first()
    )
    if app is None:
        return False
    digits = _digits(code)
    if digits.isdecimal() and len(digits) == app.digits:
        return bool(app.verify_token(digits))
    recovery = StaticDevice.objects.select_for_update().filter(user=person).first()
    return recovery is not None and bool(recovery.verify_token(app.digest(digits.lower())))


def seconds_to_wait(person: User) -> int:
    """After wrong codes, how long none is looked at; 0 for not at all."""
    devices = [
        *AuthenticatorApp.objects.filter(user=person, confirmed=True),
        *StaticDevice.objects.filter(user=person),
    ]
    waits = [until["locked_until"] for one in devices for ok, until in [one.verify_is_allowed()] if not ok]
    if not waits:
        return 0
    longest: datetime = max(waits)
    return max(1, math.ceil((longest - timezone.now()).total_seconds()))


def _digits(code: str) -> str:
    return "".join(code.split())
