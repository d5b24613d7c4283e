"""Tokens of programs: made by an owner and shown once, recognised by their hash, revoked for good."""

from __future__ import annotations

from datetime import timedelta
from hmac import compare_digest

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from knox.crypto import hash_token
from knox.settings import CONSTANTS

from bridge.people.models import ApiToken
from bridge.people.roles import Role, role_of

NOTED_EVERY = timedelta(minutes=1)
# From the most that a role may to the least.
RANKS = (Role.OWNER, Role.STAFF, Role.VIEWER)


def make(by: User, name: str, role: Role, days: int | None) -> tuple[ApiToken, str]:
    """The row and the token itself, which nobody sees again. `days` None: good until it is revoked."""
    lasts = timedelta(days=days) if days is not None else None
    row, token = ApiToken.objects.create(by, expiry=lasts, name=name, role=role)
    return row, str(token)


def revoke(row: ApiToken) -> bool:
    """From now on it opens nothing. False when it was revoked before."""
    return bool(ApiToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=timezone.now()))


def find(token: str) -> ApiToken | None:
    """The row of a token that is good and whose person may come in; notes that it was used."""
    now = timezone.now()
    good = Q(revoked_at=None) & (Q(expiry=None) | Q(expiry__gt=now))
    rows = ApiToken.objects.filter(good, token_key=token[: CONSTANTS.TOKEN_KEY_LENGTH], user__is_active=True)
    for row in rows.select_related("user").prefetch_related("user__groups"):
        if compare_digest(hash_token(token), row.digest):
            unnoted = Q(used_at=None) | Q(used_at__lt=now - NOTED_EVERY)
            ApiToken.objects.filter(unnoted, pk=row.pk).update(used_at=now)
            found: ApiToken = row
            return found
    return None


def role_with(token: ApiToken) -> Role | None:
    """What may be done with it: the lesser of its own role and that which its person has today."""
    person = role_of(token.user)
    return max(person, Role(token.role), key=RANKS.index) if person is not None else None
