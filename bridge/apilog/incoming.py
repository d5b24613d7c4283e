"""Noting the calls that others make to the bridge: events of shops, webhooks of MoySklad, the plugin's questions.

The views behind the doors say who called (`came_from`) and what it was stored as (`stored_as`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bridge.apilog import buffer
from bridge.apilog.entries import Entry, kept
from bridge.apilog.models import MOST_COUNTED, NOT_NOTED, ApiCall
from bridge.apilog.occasions import Occasion

DOORS = ("/api/", "/hooks/")
# Looked at by people and by whoever watches the bridge: not news of another system.
NO_DOORS = ("/api/v1/status", "/api/v1/schema", "/api/v1/docs")
PRIVATE = ("/api/v1/pair", "/api/v1/personal-data")
LIKE_A_TOKEN = 16
TOO_MANY = 429
IDS = ("X-Sklad-Bridge-Id", "X-Wc-Webhook-Delivery-Id")
UNPROVED_A_MINUTE = 60
"""Calls noted a minute, by each process, of whoever has not proved who they are: anybody may knock, and the log must
not grow with it. One row then says how many more there were.
"""


@dataclass
class _Caller:
    proved: bool = False
    vendor: str = ""
    connection_id: int | None = None
    shop_id: int | None = None
    event_id: int | None = None
    secrets: Sequence[str] = field(default=(), repr=False)


_caller: ContextVar[_Caller | None] = ContextVar("caller", default=None)


def came_from(vendor: str, connection_id: int, secrets: Sequence[str], shop_id: int | None = None) -> None:
    """The present call names this connection as its own; outside of a call nothing happens."""
    if (caller := _caller.get()) is not None:
        caller.vendor, caller.connection_id = vendor, connection_id
        caller.secrets, caller.shop_id = secrets, shop_id


def proved() -> None:
    """The present call has shown that it comes from whom it says: by signature, token, session or secret address."""
    if (caller := _caller.get()) is not None:
        caller.proved = True


def stored_as(event_id: int) -> None:
    """The present call became this event of the inbox; outside of a call nothing happens."""
    if (caller := _caller.get()) is not None:
        caller.event_id = event_id


class _Unproved:
    """Of each minute so many are noted; those beyond are counted, with what the last of them was answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute, self._came, self._status = 0, 0, 0

    def may_note(self, status: int) -> bool:
        with self._lock:
            self._came, self._status = self._came + 1, status
            return self._came <= UNPROVED_A_MINUTE

    def minute_over(self, *, by_force: bool = False) -> Entry | None:
        """Once after each minute: what was not noted in it; None where that is nothing."""
        minute = int(time.monotonic() // 60)
        if minute == self._minute and not by_force:
            return None
        with self._lock:
            more, status = self._came - UNPROVED_A_MINUTE, self._status
            self._minute, self._came = minute, 0
        return _not_noted(more, status) if more > 0 else None


_unproved = _Unproved()


def note_the_rest() -> None:
    """At the end of a process: what its last minute left out."""
    if (rest := _unproved.minute_over(by_force=True)) is not None:
        buffer.add(rest)


class IncomingCalls:
    """Middleware around the doors. Whatever request comes first after a minute has the minute's rest noted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (rest := _unproved.minute_over()) is not None:
            buffer.add(rest)
        if not request.path.startswith(DOORS) or request.path.startswith(NO_DOORS):
            return self.get_response(request)
        caller = _Caller()
        token = _caller.set(caller)
        at, began = timezone.now(), time.monotonic()
        try:
            response = self.get_response(request)
        finally:
            _caller.reset(token)
        # A program that is told to slow down may be running wild.
        known = caller.proved and response.status_code != TOO_MANY
        if known or _unproved.may_note(response.status_code):
            milliseconds = (time.monotonic() - began) * 1000
            buffer.add(_entry(request, response, caller, at=at, milliseconds=milliseconds))
        return response


def _not_noted(count: int, status: int) -> Entry:
    return Entry(
        at=timezone.now(),
        direction=ApiCall.Direction.IN,
        vendor="",
        connection_id=None,
        secrets=(),
        method="",
        url="",
        status=status,
        duration_ms=0,
        occasion=Occasion(purpose=NOT_NOTED, messages=min(count, MOST_COUNTED)),
    )


def _entry(
    request: HttpRequest, response: HttpResponse, caller: _Caller, *, at: datetime, milliseconds: float
) -> Entry:
    """What a refused call said is not kept, nor are both sides of what exchanges secrets or gives
    personal data out.
    """
    private = request.path.startswith(PRIVATE)
    # Only what the view has read: a body that was refused for its size is not read for the log.
    asked = b"" if private else getattr(request, "_body", b"")
    answered = b"" if private or response.streaming else response.content
    match = request.resolver_match
    # Of one that was refused before its address was understood, any part may be the secret.
    named = [str(value) for value in match.kwargs.values()] if match else request.path.split("/")
    found = (request.headers.get(name) for name in IDS)
    return Entry(
        at=at,
        direction=ApiCall.Direction.IN,
        vendor=caller.vendor,
        connection_id=caller.connection_id,
        secrets=[*caller.secrets, *(one for one in named if len(one) >= LIKE_A_TOKEN)],
        method=request.method or "",
        url=f"//{request.META.get('HTTP_HOST', '')}{request.get_full_path()}",
        status=response.status_code,
        duration_ms=milliseconds,
        request_id=next(filter(None, found), "") or request.GET.get("requestId", ""),
        request_bytes=len(asked),
        response_bytes=len(answered),
        request_body=kept(asked) if response.status_code < 400 else b"",
        response_body=kept(answered),
        occasion=Occasion(shop_id=caller.shop_id, event_id=caller.event_id),
    )
