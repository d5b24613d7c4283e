"""One-time links: made, found, used up."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bridge.people import roles
from bridge.people.models import OneTimeLink
from bridge.people.roles import Role

Purpose = OneTimeLink.Purpose
VALID_HOURS = 24
LOCAL_ADDRESS = "http://localhost:8000"


class NoLongerValid(ValueError):
    """The link was used, is too old, or an account made it needless."""


def first_owner() -> str:
    """The address that makes the first owner's account; one printed earlier is no longer good."""
    return _issue(Purpose.FIRST_OWNER, Role.OWNER)


def invitation(role: Role, by: User) -> str:
    """The address where somebody makes an account with this role."""
    return _issue(Purpose.INVITATION, role, by=by)


def new_password(person: User, by: User | None = None) -> str:
    """The address where this person chooses a new password; an earlier one of theirs is no longer good."""
    return _issue(Purpose.NEW_PASSWORD, person=person, by=by)


@transaction.atomic
def _issue(purpose: str, role: str = "", *, person: User | None = None, by: User | None = None) -> str:
    OneTimeLink.objects.filter(expires_at__lt=timezone.now() - timedelta(days=30)).delete()
    if purpose != Purpose.INVITATION:
        OneTimeLink.objects.filter(purpose=purpose, person=person, used_at=None).delete()
    token = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        token_hash=_hash(token),
        purpose=purpose,
        role=role,
        person=person,
        made_by=by,
        expires_at=timezone.now() + timedelta(hours=VALID_HOURS),
    )
    return f"{settings.BRIDGE_PUBLIC_URL or LOCAL_ADDRESS}{reverse('people:welcome', args=[token])}"


def find(token: str, *, lock: bool = False) -> OneTimeLink:
    """The link of this secret. Raises NoLongerValid. `lock` it in the transaction that uses it."""
    rows = OneTimeLink.objects.filter(token_hash=_hash(token), used_at=None, expires_at__gt=timezone.now())
    link = (rows.select_for_update() if lock else rows).first()
    if link is None or (link.purpose == Purpose.FIRST_OWNER and roles.owners().exists()):
        raise NoLongerValid
    if link.person is not None and not link.person.is_active:
        raise NoLongerValid
    if link.made_by is not None and link.made_by not in roles.owners():
        raise NoLongerValid  # whoever gave it is no owner any more
    return link


def use_up(link: OneTimeLink) -> None:
    """Good once only."""
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
