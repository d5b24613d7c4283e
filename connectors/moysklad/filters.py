"""Writes the filter of a list request: `field=value;field>=value`, with values escaped.

Source: general part, "Filtering". Equalities of one field mean OR, of different fields AND. The whole request
line with its headers must stay below 8 KB, so long lists of values are cut into several filters by
`in_parts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self
from urllib.parse import quote

MAX_ENCODED = 6000
"""Characters of one encoded filter; leaves 2 KB to the rest of the address and the headers."""


class Filter:
    """A builder; `str()` gives the filter. Each method adds conditions and returns the filter itself."""

    def __init__(self) -> None:
        self._conditions: list[str] = []

    def eq(self, field: str, *values: str | int | bool) -> Self:
        """Equal to any of the values."""
        return self._add(field, "=", values)

    def ne(self, field: str, *values: str | int | bool) -> Self:
        """Different from all of the values."""
        return self._add(field, "!=", values)

    def ge(self, field: str, value: str | int) -> Self:
        return self._add(field, ">=", (value,))

    def gt(self, field: str, value: str | int) -> Self:
        return self._add(field, ">", (value,))

    def le(self, field: str, value: str | int) -> Self:
        return self._add(field, "<=", (value,))

    def lt(self, field: str, value: str | int) -> Self:
        return self._add(field, "<", (value,))

    def contains(self, field: str, value: str) -> Self:
        return self._add(field, "~", (value,))

    def starts_with(self, field: str, value: str) -> Self:
        return self._add(field, "~=", (value,))

    def is_empty(self, field: str) -> Self:
        return self._add(field, "=", ("",))

    def is_set(self, field: str) -> Self:
        return self._add(field, "!=", ("",))

    def _add(self, field: str, operator: str, values: Iterable[str | int | bool]) -> Self:
        self._conditions += [f"{field}{operator}{escaped(value)}" for value in values]
        return self

    def __str__(self) -> str:
        return ";".join(self._conditions)

    def __bool__(self) -> bool:
        return bool(self._conditions)


def escaped(value: str | int | bool) -> str:
    """A value as a filter holds it: booleans in lower case, a semicolon inside text with a backslash."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace(";", "\\;")


def in_parts(field: str, values: Iterable[str], *, at_most: int = 100) -> Iterator[list[str]]:
    """The values without doubles and blanks, in lists short enough for one filter `field=a;field=b`."""
    part: list[str] = []
    length = 0
    for value in dict.fromkeys(value for value in values if value):
        size = len(quote(f"{field}={escaped(value)};", safe=""))
        if part and (len(part) == at_most or length + size > MAX_ENCODED):
            yield part
            part, length = [], 0
        part.append(value)
        length += size
    if part:
        yield part
