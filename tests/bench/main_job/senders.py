"""The load generator: requests are made and signed beforehand, then sent over kept connections by processes that do
nothing else, so that little of the machine is theirs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import multiprocessing
import socket
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import connection


@dataclass(frozen=True)
class Plan:
    """What one sender sends: at least `every` seconds lie between the beginnings of two requests."""

    address: str
    requests: Sequence[bytes]
    good: int
    every: float = 0.0


@dataclass(frozen=True)
class Sent:
    """Seconds that each request took, and from the first request to the last answer."""

    latencies: list[float]
    seconds: float


def post(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A request as it goes over the wire."""
    where = urlsplit(url)
    path = where.path + (f"?{where.query}" if where.query else "")
    lines = [f"POST {path} HTTP/1.1", f"Host: {where.netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in {"Content-Type": "application/json", **headers}.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def signed_event(url: str, secret: str, content: dict[str, Any]) -> bytes:
    """An event as the plugin sends it; `content` gets an id of its own."""
    event_id, stamp = str(uuid.uuid4()), str(int(time.time()))
    body = json.dumps({**content, "id": event_id}, ensure_ascii=False).encode()
    mac = hmac.new(secret.encode(), f"{event_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "X-Sklad-Bridge-Id": event_id,
        "X-Sklad-Bridge-Timestamp": stamp,
        "X-Sklad-Bridge-Signature": "v1=" + base64.b64encode(mac).decode(),
    }
    return post(url, body, headers)


def pour(plans: Sequence[Plan]) -> list[Sent]:
    """All plans at once, each by a process of its own. AssertionError when an answer is not the one expected."""
    connection.close()
    fork = multiprocessing.get_context("fork")
    out: Any = fork.Queue()
    start = fork.Barrier(len(plans))
    children = [fork.Process(target=_send, args=(n, plan, start, out)) for n, plan in enumerate(plans)]
    for child in children:
        child.start()
    found = dict(out.get(timeout=200) for _ in children)
    for child in children:
        child.join()
    wrong = [one for one in found.values() if isinstance(one, str)]
    assert not wrong, wrong[0]
    return [found[n] for n in range(len(plans))]


def _send(number: int, plan: Plan, start: Any, out: Any) -> None:
    try:
        start.wait(60)
        out.put((number, _sent(plan)))
    except (AssertionError, OSError, ValueError) as error:  # the parent says so
        out.put((number, repr(error)))


def _sent(plan: Plan) -> Sent:
    host, port = plan.address.split(":")
    wire = socket.create_connection((host, int(port)), timeout=60)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    latencies = []
    first = due = time.perf_counter()
    for request in plan.requests:
        if plan.every:
            time.sleep(max(0.0, due - time.perf_counter()))
            due += plan.every
        begun = time.perf_counter()
        wire.sendall(request)
        status = _status(wire)
        latencies.append(time.perf_counter() - begun)
        if status != plan.good:
            raise AssertionError(f"answered {status}")
    return Sent(latencies, time.perf_counter() - first)


def _status(wire: socket.socket) -> int:
    """Of one whole answer; what it says is thrown away."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(wire)
    head, _, body = got.partition(b"\r\n\r\n")
    length = next(
        (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0"
    )
    left = int(length.partition(b":")[2]) - len(body)
    while left > 0:
        left -= len(_more(wire))
    return int(head.split(b" ", 2)[1])


def _more(wire: socket.socket) -> bytes:
    part = wire.recv(65536)
    if not part:
        raise ConnectionError("the connection was closed before the answer was complete")
    return part
