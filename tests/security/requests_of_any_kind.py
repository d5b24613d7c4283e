"""Requests of any kind to everything a stranger can reach, made of what Hypothesis and the API's schema invent."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import schemathesis
from django.test import RequestFactory
from hypothesis import strategies as st

from bridge.connections.models import Shop
from bridge.inbox.signatures import _digest, sign_event
from bridge.inbox.views import MOYSKLAD_TOPICS

# What a form needs to be read at all.
OF_A_BROWSER = {"Cookie": f"csrftoken={'a' * 32}", "X-CSRFToken": "a" * 32}


@dataclass(frozen=True)
class Sent:
    """`proved`: it carries what only the shop, or MoySklad, can know. `shut`: nobody is let in here without a token."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    proved: bool = False
    content_type: str = "application/json"
    shut: bool = False


@dataclass(frozen=True)
class Idea:
    """What one example is made of; several requests come of it."""

    raw: bytes
    value: Any
    text: str
    number: int
    header: str
    offer: Any
    keys: Any


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
headers = st.text(st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=90)


def ideas(schema: dict[str, Any]) -> st.SearchStrategy[Idea]:
    """`schema`: the bridge's own description of its API; from it come bodies for pairing that are nearly right."""
    described = schemathesis.openapi.from_dict(schema)

    def body(path: str) -> Any:
        return described[path]["POST"].as_strategy().map(lambda case: case.body)

    return st.builds(
        Idea,
        raw=st.binary(max_size=200),
        value=json_values,
        text=st.text(max_size=40),
        number=st.integers(-(2**70), 2**70),
        header=headers,
        offer=body("/api/v1/pair/"),
        keys=body("/api/v1/wc-auth/"),
    )


def unproved(idea: Idea, shop: Shop) -> Iterator[Sent]:
    """Of strangers: nothing of it may leave anything behind."""
    event, now = (
        json_of({"event": "order.changed", "site": shop.home_url, "order_id": 1, "x": idea.value}),
        stamp(),
    )
    door = f"/api/v1/events/woocommerce/{shop.site_id}/"
    good = sign_event("secret-1", "event-00001", now, event)
    tries: list[tuple[bytes, str, str, str]] = [
        (event, "event-00001", now, sign_event("guessed", "event-00001", now, event)),
        (event, "event-00001", now, idea.header),
        (event + b" ", "event-00001", now, good),
        (event, "event-00002", now, good),
        (event, "event-00001", str(int(now) - 1), good),
        (event, "event-00001", str(idea.number), idea.header),
        (idea.raw, idea.header, idea.header, idea.header),
    ]
    for body, event_id, moment, signature in tries:
        yield Sent("POST", door, body, plugin(event_id, moment, signature))
    old = str(int(now) - 4000)
    yield Sent(
        "POST", door, event, plugin("event-00001", old, sign_event("secret-1", "event-00001", old, event))
    )
    yield Sent("POST", door, idea.raw)
    yield Sent(
        "POST", door, idea.raw, {"X-WC-Webhook-Signature": idea.header, "X-WC-Webhook-Topic": "order.updated"}
    )
    yield Sent(
        "POST",
        f"/api/v1/events/woocommerce/{shop.site_id + 1 + abs(idea.number)}/",
        event,
        plugin("event-00001", now, good),
    )
    yield Sent("POST", f"/api/v1/site/{shop.site_id}/orders/", event, plugin("event-00001", now, idea.header))
    yield Sent(
        "POST", f"/api/v1/site/{shop.site_id}/orders/send/", idea.raw, plugin("event-00001", now, good)
    )
    topic = MOYSKLAD_TOPICS[abs(idea.number) % len(MOYSKLAD_TOPICS)]
    hook = json_of({"events": [{"accountId": "account-1"}], "x": idea.value})
    yield Sent("POST", f"/hooks/moysklad/{quote(idea.text, safe='') or 'x'}/{topic}/", hook)
    other = json_of({"events": [{"accountId": idea.text or "none"}]})
    yield Sent("POST", f"/hooks/moysklad/{shop.account.hook_token}/{topic}/", other)
    yield Sent("POST", "/api/v1/pair/", json_of(idea.offer))
    yield Sent("POST", "/api/v1/wc-auth/", json_of(idea.keys))
    yield Sent("POST", "/api/v1/pair/", idea.raw, content_type=idea.header or "text/plain")
    form = f"username={quote(idea.text)}&password={quote(idea.text)}".encode()
    yield Sent("POST", "/admin/login/", form, OF_A_BROWSER, content_type="application/x-www-form-urlencoded")
    yield Sent("GET", f"/people/welcome/{quote(idea.text, safe='') or 'x'}/")
    yield Sent("GET", f"/{quote(idea.raw)}")
    yield Sent("GET", f"/api/v1/orders/?{quote(idea.raw)}", headers={"Authorization": idea.header})
    yield Sent(
        "DELETE", f"/api/v1/{quote(idea.text)}/", headers={"Authorization": f"Bearer skb_{idea.header}"}
    )
    yield Sent("GET", "/healthz", headers={"X-Forwarded-For": idea.header, "Accept-Language": idea.header})


def proved(idea: Idea, shop: Shop, number: int) -> Iterator[Sent]:
    """Of the shop and of MoySklad, with whatever they may come to say."""
    door, now = f"/api/v1/events/woocommerce/{shop.site_id}/", stamp()
    for extra in ({"x": idea.value}, {"order": idea.value, "order_id": idea.number}, {"event": idea.text}):
        body = json_of({"event": "order.changed", "site": shop.home_url, "order_id": number, **extra})
        event_id = f"event-{number}-{len(body)}-{sorted(extra)[0]}"
        signature = sign_event("secret-1", event_id, now, body)
        yield Sent("POST", door, body, plugin(event_id, now, signature), proved=True)
    core = json_of({"id": number, "x": idea.value})
    told = {
        "X-WC-Webhook-Signature": _digest("secret-1", core).decode(),
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-Delivery-ID": idea.header,
        "X-WC-Webhook-ID": idea.header,
    }
    yield Sent("POST", door, core, told, proved=True)
    asked = json_of({"site": shop.home_url, "orders": [idea.number, 1], "language": idea.text})
    signature = sign_event("secret-1", "ask-00001", now, asked)
    yield Sent(
        "POST",
        f"/api/v1/site/{shop.site_id}/orders/",
        asked,
        plugin("ask-00001", now, signature),
        proved=True,
    )
    hook = json_of({"events": [{"accountId": "account-1"}], "x": idea.value, "n": number})
    yield Sent(
        "POST",
        f"/hooks/moysklad/{shop.account.hook_token}/stock/?requestId={quote(idea.raw)}",
        hook,
        proved=True,
    )


class Environs(RequestFactory):
    """Makes what a server hands to the application; a request made of it would have changed it."""

    def request(self, **told: Any) -> Any:
        return self._base_environ(**told)


def in_process(application: Any, sent: Sent, address: str) -> int:
    """Its status, asked of the application itself: Django's own client for tests remembers each request it makes."""
    statuses: list[int] = []
    environ = Environs().generic(
        sent.method,
        sent.path,
        sent.body,
        content_type=sent.content_type,
        headers=sent.headers,
        REMOTE_ADDR=address,
    )
    answer = application(environ, lambda status, _headers: statuses.append(int(status[:3])))
    try:
        b"".join(answer)
    finally:
        answer.close()
    return statuses[0]


def plugin(event_id: str, moment: str, signature: str) -> dict[str, str]:
    return {
        "X-Sklad-Bridge-Id": event_id,
        "X-Sklad-Bridge-Timestamp": moment,
        "X-Sklad-Bridge-Signature": signature,
    }


def stamp() -> str:
    return str(int(time.time()))


def json_of(value: Any) -> bytes:
    """Half a surrogate pair may stand in what is invented, and in what a shop sends."""
    return json.dumps(value, default=repr).encode()
