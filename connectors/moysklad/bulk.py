"""Many objects in one call: cuts a list to what a request may hold and reads the mixed answer.

At most 1000 objects and 20 MB a request; the answer is an array in the order of the request, each element the
object or its errors, under HTTP 200 or 400. Source: general part, "Creating and updating several objects".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from connectors.errors import ConnectorError, OutcomeUnknown, PermanentError, TransientError
from connectors.moysklad.errors import error_from, error_from_envelope
from connectors.moysklad.http import MAX_BODY_BYTES, encoded
from connectors.transport.call import Answer

MAX_OBJECTS = 1000

Result = dict[str, Any] | ConnectorError
Send = Callable[[bytes, int], Answer]
"""Sends an encoded array of that many objects, returns the answer of whatever status."""


def in_bulk(send: Send, bodies: Sequence[Mapping[str, Any]]) -> list[Result]:
    """One result per body, in order.

    A request that fails as a whole raises when nothing was carried out before it. Otherwise its error is the
    result of each of its objects, and the objects after it are not sent: their result is a TransientError.
    """
    results: list[Result] = []
    sent = False
    for part in _parts(bodies):
        if isinstance(part, PermanentError):
            results.append(part)
            continue
        data, count = part
        try:
            results += _results(send(data, count), count)
            sent = True
        except ConnectorError as exc:
            if not sent:
                raise
            results += [exc] * count
            left = len(bodies) - len(results)
            return (
                results
                + [TransientError("Not sent: an earlier part of this list failed.", why="earlier_failed")]
                * left
            )
    return results


def _parts(bodies: Sequence[Mapping[str, Any]]) -> Iterator[tuple[bytes, int] | PermanentError]:
    """Arrays within both limits; an object too large for any request comes back as its own error."""
    items: list[bytes] = []
    size = 2
    for body in bodies:
        try:
            item = encoded(body) or b""
            if len(item) + 2 > MAX_BODY_BYTES:
                raise PermanentError(
                    "This object is larger than a request may be.", code="1044", why="too_large"
                )
        except PermanentError as exc:
            if items:
                yield b"[" + b",".join(items) + b"]", len(items)
                items, size = [], 2
            yield exc
            continue
        if items and (len(items) == MAX_OBJECTS or size + len(item) + 1 > MAX_BODY_BYTES):
            yield b"[" + b",".join(items) + b"]", len(items)
            items, size = [], 2
        items.append(item)
        size += len(item) + 1
    if items:
        yield b"[" + b",".join(items) + b"]", len(items)


def _results(answer: Answer, count: int) -> list[Result]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if count == 1 and isinstance(body, dict) and 200 <= answer.status < 300:
        body = [body]
    if not isinstance(body, list):
        if 200 <= answer.status < 300:
            raise OutcomeUnknown(
                "MoySklad answered a list with something else.", status=answer.status, why="unreadable"
            )
        raise error_from(answer, "POST")
    if len(body) != count:
        raise OutcomeUnknown(
            f"MoySklad answered {count} objects with {len(body)} results.",
            status=answer.status,
            why="unreadable",
        )
    return [_result(item, answer.status) for item in body]


def _result(item: Any, status: int) -> Result:
    if not isinstance(item, dict):
        return OutcomeUnknown(
            "MoySklad's result for this object cannot be read.", status=status, why="unreadable"
        )
    if item.get("errors"):
        return error_from_envelope(item, status, "POST")
    return item
