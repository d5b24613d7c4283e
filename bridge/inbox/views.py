"""The doors: events of shops (signed) and webhooks of MoySklad (secret in the address). They only verify and store."""

from __future__ import annotations

import hashlib
import logging
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bridge.apilog.incoming import proved
from bridge.connections.callers import is_caller
from bridge.connections.models import Connection, Vendor
from bridge.inbox.receive import receive
from bridge.inbox.shop_requests import (
    Refusal,
    event_secrets,
    json_object,
    raw_body,
    refused,
    require_site,
    shop_connection,
    signed_by_plugin,
)
from bridge.inbox.signatures import verify_core
from bridge.mapping.wire_text import plain
from bridge.passing import PASSING

logger = logging.getLogger(__name__)

EVENT_ID = re.compile(r"[\x20-\x7e]{8,64}")
TOPIC = re.compile(r"[a-z_.]{1,40}")
MOYSKLAD_TOPICS = (
    "customerorder",
    "demand",
    "salesreturn",
    "paymentin",
    "cashin",
    "product",
    "variant",
    "bundle",
    "stock",
)
PING = re.compile(rb"webhook_id=\d{1,20}")


@csrf_exempt
@require_POST
def woocommerce_event(request: HttpRequest, connection_id: int) -> HttpResponse:
    """One event of a shop: our plugin's format or a core webhook. 202 stored, 401, 403, 400, 413, 503 refused."""
    try:
        body = raw_body(request)
        connection = shop_connection(connection_id)
        if "X-Sklad-Bridge-Signature" in request.headers:
            return _plugin_event(request, connection, body)
        if "X-Wc-Webhook-Signature" in request.headers:
            return _core_webhook(request, connection, body)
        if PING.fullmatch(body):  # WooCommerce asks for exactly 200 when a webhook is made, and signs nothing
            return HttpResponse(status=200)
        raise Refusal(401, "unsigned", "The event carries no signature.")
    except Refusal as refusal:
        return refused(request, refusal)
    except PASSING:
        logger.exception("an event could not be stored")
        return JsonResponse(
            {"code": "busy", "message": "The event could not be stored; send it again."}, status=503
        )


def _plugin_event(request: HttpRequest, connection: Connection, body: bytes) -> HttpResponse:
    event_id, data = signed_by_plugin(request, connection, body)
    event = plain(data.get("event"))
    if not TOPIC.fullmatch(event) or not EVENT_ID.fullmatch(event_id):
        raise Refusal(400, "malformed", "The event has no name or no id.")
    require_site(connection, plain(data.get("site")))
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
    if not verify_core(event_secrets(connection), body, header):
        raise Refusal(401, "signature", "The signature does not match this shop's secret.")
    proved()
    topic = request.headers.get("X-Wc-Webhook-Topic", "")
    if not TOPIC.fullmatch(topic):
        raise Refusal(400, "malformed", "The webhook names no topic.")
    source = request.headers.get("X-Wc-Webhook-Source", "")
    if source:
        require_site(connection, source)
    data = json_object(body)
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


def _text(body: bytes) -> str:
    """The body as text PostgreSQL can keep: it knows no NUL, and JSON text never needs one."""
    return body.decode().replace("\x00", "")


@csrf_exempt
@require_POST
def moysklad_hook(request: HttpRequest, token: str, topic: str) -> HttpResponse:
    """A webhook of MoySklad: unsigned, so the secret is in the address and the body is only a hint. 204."""
    try:
        return _hook(request, _account(token), topic)
    except Refusal as refusal:
        return refused(request, refusal)
    except PASSING:
        logger.exception("a webhook could not be stored")
        return HttpResponse(status=503)


def _hook(request: HttpRequest, connection: Connection, topic: str) -> HttpResponse:
    body = raw_body(request)
    data = json_object(body)
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
    receive(connection, f"moysklad.{topic}", f"hook:{topic}:{digest}", _text(body), delivery_id=request_id)
    return HttpResponse(status=204)


def _account(token: str) -> Connection:
    for connection in Connection.objects.filter(vendor=Vendor.MOYSKLAD):
        if constant_time_compare(connection.hook_token, token):
            is_caller(connection)
            proved()
            return connection
    raise Refusal(404, "unknown", "No such address.")
