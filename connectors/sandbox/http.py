"""The door of both stand-ins: a small threaded HTTP/1.1 server that hands requests to an app and keeps connections."""

from __future__ import annotations

import json
import socket
import socketserver
import sys
import threading
import traceback
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

MAX_BODY = 32 * 1024 * 1024


@dataclass
class Request:
    """One call as it came in; header names are lower case, `query` keeps order and repeats."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    path: str = field(init=False)
    raw_query: str = field(init=False)

    def __post_init__(self) -> None:
        path, _, self.raw_query = self.target.partition("?")
        self.path = unquote(path)

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.raw_query, keep_blank_values=True)

    def header(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.headers if key == name), default)

    def all_headers(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


@dataclass
class Response:
    """What goes back. `cut` closes the connection without a single byte of answer."""

    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    cut: bool = False


CUT = Response(cut=True)


JSON_TYPE = ("Content-Type", "application/json;charset=utf-8")


def json_response(value: Any, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, [JSON_TYPE, *(headers or [])])


class App(Protocol):
    def handle(self, request: Request) -> Response: ...


class _Connection(socketserver.StreamRequestHandler):
    """One client connection; answers until the client closes it or an answer is cut."""

    disable_nagle_algorithm = True
    server: HttpServer

    def handle(self) -> None:
        try:
            while self._answer_one():
                pass
        except (ConnectionError, TimeoutError, ValueError):
            return  # a client that went away or does not speak HTTP gets nothing

    def _answer_one(self) -> bool:
        line = self.rfile.readline(65537)
        if not line.strip():
            return False
        method, target, version = line.decode("latin-1").split()
        request = Request(method, target, self._read_headers())
        if request.header("expect").lower() == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.body = self._read_body(request)
        keep = version == "HTTP/1.1" and request.header("connection").lower() != "close"
        response = self._ask_app(request)
        if response.cut:
            self.connection.shutdown(socket.SHUT_RDWR)
            return False
        self._send(response, keep)
        return keep

    def _read_headers(self) -> list[tuple[str, str]]:
        headers = []
        while (line := self.rfile.readline(65537)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name.strip().lower(), value.strip()))
        return headers

    def _read_body(self, request: Request) -> bytes:
        if request.header("transfer-encoding").lower() != "chunked":
            length = int(request.header("content-length") or 0)
            return self.rfile.read(min(length, MAX_BODY)) if length else b""
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _ask_app(self, request: Request) -> Response:
        try:
            return self.server.app.handle(request)
        except Exception:  # noqa: BLE001 - a bug of the stand-in must be seen, and must not look like a cut
            traceback.print_exc(file=sys.stderr)
            return json_response({"error": "the stand-in itself failed, see its stderr"}, 500)

    def _send(self, response: Response, keep: bool) -> None:
        phrase = HTTPStatus(response.status).phrase
        lines = [f"HTTP/1.1 {response.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        lines.append(f"Date: {formatdate(usegmt=True)}")  # a server with a clock sends it (RFC 9110, 6.6.1)
        lines.append(f"Content-Length: {len(response.body)}")
        lines.append("Connection: keep-alive" if keep else "Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")
        self.connection.sendall(head + response.body)


class HttpServer(socketserver.ThreadingTCPServer):
    """Serves `app` on loopback only; port 0 takes a free one."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.app: App

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self, app: App) -> None:
        self.app = app
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True, name="sandbox-http").start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken client connections are part of the game and not worth a trace."""
