"""Many values a few at a time: as many as one query, or one call, takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

# So many ids fit into a question of every database.
OF_QUERY = 500


def portions(values: Iterable[T], size: int = OF_QUERY) -> Iterator[list[T]]:
    """Lists of `size` values, the last one shorter, in the order they come; taken only as they are asked for."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
