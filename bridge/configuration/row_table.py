"""Settings that are rows of their own: a table or a list of tables in the file, which replaces all rows of the shop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Model, QuerySet

from bridge.configuration.names import Names
from bridge.configuration.shapes import Text
from bridge.connections.models import Shop


class RowTable(ABC):
    """`name` is the key in [shop.NAME]. `planned` and `written` undo one another."""

    name = ""

    @abstractmethod
    def mistakes(self, where: str, value: Any) -> Iterator[str]:
        """What is wrong with the table; `where` names the shop's: `shop.site`."""

    @abstractmethod
    def planned(self, where: str, value: Any, names: Names) -> Sequence[Model]:
        """The rows, without their shop; names that are not there are noted in `names`."""

    @abstractmethod
    def written(self, shop: Shop, names: Names) -> Any: ...

    @abstractmethod
    def of(self, shop: Shop) -> QuerySet[Any]:
        """The shop's present rows, which the planned ones replace."""


def tables_of(value: Any) -> list[dict[str, Any]] | None:
    """A list of tables as [[shop.NAME.rules]] writes it; None when it is something else."""
    good = isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return value if good else None


def text_mistakes(place: str, table: dict[str, Any], longest: dict[str, int]) -> Iterator[str]:
    """Unknown keys of one row, and values that are no text of the allowed length."""
    for key, value in table.items():
        if key not in longest:
            yield f"{place} unknown key “{key}”; known: {', '.join(longest)}"
        else:
            yield from (f"{place} “{key}” {said}" for said in Text(longest[key]).mistakes(value))
