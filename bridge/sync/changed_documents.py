"""Documents of an account in the order of their changes, from a watermark on: what looks at them have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from bridge.connections.models import Connection
from bridge.mapping.moscow import from_wire, to_wire
from bridge.sync import passes
from bridge.sync.models import Watermark
from connectors.moysklad.documents import Documents

OVERLAP = timedelta(minutes=5)
"""What was read is read again for so long: news may show late, and clocks differ."""

Observe = Callable[[Connection, list[Any]], object]


def start(since: datetime, place: passes.Place) -> tuple[str, int]:
    """Where a step begins or goes on."""
    return passes.along(place, (to_wire(since - OVERLAP), 0))


def read_on(
    watermark: Watermark,
    began: datetime,
    place: passes.Place,
    documents: Documents[Any],
    expand: tuple[str, ...],
    observe: Observe,
) -> Iterator[passes.Place]:
    """Binned ones too (1 call per 100). The position follows what was observed, to where the look began at most."""
    assert watermark.position is not None
    for rows, following in documents.updated(start(watermark.position, place), deleted=None, expand=expand):
        observe(watermark.connection, rows)
        for row in rows[-1:]:
            watermark.position = max(watermark.position, min(from_wire(str(row["updated"])), began))
        if following is not None:
            yield list(following)
