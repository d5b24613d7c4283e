"""What a request of a shop must be before anybody acts on it: small enough, signed, of now, and from that shop."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError

from bridge.apilog.incoming import proved
from bridge.connections.callers import is_caller
from bridge.connections.models import Connection
from bridge.inbox.door_statements import site_of
from bridge.inbox.request_size import NUMBER
from bridge.inbox.signatures import verify_event
from bridge.people import knocks

# Refusals of who has not proved who they are, and so many a minute that an address hears of them.
UNPROVED, UNPROVED_A_MINUTE = ("signature", "unsigned", "unknown"), 60


class Refusal(Exception):
    """An answer other than 2xx, with a sentence for whoever reads the shop's log."""

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.code = code
        self.response = JsonResponse({"code": code, "message": message, **more}, status=status)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer; 429 for an address that has tried too often this minute to pass for somebody it is not.

    A good signature is never refused so: whoever reaches this had none.
    """
    if refusal.code in UNPROVED and knocks.count("doors", request) > UNPROVED_A_MINUTE:
        said = {"code": "too_often", "message": "Too many requests without a good signature came from here."}
        return JsonResponse(said, status=429, headers={"Retry-After": str(knocks.seconds_left())})
    return refusal.response


def raw_body(request: HttpRequest) -> bytes:
    """The body as it came; request_size.py has seen to it that it is not too large. Raises Refusal."""
    try:
        return request.body
    except UnreadablePostError:
        raise Refusal(400, "incomplete", "The body ended too early.") from None


def json_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object. Raises Refusal."""
    try:
        data = json.loads(body.decode())
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise Refusal(400, "not_json", "The body is not JSON.") from None
    if not isinstance(data, dict):
        raise Refusal(400, "not_json", "The body is not a JSON object.")
    return data


def shop_connection(connection_id: int) -> Connection:
    """The site of this number, with its shop. Raises Refusal."""
    connection = site_of(connection_id)
    # The same answer as for a bad signature: the address must not tell which shops exist.
    if connection is None or not connection.credentials.get("event_secret"):
        raise Refusal(401, "signature", "The signature does not match this shop's secret.")
    is_caller(connection)
    return connection


def event_secrets(connection: Connection) -> list[str]:
    """The present secret and, after a change, the former one."""
    names = ("event_secret", "previous_event_secret")
    return [secret for name in names if (secret := connection.credentials.get(name))]


def signed_by_plugin(request: HttpRequest, connection: Connection, body: bytes) -> tuple[str, dict[str, Any]]:
    """The id and the content of a request that this shop's plugin signed just now. Raises Refusal."""
    request_id = request.headers.get("X-Sklad-Bridge-Id", "")
    timestamp = request.headers.get("X-Sklad-Bridge-Timestamp", "")
    header = request.headers.get("X-Sklad-Bridge-Signature", "")
    if not verify_event(event_secrets(connection), request_id, timestamp, body, header):
        raise Refusal(401, "signature", "The signature does not match this shop's secret.")
    proved()
    now = time.time()
    if not NUMBER.fullmatch(timestamp) or abs(now - int(timestamp)) > settings.EVENT_TOLERANCE:
        raise Refusal(401, "clock", "The shop's clock is off; use server_time.", server_time=int(now))
    return request_id, json_object(body)


def require_site(connection: Connection, site: str) -> None:
    """A copy of the shop knows its secret too, and comes from another address. Raises Refusal."""
    expected = connection.shop.home_url if hasattr(connection, "shop") else ""
    if expected and not same_site(site, expected):
        raise Refusal(403, "other_site", f"This secret belongs to {expected}; the event comes from {site}.")


def same_site(left: str, right: str) -> bool:
    """Whether two addresses are one site: host and path count, scheme, `www.` and a closing slash do not."""

    def place(url: str) -> str:
        return re.sub(r"^https?://(www\.)?", "", url.strip().lower()).rstrip("/")

    return place(left) == place(right)
