"""Credentials at rest: a model field whose value is encrypted JSON in the database."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


@lru_cache(maxsize=4)
def _ciphers(keys: tuple[str, ...], secret_key: str) -> tuple[Fernet, ...]:
    derived = HKDF(SHA256(), 32, salt=None, info=b"sklad-bridge credentials").derive(secret_key.encode())
    return (*(Fernet(key) for key in keys), Fernet(base64.urlsafe_b64encode(derived)))


def cipher() -> MultiFernet:
    """Encrypts with the newest key of CREDENTIALS_KEYS and decrypts with any, and with the one made of SECRET_KEY,
    which all is encrypted with until there are others."""
    return MultiFernet(_ciphers(tuple(settings.CREDENTIALS_KEYS), settings.SECRET_KEY))


def newest() -> Fernet:
    """What is written now is encrypted with this alone."""
    return _ciphers(tuple(settings.CREDENTIALS_KEYS), settings.SECRET_KEY)[0]


class EncryptedJSONField(models.TextField):  # type: ignore[type-arg]
    """A JSON value stored as Fernet text: never readable in a dump, never searchable."""

    def get_prep_value(self, value: Any) -> str:
        return cipher().encrypt(json.dumps(value).encode()).decode()

    def from_db_value(self, value: str | None, *_args: object) -> Any:
        if value is None:
            return None
        try:
            return json.loads(cipher().decrypt(value.encode()))
        except InvalidToken:
            raise ImproperlyConfigured(
                "Stored credentials were encrypted with another key: put back the SECRET_KEY or CREDENTIALS_KEYS "
                "they were saved with."
            ) from None
