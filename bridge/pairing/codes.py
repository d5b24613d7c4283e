"""One-time codes: made, shown once, claimed by one request at a time, used once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from bridge.connections.models import Connection
from bridge.pairing.models import PairingCode
from bridge.pairing.refusals import PairingRefused
from connectors.transport.hosts import is_loopback

State = PairingCode.State

LIFETIME = timedelta(minutes=15)
KEPT = timedelta(days=30)
# So often a shop is called back for one code.
TRIES = 5
# A check that is not over after so long died with its process. No call back lasts as long.
CHECK_LASTS = timedelta(seconds=90)
CODE_BYTES = 24


def make(account: Connection, person: Any) -> tuple[PairingCode, str]:
    """A new code of an account, and the text to paste into the shop's settings. Codes of long ago are forgotten."""
    now = timezone.now()
    PairingCode.objects.filter(created_at__lt=now - KEPT).delete()
    code = secrets.token_urlsafe(CODE_BYTES)
    row = PairingCode.objects.create(
        digest=digest(code), account=account, made_by=person, created_at=now, expires_at=now + LIFETIME
    )
    return row, f"{settings.BRIDGE_PUBLIC_URL}#{code}"


def digest(text: str) -> str:
    """A code is random and long, so nobody finds it by trying: no salt and no slow hash are needed."""
    return hashlib.sha256(text.encode()).hexdigest()


def address_problem() -> str:
    """Why shops cannot be paired with the bridge at its present address; '' when they can."""
    address = settings.BRIDGE_PUBLIC_URL
    if not address:
        return "no_address"
    parts = urlsplit(address)
    return "" if parts.scheme == "https" or is_loopback(parts.hostname or "") else "not_tls"


def known(code: str) -> PairingCode:
    """The row of a code that a shop sent. Raises PairingRefused."""
    row = PairingCode.objects.filter(digest=digest(code)).select_related("account", "shop__site").first()
    if row is None:
        raise PairingRefused("code_unknown")
    return row


def claim(row: PairingCode, site_url: str, now: datetime) -> None:
    """Take the code for one check; it counts as a try. Raises PairingRefused when it cannot be taken."""
    if row.state == State.USED:
        raise PairingRefused("code_used")
    if row.state == State.SPENT or row.tries >= TRIES:
        raise PairingRefused("code_spent")
    if row.expires_at <= now:
        raise PairingRefused("code_expired")
    free = Q(state=State.OPEN) | Q(state=State.CHECKING, claimed_at__lt=now - CHECK_LASTS)
    taken = PairingCode.objects.filter(free, pk=row.pk, tries__lt=TRIES).update(
        state=State.CHECKING, claimed_at=now, tries=F("tries") + 1, site_url=site_url, problem=""
    )
    if not taken:
        raise PairingRefused("code_busy")
    row.refresh_from_db(fields=["state", "claimed_at", "tries", "site_url"])


def let_go(row: PairingCode, refused: PairingRefused) -> None:
    """The check failed: the code may be tried again until its tries are up."""
    _mine(row).update(
        state=State.SPENT if row.tries >= TRIES else State.OPEN,
        problem=refused.code,
        problem_params=refused.params,
    )


def use(row: PairingCode, **result: Any) -> None:
    """The code has done its work. Raises PairingRefused when another request took it over meanwhile."""
    if not _mine(row).update(state=State.USED, used_at=timezone.now(), problem="", **result):
        raise PairingRefused("code_busy")


def _mine(row: PairingCode) -> Any:
    return PairingCode.objects.filter(pk=row.pk, state=State.CHECKING, claimed_at=row.claimed_at)
