"""In the place of the proxy: passes requests on and says that they came by TLS, as Caddy does. It has none itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from world import SLOW_MACHINE


@contextmanager
def running_front(upstream: str) -> Iterator[str]:
    """Its address."""

    class Pass(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {**dict(self.headers), "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
            answer = requests.post(
                upstream + self.path, body, headers=headers, timeout=SLOW_MACHINE, allow_redirects=False
            )
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_words: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pass)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
