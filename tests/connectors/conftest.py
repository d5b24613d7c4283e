"""A small scripted HTTP server on loopback: what the connectors' tests call instead of a vendor."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.moysklad.auth import Token
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Budget, Governor, MemoryStore
from connectors.transport.session import pooled_session
from connectors.woocommerce.client import WooCommerce

PAYLOADS = Path(__file__).parents[1] / "payloads"


@dataclass
class Seen:
    """A request as it arrived. `headers` is the message object: several headers of one name stay visible."""

    method: str
    target: str
    path: str
    query: dict[str, str]
    headers: Any
    body: bytes
    peer: int
    """The caller's port: the same one as long as a connection is kept."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: str = ""
    """"before": close without an answer; "middle": close inside the body."""

    def raw(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Script = Callable[[Seen], Reply]


class Stub:
    """Answers by a list of replies (in order, the last one repeats) or by a function of the request."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.script: Script = lambda _request: Reply(404)
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                parts = urlsplit(self.path)
                request = Seen(
                    self.command,
                    self.path,
                    parts.path,
                    dict(parse_qsl(parts.query, keep_blank_values=True)),
                    self.headers,
                    self.rfile.read(length),
                    self.client_address[1],
                )
                stub.seen.append(request)
                reply = stub.script(request)
                if reply.cut == "before":
                    self.close_connection = True
                    return
                body = gzip.compress(reply.raw()) if reply.raw() else b""
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if body:
                    self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if reply.cut == "middle":
                    body = body[: len(body) // 2]
                    self.close_connection = True
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.root = f"http://127.0.0.1:{self._server.server_address[1]}"

    def replies(self, *replies: Reply) -> None:
        waiting = list(replies)
        self.script = lambda _request: waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    yield server
    pooled_session(allow_private=True).close()
    server.close()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def payload() -> Callable[[str], Any]:
    """A captured or documented body by its path below tests/payloads."""

    def load(name: str) -> Any:
        return json.loads((PAYLOADS / name).read_text(encoding="utf-8"))

    return load


@pytest.fixture
def make_moysklad(stub: Stub) -> Callable[..., MoySklad]:
    """A client of the scripted server, with a budget that never makes it wait."""

    def make(**more: Any) -> MoySklad:
        more.setdefault("governor", Governor(MemoryStore(), Budget(calls=1000, learn=False)))
        more.setdefault("auth", Token("secret-token"))
        return MoySklad(f"{stub.root}/api/remap/1.2/", allow_private=True, **more)

    return make


@pytest.fixture
def make_shop(stub: Stub) -> Callable[..., WooCommerce]:
    def make(**more: Any) -> WooCommerce:
        return WooCommerce(f"{stub.root}/", "ck_key", "cs_secret", allow_private=True, **more)

    return make
