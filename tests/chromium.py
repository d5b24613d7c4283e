"""This machine's Chromium, what goes wrong on its pages, and what on them keeps people out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
GRAVE = ("critical", "serious")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Running without a window; skips the test where there is none.

    While it runs Django must be let alone about the event loop in this thread: DJANGO_ALLOW_ASYNC_UNSAFE.
    """
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        try:
            yield running
        finally:
            running.close()


def words(text: str) -> str:
    """A text as it is read, whatever its lines."""
    return " ".join(text.split())


def grave_faults(page: Page, part: str | None = None, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds on a page, or in a part of it, that keeps people out: the rule, and where it is broken.

    By all its rules, or by these alone.
    """
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = Axe().run(page, context=part, options=options).response["violations"]
    return [
        f"{one['id']}: {one['help']} {' | '.join(str(node['target'][0]) for node in one['nodes'][:4])}"
        for one in found
        if one["impact"] in GRAVE
    ]


class Faults:
    """What goes wrong on every page of a window: errors of its scripts, refused answers, addresses elsewhere."""

    def __init__(self, context: BrowserContext, home: str) -> None:
        self.found: list[str] = []
        self.expected: set[int] = set()
        self._home = urlsplit(home).netloc
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def expect(self, *statuses: int) -> None:
        """These answers are what the test is about."""
        self.expected |= set(statuses)

    def _console(self, message: ConsoleMessage) -> None:
        # A refused answer is reported by itself, below, with its address.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.found.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self._home:
            self.found.append(f"asked elsewhere: {request.url}")

    def _failed(self, request: Request) -> None:
        # What the next page cuts off is no failure.
        if request.failure != "net::ERR_ABORTED":
            self.found.append(f"failed: {request.method} {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.found.append(f"{response.status}: {response.request.method} {response.url}")
