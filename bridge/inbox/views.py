"""The doors: events of shops (signed) and webhooks of MoySklad (secret in the address). They only verify and store."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bridge.connections.models import Connection, Vendor
from bridge.inbox.receive import receive
from bridge.inbox.signatures import verify_core, verify_event
from bridge.mapping.wire_text import plain

logger = logging.getLogger(__name__)

# Short enough to be read as a number, whatever follows.
NUMBER = re.compile(r"[0-9]{1,15}")
EVENT_ID = re.compile(r"[\x20-\x7e]{8,64}")
TOPIC = re.compile(r"[a-z_.]{1,40}")
MOYSKLAD_TOPICS = ("customerorder", "demand", "salesreturn", "paymentin", "cashin", "stock")
PING = re.compile(rb"webhook_id=\d{1,20}")


class Refusal(Exception):
    """An answer other than 2xx, with a sentence for whoever reads the shop's log."""

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.response = JsonResponse({"code": code, "message": message, **more}, status=status)


@csrf_exempt
@require_POST
def woocommerce_event(request: HttpRequest, connection_id: int) -> HttpResponse:
    """One event of a shop: our plugin's format or a core webhook. 202 stored, 401, 403, 400, 413, 503 refused."""
    try:
        body = _body(request)
        connection = _shop_connection(connection_id)
        if "X-Sklad-Bridge-Signature" in request.headers:
            return _plugin_event(request, connection, body)
        if "X-Wc-Webhook-Signature" in request.headers:
            return _core_webhook(request, connection, body)
        if PING.fullmatch(body):  # WooCommerce asks for exactly 200 when a webhook is made, and signs nothing
            return HttpResponse(status=200)
        raise Refusal(401, "unsigned", "The event carries no signature.")
    except Refusal as refusal:
        return refusal.response
    except OperationalError:
        logger.exception("an event could not be stored")
        return JsonResponse(
            {"code": "busy", "message": "The event could not be stored; send it again."}, status=503
        )


def _body(request: HttpRequest) -> bytes:
    too_big = Refusal(413, "too_big", f"An event has at most {settings.EVENT_MAX_BYTES} bytes.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not NUMBER.fullmatch(length):
        raise Refusal(400, "malformed", "The length of the body is no number.")
    if int(length) > settings.EVENT_MAX_BYTES:
        raise too_big
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_big from None
    except UnreadablePostError:
        raise Refusal(400, "incomplete", "The body ended too early.") from None
    if len(body) > settings.EVENT_MAX_BYTES:
        raise too_big
    return body


def _shop_connection(connection_id: int) -> Connection:
    connection = (
        Connection.objects.filter(pk=connection_id, vendor=Vendor.WOOCOMMERCE).select_related("shop").first()
    )
    # The same answer as for a bad signature: the address must not tell which shops exist.
    if connection is None or not connection.credentials.get("event_secret"):
        raise Refusal(401, "signature", "The signature does not match this shop's secret.")
    return connection


def _secrets(connection: Connection) -> list[str]:
    names = ("event_secret", "previous_event_secret")
    return [secret for name in names if (secret := connection.credentials.get(name))]


def _plugin_event(request: HttpRequest, connection: Connection, body: bytes) -> HttpResponse:
    event_id = request.headers.get("X-Sklad-Bridge-Id", "")
    timestamp = request.headers.get("X-Sklad-Bridge-Timestamp", "")
    if not verify_event(
        _secrets(connection), event_id, timestamp, body, request.headers["X-Sklad-Bridge-Signature"]
    ):
        raise Refusal(401, "signature", "The signature does not match this shop's secret.")
    now = time.time()
    if not NUMBER.fullmatch(timestamp) or abs(now - int(timestamp)) > settings.EVENT_TOLERANCE:
        raise Refusal(401, "clock", "The shop's clock is off; use server_time.", server_time=int(now))
    data = _json(body)
    event, site = plain(data.get("event")), plain(data.get("site"))
    if not TOPIC.fullmatch(event) or not EVENT_ID.fullmatch(event_id):
        raise Refusal(400, "malformed", "The event has no name or no id.")
    expected = connection.shop.home_url if hasattr(connection, "shop") else ""
    if expected and not same_site(site, expected):
        raise Refusal(403, "other_site", f"This secret belongs to {expected}; the event comes from {site}.")
    receive(
        connection,
        f"woocommerce.{event}",
        f"plugin:{event_id}",
        _text(body),
        delivery_id=event_id,
        source_id=_number(data, "order_id"),
    )
    return JsonResponse({"stored": event_id}, status=202)


def _core_webhook(request: HttpRequest, connection: Connection, body: bytes) -> HttpResponse:
    header = request.headers["X-Wc-Webhook-Signature"]
    if not verify_core(_secrets(connection), body, header):
        raise Refusal(401, "signature", "The signature does not match this shop's secret.")
    topic = request.headers.get("X-Wc-Webhook-Topic", "")
    if not TOPIC.fullmatch(topic):
        raise Refusal(400, "malformed", "The webhook names no topic.")
    source = request.headers.get("X-Wc-Webhook-Source", "")
    expected = connection.shop.home_url if hasattr(connection, "shop") else ""
    if expected and source and not same_site(source, expected):
        raise Refusal(403, "other_site", f"This secret belongs to {expected}; the event comes from {source}.")
    data = _json(body)
    webhook, delivery = (
        plain(request.headers.get("X-Wc-Webhook-Id")),
        plain(request.headers.get("X-Wc-Webhook-Delivery-Id"), 100),
    )
    # WooCommerce derives the delivery id from the second, so two orders can share it: the body tells them apart.
    key = hashlib.sha256(b"\0".join((webhook.encode(), delivery.encode(), body))).hexdigest()
    receive(
        connection,
        f"woocommerce.core.{topic}",
        f"core:{key}",
        _text(body),
        delivery_id=delivery,
        source_id=_number(data, "id"),
    )
    return JsonResponse({"stored": delivery}, status=202)


def _number(data: dict[str, Any], key: str) -> str:
    """The id of the order an event is about, '' when it names none."""
    value = data.get(key)
    return plain(value, 32) if isinstance(value, int) else ""


def same_site(left: str, right: str) -> bool:
    """Whether two addresses are one site: host and path count, scheme, `www.` and a closing slash do not."""

    def plain(url: str) -> str:
        return re.sub(r"^https?://(www\.)?", "", url.strip().lower()).rstrip("/")

    return plain(left) == plain(right)


def _text(body: bytes) -> str:
    """The body as text PostgreSQL can keep: it knows no NUL, and JSON text never needs one."""
    return body.decode().replace("\x00", "")


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body.decode())
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise Refusal(400, "not_json", "The body is not JSON.") from None
    if not isinstance(data, dict):
        raise Refusal(400, "not_json", "The body is not a JSON object.")
    return data


@csrf_exempt
@require_POST
def moysklad_hook(request: HttpRequest, token: str, topic: str) -> HttpResponse:
    """A webhook of MoySklad: unsigned, so the secret is in the address and the body is only a hint. 204."""
    try:
        body = _body(request)
        connection = _account(token)
        data = _json(body)
    except Refusal as refusal:
        return refusal.response
    events = data.get("events")
    accounts = (
        {plain(e.get("accountId")) for e in events if isinstance(e, dict)}
        if isinstance(events, list)
        else set()
    )
    accounts |= {plain(data["accountId"])} if "accountId" in data else set()
    if connection.account_id and accounts != {connection.account_id}:
        logger.warning("a webhook of another account was refused for %s", connection)
        return JsonResponse({"code": "account", "message": "This is not the account's address."}, status=403)
    request_id = plain(request.GET.get("requestId"), 64)
    digest = hashlib.sha256(request_id.encode() + b"\0" + body).hexdigest()
    try:
        receive(
            connection, f"moysklad.{topic}", f"hook:{topic}:{digest}", _text(body), delivery_id=request_id
        )
    except OperationalError:
        logger.exception("a webhook could not be stored")
        return HttpResponse(status=503)
    return HttpResponse(status=204)


def _account(token: str) -> Connection:
    for connection in Connection.objects.filter(vendor=Vendor.MOYSKLAD):
        if constant_time_compare(connection.hook_token, token):
            return connection
    raise Refusal(404, "unknown", "No such address.")
