"""Everything that is encrypted, encrypted anew with the newest key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db.models import Model, TextField
from django.db.models.functions import Cast

from bridge.connections.secrets import EncryptedJSONField, newest
from bridge.portions import portions

PORTION = 100


class Progress(NamedTuple):
    """How far a column is: rows looked at of all there are, and how many of them were encrypted anew."""

    column: str
    looked_at: int
    of: int
    rotated: int


def columns() -> list[tuple[type[Model], str]]:
    """Every encrypted column there is."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedJSONField)
    ]


def rotate() -> Iterator[Progress]:
    """Encrypt anew what is not encrypted with the newest key; the progress after each portion.

    Begun again after an interruption it goes on with what is left. A row that somebody saves meanwhile is
    encrypted with the newest key by that, and left as it is. Raises ImproperlyConfigured where a key is missing.
    """
    for model, name in columns():
        rows = model._default_manager.annotate(raw=Cast(name, TextField()))
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        rotated = looked_at = 0
        yield Progress(f"{model._meta.label}.{name}", 0, len(keys), 0)
        for part in portions(keys, PORTION):
            for pk, raw in rows.filter(pk__in=part).values_list("pk", "raw"):
                if not _is_newest(raw):
                    rotated += _encrypt_anew(rows, name, pk, raw)
            looked_at += len(part)
            yield Progress(f"{model._meta.label}.{name}", looked_at, len(keys), rotated)


def _encrypt_anew(rows: Any, name: str, pk: Any, raw: str) -> int:
    value = EncryptedJSONField().from_db_value(raw)
    return int(rows.filter(pk=pk, raw=raw).update(**{name: value}))


def _is_newest(raw: str) -> bool:
    try:
        newest().decrypt(raw.encode())
    except InvalidToken:
        return False
    return True
