"""An example of every body the API takes and gives, for its description: made of the shapes, so none is without one.

What a field holds stands in VALUES by its name, or in OF where one shape means something else by it. Shapes with
examples of their own (in the modules beside this one) keep them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

MOMENT, LATER, DAY = "2026-05-14T09:30:00Z", "2026-05-14T17:00:00Z", "2026-05-14"
DOCUMENT = "5b1c2a80-1111-11ee-0a80-0f0f0f0f0f0f"
BY_FORMAT = {
    "date-time": MOMENT,
    "date": DAY,
    "time": "22:00:00",
    "uri": "https://bridge.example.com/api/v1/",
}
WHOLE = {"boolean": False, "integer": 12, "number": 1.5}
SHOP, PRODUCT = {"id": 1, "name": "shop.example.com"}, {"id": 31, "name": "Mug (MUG-0001)"}

VALUES: dict[str, Any] = {
    "address": "olga@example.org",
    "answer": "429 Too Many Requests",
    "article": "MUG-0001",
    "assigned": "nobody",
    "backorders": "no",
    "base_url": "https://shop.example.com",
    "busy": ["1024"],
    "by": "Anna",
    "cause": "unlinked_lines",
    "code": "unlinked_lines",
    "company": "Romashka LLC",
    "consumer_key": "ck_made_by_the_shop",
    "consumer_secret": "cs_made_by_the_shop",
    "content": "sku;article\nMUG-0001;MUG-1\n",
    "currency": "RUB",
    "delivery": "evt_01HXQ5",
    "detail": "",
    "discard_reason": "",
    "discarded_by": "",
    "document": DOCUMENT,
    "earlier": "20260514093000000000",
    "email": "buyer@example.org",
    "event_secret": "…",
    "external_code": "mug-1",
    "given_up": "",
    "here": "completed",
    "in_flight": "1",
    "in_stock": "12",
    "key_permissions": "read_write",
    "kind": "simple",
    "kinds": ["failure", "outage"],
    "label": "In MoySklad",
    "language": "en",
    "level": "info",
    "lines": ["Orders that wait for you: 3."],
    "meaning": "",
    "message": "Queued for sending.",
    "method": "PUT",
    "moysklad_id": DOCUMENT,
    "name": "Mug",
    "new": "10",
    "note": "Call before delivery",
    "number": "1024",
    "offered": "11",
    "old": "12",
    "on_site": "12",
    "outcome": "",
    "path": "/api/remap/1.2/entity/customerorder",
    "phone": "+7 916 000-00-01",
    "plugin_version": "1.3.0",
    "quantity": "2",
    "query": "",
    "reason": "A test order",
    "recipient": "Anna",
    "refused": "",
    "remedy": "Link these items (“Products and links” → “On the site”), and the order is sent by itself.",
    "repaired_by": "link_item",
    "report": "Bridge\n  Database: good\n",
    "result": "waiting",
    "said": "calls: 2",
    "site": "https://shop.example.com",
    "site_id": "1024",
    "sku": "MUG-0001",
    "status": "publish",
    "statuses": ["processing"],
    "system": "moysklad",
    "text": "To be sent: order",
    "there": "Shipped",
    "time_zone": "Europe/Moscow",
    "title": "Order → MoySklad",
    "urgent": ["outage"],
    "url": f"https://online.moysklad.ru/app/#customerorder/edit?id={DOCUMENT}",
    "user_id": "1",
    "value": "14",
    "variation_id": "",
    "vendors": ["moysklad"],
    "wanted": "11",
    "webhooks": "on",
    "what": "Events from 14.05.2026 10:00 to 14.05.2026 12:00",
    "where": "Order → MoySklad",
    "who": "buyer@example.org",
    "why": "Stocktaking until the evening",
    "woocommerce_version": "9.8.5",
    "wordpress_version": "6.8",
    # Whole numbers and moments that are not any.
    "done": 50,
    "total": 200,
    "since": MOMENT,
    "until": LATER,
    "put_off_until": None,
    "ended_at": None,
    "away_until": None,
    "problem": None,
    "shop": SHOP,
    "product": PRODUCT,
    "next": "https://bridge.example.com/api/v1/orders/?cursor=cD0yMDI2",
    "previous": None,
    "counts": {"stock": {"planned": 12}},
    "found": {"order": {"compared": 200, "differing": 3}},
    "details": {},
}
OF: dict[str, Any] = {
    "AlertRules.budget_percent": 50,
    "About.id": "17",
    "BeginLinksRequest.name": "links.csv",
    "Body.text": '{"name": "00012"}',
    "Buyer.address": "101000, Moscow, Lesnaya 5",
    "Buyer.name": "Ivan Petrov",
    "Candidate.id": DOCUMENT,
    "Candidate.name": "00012",
    "Cause.message": "Not linked with goods in MoySklad: Mug (MUG-0001).",
    "Charge.name": "Courier",
    "Checked.message": "MoySklad answers. The bridge works there as Sklad Bridge.",
    "Checked.remedy": "",
    "Check.code": "site_answers",
    "Check.message": "",
    "Check.title": "Answers",
    "Document.number": "00012",
    "Figure.code": "orders",
    "Figure.note": "today",
    "Figure.title": "Orders",
    "GivenOut.kept": {
        "asked": "buyer@example.org",
        "orders": [{"shop": "shop.example.com", "number": "1024"}],
    },
    "Kept.rows": {"orders": 3, "events": 7},
    "Listing.status": "publish",
    "LinkRun.counts": {"linked": 40},
    "LinkRun.what": "Links from a file",
    "LoggedCall.status": 200,
    "Money.minor": 159170,
    "Named.name": "Anna",
    "Problem.message": "Not linked with goods in MoySklad: Mug (MUG-0001).",
    "Shop.address": "https://shop.example.com",
    "Shop.name": "shop.example.com",
    "Side.name": "shop-example-com",
    "Status.budget": {"main": {"used": 0.2}},
    "Status.flows": {"orders": {"lag_seconds": 12}},
    "Status.inbox": {"waiting": 0, "failed": 0},
    "Status.outbox": {"waiting": 3, "parked": 1, "dead": {}},
    "Status.worker": {"heartbeat_seconds": 4},
    "Upload.what": "Placed from 01.02.2026",
    "Value.after": "Mug (MUG-0001)",
    "Value.before": "",
    "Value.what": "in MoySklad",
    "WholeCall.status": 200,
    "WholeLinkRun.counts": {"linked": 40},
    "WholeLinkRun.what": "Links from a file",
    "Word.code": "sent",
}
WORDS = {
    "became": ("sent", "In MoySklad"),
    "cause": ("drift_order_not_sent", "order not sent"),
    "channel": ("email", "E-mail"),
    "direction": ("out", "by the bridge"),
    "field": ("stock", "Stock"),
    "flow": ("orders", "Orders of the site"),
    "group": ("site", "Site"),
    "kind": ("order_to_moysklad", "Order → MoySklad"),
    "level": ("good", "good"),
    "made_for": ("order_to_moysklad", "Order → MoySklad"),
    "mark": ("zero", "becomes zero"),
    "match": ("linked", "linked"),
    "origin": ("sku", "found by SKU"),
    "outcome": ("done", "Done"),
    "repair": ("send", "the order is sent"),
    "retried": ("person", "when somebody asks for it"),
    "standing": ("sent", "in MoySklad"),
    "state": ("running", "running"),
    "status": ("processing", "Processing"),
    "step": ("ready", "ready"),
    "store": (DOCUMENT, "Main warehouse"),
    "subject": ("order", "order"),
    "system": ("moysklad", "MoySklad"),
    "topic": ("woocommerce.order.changed", "Order changed on the site"),
}


def with_examples(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Hook of drf-spectacular: an example of each body that has none; what a shape has beyond its parent's is added."""
    shapes = result.get("components", {}).get("schemas", {})
    for content in _contents(result["paths"]):
        made = _example(content["schema"], shapes)
        if "examples" not in content:
            content.setdefault("example", made)
        needed = shapes.get(content["schema"].get("$ref", "").rpartition("/")[2], {}).get("required", ())
        for one in content.get("examples", {}).values():
            lacking = {name: made[name] for name in needed if name not in one["value"]}
            one["value"] = {**one["value"], **lacking}
    return result


def _contents(paths: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What is asked and what is answered when all goes well, of each operation."""
    for operations in paths.values():
        for operation in operations.values():
            yield from operation.get("requestBody", {}).get("content", {}).values()
            for status, response in operation["responses"].items():
                if status < "300":
                    yield from response.get("content", {}).values()


def _example(schema: Schema, shapes: Mapping[str, Schema], shape: str = "", name: str = "") -> Any:
    """Of a property the value that is told for it, where it fits; of all else what its parts make."""
    if "$ref" in schema:
        below = schema["$ref"].rpartition("/")[2]
        if below == "Word" and name in WORDS:
            return dict(zip(("code", "label"), WORDS[name], strict=True))
        named = VALUES.get(name) if below == "Named" else None
        return named or _example(shapes[below], shapes, below)
    types = schema.get("type", ())
    types = [types] if isinstance(types, str) else list(types)
    for told in (OF.get(f"{shape}.{name}"), VALUES.get(name)):
        if told is not None and _fits(told, types, schema):
            return told
    for several in ("allOf", "oneOf", "anyOf"):
        if several in schema:
            if name in VALUES and VALUES[name] is None and {"type": "null"} in schema[several]:
                return None
            return _example(schema[several][0], shapes, shape, name)
    if "null" in types and name in VALUES and VALUES[name] is None:
        return None
    if "enum" in schema:
        return schema["enum"][0]
    if "object" in types or "properties" in schema:
        properties = schema.get("properties", {})
        return {one: _example(part, shapes, shape, one) for one, part in properties.items()}
    if "array" in types:
        return [_example(schema["items"], shapes, shape, name.removesuffix("s"))]
    if "string" in types:
        return BY_FORMAT.get(schema.get("format", ""), "")
    kind = next((one for one in types if one in WHOLE), "")
    return max(schema.get("minimum", 0), WHOLE[kind]) if kind in ("integer", "number") else WHOLE.get(kind)


def _fits(told: Any, types: list[str], schema: Schema) -> bool:
    if "enum" in schema:
        return told in schema["enum"]
    if isinstance(told, list) and "$ref" in schema.get("items", {}):
        return False
    formats = {"date-time": 20, "date": 10, "time": 8}
    if isinstance(told, str) and (length := formats.get(schema.get("format", ""))):
        return len(told) == length and told[0] == "2"
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds[type(told)] in types
