"""Rows whose keys are among a great many: one parameter however many keys, where IN would be written and read key by
key (thousands of them took longer to send than to find).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Func


class KeyAmong(Func):
    """A condition: the primary key (or `of`) is one of `keys`, whole numbers."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, keys: Iterable[int], of: str = "pk", **more: Any) -> None:
        super().__init__(F(of), **more)
        self.keys = tuple(sorted(keys))

    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> Any:  # type: ignore[override]
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(self.keys))  # noqa: S608

    def as_postgresql(self, compiler: Any, connection: Any, **_more: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s::bigint[])", (*params, "{" + ",".join(map(str, self.keys)) + "}")
