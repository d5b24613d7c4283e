"""A look as text to copy and send to somebody, in the reader's language; secrets are masked."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bridge.alerts.models import AlertRules
from bridge.connections.clients import secrets_of
from bridge.connections.models import Connection
from bridge.diagnosis import words
from bridge.diagnosis.findings import BAD, NOTE, OK, WARN
from bridge.diagnosis.models import Diagnosis
from bridge.diagnosis.table import GROUPS, checks_of

MARKS = {OK: "[+]", NOTE: "[i]", WARN: "[!]", BAD: "[x]"}
MASK = "•••"


def text(run: Diagnosis) -> str:
    """One line for each check, with what to do below those that are not good."""
    return without_secrets("\n".join(_lines(run)))


def without_secrets(said: str) -> str:
    """The text with everything masked that the bridge knows as a secret."""
    return masked(said, [*_secrets(), settings.SECRET_KEY])


def masked(said: str, secrets: list[str]) -> str:
    """The text without any of these; the longest go first, since one may be part of another."""
    for secret in sorted({one for one in secrets if one}, key=len, reverse=True):
        said = said.replace(secret, MASK)
    return said


def _lines(run: Diagnosis) -> Iterator[str]:
    at = date_format(timezone.localtime(run.created_at), "SHORT_DATETIME_FORMAT")
    yield _("Diagnosis of Sklad Bridge, %(time)s") % {"time": at}
    if run.shop is not None:
        yield f"{run.shop.name}: {run.shop.site.base_url}"
    group = ""
    for check in checks_of(shop=run.shop_id is not None):
        if check.group != group:
            group = check.group
            yield f"\n{GROUPS[group]}"
        found = run.found.get(check.code)
        if found is None:
            yield f"[ ] {check.title}: " + _("not looked at")
            continue
        yield f"{MARKS[found['level']]} {check.title}: {words.sentence(found['code'], found['params'])}"
        if found["level"] != OK and (remedy := words.remedy(found["code"])):
            yield f"    → {remedy}"
        if found["code"] == "check_failed":
            yield "    " + _("Technical detail: %(detail)s") % {"detail": found["params"].get("detail", "")}


def _secrets() -> list[str]:
    """Those of the connections and of the ways alerts go, and those the server was started with."""
    stored = [secret for one in Connection.objects.all() for secret in secrets_of(one)]
    started = (
        *(database.get("PASSWORD") for database in settings.DATABASES.values()),
        settings.EMAIL_HOST_PASSWORD,
        urlsplit(settings.REDIS_URL).password,
        *settings.CREDENTIALS_KEYS,
    )
    return [*stored, *map(str, AlertRules.now().secrets.values()), *(str(one) for one in started if one)]
