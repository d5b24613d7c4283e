"""A stand-in of Telegram's HTTP API over loopback, written from core.telegram.org/bots/api and /bots/faq.

Requests are POST or GET to /bot<token>/METHOD; an answer always has `ok`, with `result`, or with `error_code`,
`description` and perhaps `parameters` ("Making requests", ResponseParameters).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"


@dataclass
class TelegramBox:
    """`slow_down`: seconds for which sendMessage answers 429 from the next call on. `blocked`: chats whose user
    stopped the bot. `moved`: groups that became supergroups. `down`: answers like a broken proxy."""

    port: int = 0
    token: str = TOKEN
    messages: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    chats: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    webhook: bool = False
    down: bool = False
    slow_down: int = 0
    _free_at: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def write_to_bot(self, chat_id: int, **chat: Any) -> None:
        """Somebody sends the bot a word, in private or in a group."""
        self.chats.add(str(chat_id))
        number = len(self.updates) + 1
        self.updates.append(
            {
                "update_id": 1000 + number,
                "message": {
                    "message_id": number,
                    "date": int(time.time()),
                    "chat": {"id": chat_id, "type": "group" if chat_id < 0 else "private", **chat},
                    "text": "/start",
                },
            }
        )

    def texts(self, chat_id: int | str) -> list[str]:
        return [one["text"] for one in self.messages if str(one["chat_id"]) == str(chat_id)]

    def answer(self, token: str, method: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.calls.append(method)
        if token != self.token:
            return _error(401, "Unauthorized") if ":" in token else _error(404, "Not Found")
        match method:
            case "getMe":
                me = {"id": 123456789, "is_bot": True, "first_name": "Склад", "username": "sklad_alerts_bot"}
                return 200, {"ok": True, "result": me}
            case "getUpdates" if self.webhook:
                said = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"
                return _error(409, said)
            case "getUpdates":
                offset = int(body.get("offset", 0))
                found = self.updates[offset:] if offset < 0 else self.updates
                return 200, {"ok": True, "result": found[: int(body.get("limit", 100))]}
            case "sendMessage":
                return self._send(body)
        return _error(404, "Not Found")

    def _send(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        chat, text = str(body.get("chat_id", "")), str(body.get("text", ""))
        if self.slow_down:
            self._free_at, self.slow_down = time.monotonic() + self.slow_down, 0
        left = self._free_at - time.monotonic()
        if left > 0:
            wait = int(left) + 1
            return _error(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        if chat in self.moved:
            said = "Bad Request: group chat was upgraded to a supergroup chat"
            return _error(400, said, migrate_to_chat_id=int(self.moved[chat]))
        if chat in self.blocked:
            return _error(403, "Forbidden: bot was blocked by the user")
        if chat not in self.chats:
            return _error(400, "Bad Request: chat not found")
        if not text:
            return _error(400, "Bad Request: message text is empty")
        if len(text) > 4096:
            return _error(400, "Bad Request: message is too long")
        self.messages.append({**body, "at": time.monotonic()})
        message = {
            "message_id": len(self.messages),
            "date": int(time.time()),
            "chat": {"id": chat},
            "text": text,
        }
        return 200, {"ok": True, "result": message}


def _error(code: int, description: str, **parameters: int) -> tuple[int, dict[str, Any]]:
    said: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return code, {**said, "parameters": parameters} if parameters else said


@contextmanager
def telegram_box(port: int = 0) -> Iterator[TelegramBox]:
    box = TelegramBox()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            _empty, token, method = self.path.split("/", 2)
            if box.down:
                self._give(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")
                return
            status, said = box.answer(token.removeprefix("bot"), method, json.loads(body or b"{}"))
            self._give(status, json.dumps(said).encode(), "application/json")

        def _give(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = False  # it is closed when all lines are
    box.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
