"""What the description of the API says of the doors that take signed requests of shops: events, and where orders stand.

They are plain views, nobody's token or session counts there, so their shapes stand here; the rules they are held to are
those of inbox/shop_requests.py.
"""

from __future__ import annotations

from typing import Any

from bridge.api.sending import NOT_SENT, QUEUED, REMOVED
from bridge.api.site_orders import MOST, UNKNOWN
from bridge.dashboard.orders import order_states

Schema = dict[str, Any]
EVENTS, STATES = "/api/v1/events/woocommerce/{connection_id}/", "/api/v1/site/{connection_id}/orders/"
SEND = f"{STATES}send/"
PATHS = (EVENTS, STATES, SEND)
PLUGIN, WOOCOMMERCE = "pluginSignature", "woocommerceSignature"
REFUSED = "DoorRefusal"

SCHEMES: Schema = {
    PLUGIN: {
        "type": "apiKey",
        "in": "header",
        "name": "X-Sklad-Bridge-Signature",
        "description": "`v1=` and base64 of HMAC-SHA256 over `id.timestamp.body`, the raw bytes, with the shop's "
        "secret; id and timestamp are those of X-Sklad-Bridge-Id and X-Sklad-Bridge-Timestamp. Several are "
        "separated by spaces.",
    },
    WOOCOMMERCE: {
        "type": "apiKey",
        "in": "header",
        "name": "X-WC-Webhook-Signature",
        "description": "WooCommerce's own: base64 of HMAC-SHA256 over the raw body with the shop's secret.",
    },
}
TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
ID = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
REFUSAL: Schema = {
    "type": "object",
    "description": "Every refusal at a door of shops. `server_time` (Unix seconds) where the shop's clock is off.",
    "properties": {
        "code": {"type": "string", "description": "For the plugin; does not change."},
        "message": {"type": "string", "description": "For the shop's log, in English."},
        "server_time": WHOLE,
    },
    "required": ["code", "message"],
}
REFUSALS = {
    400: "The body or one of its fields is not as described.",
    401: "Not signed, signed with another secret, or more than a few minutes ago.",
    403: "The secret belongs to a shop at another address: this one is a copy.",
    413: "The body is too large.",
    429: "Too many requests without a good signature came from this address; Retry-After says when to go on.",
}


def with_doors(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Hook of drf-spectacular: the doors, how they are signed, and how they refuse."""
    components = result.setdefault("components", {})
    components.setdefault("securitySchemes", {}).update(SCHEMES)
    components.setdefault("schemas", {})[REFUSED] = REFUSAL
    result["paths"] = dict(sorted({**result["paths"], **_paths()}.items()))
    return result


def _paths() -> Schema:
    question = {"site": TEXT, "language": TEXT, "orders": _list(ID, 1, MOST)}
    codes = [*(one.code for one in order_states.ALL), UNKNOWN]
    texts = ("label", "number", "url", "page", "problem", "remedy")
    state = _object({"id": ID, "state": {"enum": codes}, **dict.fromkeys(texts, TEXT)}, "id", "state")
    result = _object({"id": ID, "result": {"enum": [QUEUED, NOT_SENT, REMOVED, UNKNOWN]}}, "id", "result")
    asked = {"site": "https://shop.example.com", "language": "en_US", "orders": [621]}
    page = "https://bridge.example.com/admin/bridge/order/1/change/"
    sent = {"id": 621, "state": "sent", "label": "in MoySklad", "number": "WOO-621", "url": "", "page": page}
    return {
        EVENTS: _door("events_woocommerce_create", _event_body(), _event_answers(), WOOCOMMERCE),
        STATES: _door(
            "site_orders_create",
            {"application/json": _content(_object(question, "site", "orders"), asked)},
            _orders_answers("Where each of the orders stands.", state, sent),
        ),
        SEND: _door(
            "site_orders_send_create",
            {
                "application/json": _content(
                    _object({**question, "by": TEXT}, "site", "orders"), {**asked, "by": "Anna"}
                )
            },
            _orders_answers("What becomes of each of the orders.", result, {"id": 621, "result": QUEUED}),
        ),
    }


def _door(name: str, body: Schema, answers: Schema, *others: str) -> Schema:
    """`others` are signatures that do instead of the plugin's, whose headers are then not needed."""
    number = {
        "name": "connection_id",
        "in": "path",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    }
    shapes: dict[str, Schema] = {
        "X-Sklad-Bridge-Id": {"type": "string", "minLength": 8, "maxLength": 64},
        "X-Sklad-Bridge-Timestamp": {"type": "string", "pattern": "^[0-9]{1,15}$"},
    }
    headers = [
        {"name": header, "in": "header", "required": not others, "schema": shape}
        for header, shape in shapes.items()
    ]
    return {
        "post": {
            "operationId": name,
            "tags": ["doors of shops"],
            "parameters": [number, *headers],
            "security": [{scheme: []} for scheme in (PLUGIN, *others)],
            "requestBody": {"required": True, "content": body},
            "responses": {
                **answers,
                **{str(status): _refusal(text) for status, text in REFUSALS.items()},
                **({"503": _refusal("The event could not be stored; send it again.")} if others else {}),
                **({} if others else {"409": _refusal("This site belongs to no shop yet.")}),
            },
        }
    }


def _event_body() -> Schema:
    event = _object(
        {
            "event": {"type": "string", "pattern": "^[a-z_.]{1,40}$"},
            "site": TEXT,
            "order_id": WHOLE,
            "order": {
                "type": ["object", "null"],
                "description": "As WooCommerce's REST API v3 shows it; null when it is deleted or too large.",
            },
            "refunds": {"type": ["array", "null"], "items": {"type": "object"}},
            "sales": {"type": "array", "items": {"type": "object"}},
        },
        "event",
        "site",
    )
    told = {"event": "order.changed", "site": "https://shop.example.com", "order_id": 621}
    core = {"type": "object", "description": "What a webhook of WooCommerce itself sends."}
    ping = _object({"webhook_id": WHOLE}, "webhook_id")
    return {
        "application/json": _content({"anyOf": [event, core]}, {**told, "order": None, "refunds": None}),
        "application/x-www-form-urlencoded": _content(ping, {"webhook_id": 1}),
    }


def _event_answers() -> Schema:
    stored = _object({"stored": TEXT}, "stored")
    return {
        "200": {"description": "WooCommerce asked whether anybody is there (`webhook_id` alone)."},
        "202": {
            "description": "Kept, now or when this very event came before.",
            "content": {"application/json": _content(stored, {"stored": "evt_01HXQ5"})},
        },
    }


def _orders_answers(text: str, one: Schema, example: Schema) -> Schema:
    content = _content(_object({"orders": _list(one, 1, MOST)}, "orders"), {"orders": [example]})
    return {"200": {"description": text, "content": {"application/json": content}}}


def _refusal(text: str) -> Schema:
    return {
        "description": text,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{REFUSED}"}}},
    }


def _content(schema: Schema, example: Schema) -> Schema:
    return {"schema": schema, "example": example}


def _object(properties: Schema, *required: str) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(items: Schema, least: int, most: int) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}
