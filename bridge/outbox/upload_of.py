"""What an index of messages is made of. A migration names this module and class: they keep their place and meaning."""

from __future__ import annotations

from typing import Any

from django.db import models


class UploadOf(models.Func):
    """The key of the upload of older orders that asked for a message, of its payload; without parameters, so that both
    databases can keep it in an index.
    """

    output_field = models.BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> Any:  # type: ignore[override]
        return super().as_sql(compiler, connection, template="JSON_EXTRACT(%(expressions)s, '$.upload')")

    def as_postgresql(self, compiler: Any, connection: Any, **_more: Any) -> Any:
        return super().as_sql(compiler, connection, template="(%(expressions)s ->> 'upload')::bigint")
