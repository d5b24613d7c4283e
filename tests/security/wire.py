"""One request over a socket, as it is on the wire."""

from __future__ import annotations

import http.client
import socket
from typing import Any

from tests.security.requests_of_any_kind import Sent


class _Kept(http.client.HTTPConnection):
    """Writes down what it would send."""

    raw = b""

    def send(self, data: Any) -> None:
        self.raw += data


def as_bytes(sent: Sent, home: str, address: str) -> bytes | None:
    """None for what no client can write: a line break within a header, a path with a blank.

    `address`: what a proxy says of where it came from.
    """
    line = _Kept(home)
    told = {
        "X-Forwarded-For": address,
        **sent.headers,
        "Content-Type": sent.content_type,
        "Connection": "close",
    }
    try:
        line.request(
            sent.method,
            sent.path,
            sent.body,
            {name: value.encode("latin-1", "replace") for name, value in told.items()},
        )
    except (ValueError, http.client.InvalidURL):
        return None
    return line.raw


def ask(home: str, raw: bytes, method: str, seconds: float) -> int:
    """The status of the answer. Raises ConnectionError, HTTPException or TimeoutError where there is none."""
    host, _colon, port = home.partition(":")
    # At once: a server that refuses the head hangs up on a body that comes later, and its answer may be lost.
    with socket.create_connection((host, int(port)), seconds) as line:
        line.sendall(raw)
        answer = http.client.HTTPResponse(line, method=method)
        answer.begin()
        answer.read()
        return answer.status
