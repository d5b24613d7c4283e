"""A stand-in of Sentry over loopback: keeps the events that come in envelopes (develop.sentry.dev, "Envelopes")."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class SentrySink:
    """`received`: every event; `bodies`: every byte that was sent, as text."""

    port: int = 0
    received: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return f"http://public-key@127.0.0.1:{self.port}/1"

    def take(self, body: bytes) -> None:
        """An envelope is a line of JSON about itself, then for each item a line about it and a line of content."""
        self.bodies.append(body.decode())
        lines = body.split(b"\n")[1:]
        for about, content in zip(lines[::2], lines[1::2], strict=False):
            if json.loads(about).get("type") == "event":
                self.received.append(json.loads(content))


@contextmanager
def running_sink() -> Iterator[SentrySink]:
    sink = SentrySink()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield sink
        server.shutdown()
        thread.join()
