"""Text for logs and error reports: what is secret or says who a person is, is masked, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from bridge.domain import masking

_secrets: set[str] = set()


def keep_secret(secrets: Iterable[str]) -> None:
    """From now on these appear nowhere: told by whoever makes a client with them."""
    _secrets.update(secrets)


def masked(words: str) -> str:
    """The text as it may leave the process."""
    return masking.text(masking.without_secrets(words, tuple(_secrets | _own())))


def masked_all(value: Any) -> Any:
    """The same for every text in lists and dictionaries, keys left as they are."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {key: masked_all(one) for key, one in value.items()}
    return [masked_all(one) for one in value] if isinstance(value, list | tuple) else value


def _own() -> set[str]:
    """Of this installation."""
    database = str(settings.DATABASES["default"].get("PASSWORD") or "")
    found = {settings.SECRET_KEY, settings.METRICS_TOKEN, database, *settings.CREDENTIALS_KEYS}
    # A word that short would be masked in the middle of others.
    return {secret for secret in found if len(secret) >= 8}
