"""The proxy of docker-compose.yml with its Caddyfile: what it passes on, what it keeps back, what it writes down."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from operation.compose import ROOT, environment, services
from world import eventually

from bridge.demo.launch import free_port

SECRET = "moysklad-secret-7"


class Web(BaseHTTPRequestHandler):
    """In the place of the web process: says what it was asked."""

    def do_POST(self) -> None:
        left = int(self.headers.get("Content-Length") or 0)
        while left > 0:
            left -= len(self.rfile.read(min(left, 65536)) or b"?" * left)
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = json.dumps({"path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Nobody reads it."""


class Proxy:
    """Caddy as the container starts it, without TLS: certificates are for names of the internet."""

    def __init__(self, directory: Path, upstream: str) -> None:
        port, admin = free_port(), free_port()
        self.url, self.log = f"http://127.0.0.1:{port}", directory / "proxy.log"
        needed = {"BRIDGE_DOMAIN": self.url, "BRIDGE_UPSTREAM": upstream}
        assert set(environment("proxy", needed)) == set(needed)
        here = {"HOME": str(directory), "XDG_DATA_HOME": str(directory), "XDG_CONFIG_HOME": str(directory)}
        check = services()["proxy"]["healthcheck"]["test"][1:]
        # A container has the port to itself.
        self.check = [word.replace("127.0.0.1:2019", f"127.0.0.1:{admin}") for word in check]
        file = directory / "Caddyfile"
        file.write_text(f"{{\n\tadmin 127.0.0.1:{admin}\n}}\n" + (ROOT / "deploy/Caddyfile").read_text())
        told = ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                told, env={**os.environ, **needed, **here}, stdout=log, stderr=log
            )

    def healthy(self) -> bool:
        return subprocess.run(self.check, capture_output=True, check=False).returncode == 0


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    for program in ("caddy", "wget"):
        if shutil.which(program) is None:
            pytest.skip(f"no program {program}")
    web = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    running = Proxy(tmp_path, f"127.0.0.1:{web.server_address[1]}")
    try:
        eventually(lambda: running.healthy() or running.process.poll() is not None, "the proxy is up")
        assert running.process.poll() is None, running.log.read_text()
        yield running
    finally:
        running.process.terminate()
        running.process.wait()
        web.shutdown()
        web.server_close()


def test_requests_reach_the_bridge_with_the_name_they_were_sent_to(proxy: Proxy) -> None:
    told = requests.post(f"{proxy.url}/api/v1/events/woocommerce/1/", b"{}", timeout=10).json()
    assert told["path"] == "/api/v1/events/woocommerce/1/"
    assert told["headers"]["Host"] == proxy.url.removeprefix("http://")
    assert told["headers"]["X-Forwarded-Proto"] == "http"
    assert told["headers"]["X-Forwarded-For"] == "127.0.0.1"


def test_nobody_outside_says_where_a_request_came_from(proxy: Proxy) -> None:
    """By this address tries of a password are counted."""
    told = requests.get(proxy.url, headers={"X-Forwarded-For": "203.0.113.7"}, timeout=10).json()
    assert told["headers"]["X-Forwarded-For"] == "127.0.0.1"


def test_figures_are_not_for_outside(proxy: Proxy) -> None:
    assert requests.get(f"{proxy.url}/metrics", timeout=10).status_code == 404


def test_a_body_larger_than_anything_the_bridge_takes_is_refused(proxy: Proxy) -> None:
    assert requests.post(proxy.url, b"x" * 19_000_000, timeout=30).status_code == 200
    assert requests.post(proxy.url, b"x" * 21_000_000, timeout=30).status_code >= 400


def test_what_is_secret_is_not_written_down(proxy: Proxy) -> None:
    address = f"{proxy.url}/api/v1/hooks/moysklad/{SECRET}?requestId=1"
    requests.post(
        address,
        b"{}",
        headers={"Authorization": f"Bearer {SECRET}"},
        cookies={"sessionid": SECRET},
        timeout=10,
    )
    eventually(lambda: "/hooks/moysklad/…" in proxy.log.read_text(), "the request is written down")
    assert SECRET not in proxy.log.read_text()
