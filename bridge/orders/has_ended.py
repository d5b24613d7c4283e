"""What an index of orders is made of. A migration names this module and class: they keep their place and meaning."""

from __future__ import annotations

from typing import Any

from django.db import models


class HasEnded(models.Func):
    """Whether a status is one of those that end an order (domain/status.py); without parameters, so that both databases
    see that the index holds what is asked for. Asked of the column itself, SQLite would rather read all orders in these
    statuses by another index, and sort them.
    """

    output_field = models.BooleanField()
    STATUSES = ("cancelled", "completed", "failed", "refunded", "trash")

    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> Any:  # type: ignore[override]
        listed = ", ".join(f"'{status}'" for status in self.STATUSES)
        return super().as_sql(compiler, connection, template=f"COALESCE(%(expressions)s, '') IN ({listed})")
