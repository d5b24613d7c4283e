"""What a call's address and body look like in a log: no secrets, and of people only enough to know them again.

Values are masked by the name of their field (masked_fields.py), by where they stand (the name of a counterparty is a
person's, that of a product is not), by their own looks (e-mail addresses, phone numbers, tokens), and, whatever else
happens, by the secrets that are known.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from bridge.domain.cut_json import beginning
from bridge.domain.masked_fields import (
    MASK,
    email,
    initials,
    nothing,
    person,
    phone,
    style_of,
    style_of_caption,
)

SHORTEST_SECRET = 4
"""Shorter secrets are masked by their fields only: their value would be found everywhere."""

# Kinds of MoySklad whose name is a person's, and those whose description is what people wrote to one another.
_PEOPLE = frozenset({"counterparty", "employee", "contactperson"})
_LETTERS = _PEOPLE | {
    *("customerorder", "demand", "salesreturn", "paymentin", "paymentout", "cashin", "cashout", "invoiceout"),
}
_BY_PLACE = {
    **dict.fromkeys(("agent", "counterparty", "buyer", "customer", "billing", "shipping"), "counterparty"),
    "owner": "employee",
    "employee": "employee",
    "contactpersons": "contactperson",
}
_SEES_THROUGH = frozenset({"rows"})

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+\d[\d\s()-]{7,15}\d|[78][\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2})(?![\w.-])"
)
_TOKEN = re.compile(
    r"(?P<lead>(?:Bearer|Basic)\s+|\b(?:oauth_\w+|access_token|token|password|consumer_(?:key|secret)|key)=)[^\s&\"']+"
    r"|\bc[ks]_[0-9A-Za-z]{8,}|\bwc_order_\w+",
    re.IGNORECASE,
)
_TAX_NUMBER = re.compile(r"(?P<lead>\b(?:ИНН|INN)\D{0,3})\d{10,12}\b", re.IGNORECASE)
_PAIR = re.compile(r'"(?P<key>[^"\\]{1,80})"(?P<is>\s*:\s*)"(?P<value>[^"\\]*(?:\\.[^"\\]*)*)"?', re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
# Of which kind of MoySklad's objects a list is asked for.
_KIND = re.compile(r"/entity/(\w+)")
# What no id looks like (those of MoySklad have four hyphens): secrets stand in the addresses of webhooks.
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LONG = re.compile(r"[A-Za-z0-9_-]{30,}")
# The same in a path that stands alone in a text, as in a log: what is all lower case there is a name.
_LONG_IN_PATH = re.compile(r"(?<=/)(?=[a-z0-9_-]*[A-Z])[A-Za-z0-9_-]{30,}(?!\.?[\w-])")
# Nearly all texts of an API are one of these, in which nothing hides: words with few digits, references, moments.
_HARMLESS = re.compile(
    r"(?!.*(?:earer|asic|[ck][ks]_|order_|://))(?:[^\d@=]*\d){0,6}[^\d@=]{0,200}"
    rf"|(?:https?://[\w.:-]+)?(?:/(?:[\w.]{{1,29}}|{_UUID.pattern}))*|{_UUID.pattern}"
    r"|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?)?",
    re.IGNORECASE | re.DOTALL,
)


class Body(NamedTuple):
    """`cut`: there was more of it."""

    text: str
    cut: bool


class Address(NamedTuple):
    """Readable, not to be called: percent signs are resolved."""

    host: str
    path: str
    query: str


def body(data: bytes, *, secrets: Sequence[str] = (), kind: str = "", limit: int, size: int) -> Body:
    """The first `limit` bytes of a body of `size` bytes, masked; JSON stays JSON. `data` is all of it, or somewhat more
    than `limit`. `kind` is what MoySklad calls the objects in it.
    """
    cut, torn = size > limit, max((12 * len(secret) for secret in secrets), default=0) + 64
    words = without_secrets(data[: limit + torn].decode("utf-8", "replace"), secrets)
    masked = _json(words[:limit], kind, cut)
    if masked is None:
        masked = _pairs(words)
        # At its end a secret or an address may be torn, and so not be known: as much as one could fill goes.
        masked = masked[: max(0, min(limit, len(masked) - torn))] if cut else masked
    return Body(_storable(without_secrets(masked, secrets)), cut)


def address(url: str, *, secrets: Sequence[str] = ()) -> Address:
    """Host, path and query of an address, with neither login nor secrets nor people in it."""
    parts = urlsplit(url)
    path = "/".join(_segment(unquote(one)) for one in without_secrets(parts.path, secrets).split("/"))
    pairs = parse_qsl(without_secrets(parts.query, secrets), keep_blank_values=True)
    asked = _KIND.search(path)
    of_people = asked is not None and asked[1] in _PEOPLE
    query = "&".join(f"{key}={_value(key, value, of_people=of_people)}" for key, value in pairs)
    host = parts.netloc.rpartition("@")[2]
    return Address(*(_storable(without_secrets(one, secrets)) for one in (host, text(path), query)))


def text(words: str) -> str:
    """Free text with tokens, e-mail addresses, phone and tax numbers masked, also those in addresses of the web; and
    what is long and random in paths, as those of one-time links are."""
    words = _ADDRESS.sub(_web_address, words) if "://" in words else words
    words = _LONG_IN_PATH.sub(lambda found: _segment(found[0]), words) if "/" in words else words
    words = _TOKEN.sub(lambda found: f"{found['lead'] or ''}{MASK}", words)
    words = _EMAIL.sub(lambda found: email(found[0]), words) if "@" in words else words
    words = _TAX_NUMBER.sub(lambda found: f"{found['lead']}{MASK}", words)
    return _PHONE.sub(lambda found: phone(found[0]), words)


def without_secrets(words: str, secrets: Sequence[str]) -> str:
    """The text without any of these secrets, however they are written in it."""
    pattern = _any_of(tuple(sorted(set(secrets))))
    return pattern.sub(MASK, words) if pattern else words


@lru_cache(maxsize=256)
def _any_of(secrets: tuple[str, ...]) -> re.Pattern[str] | None:
    spellings = {
        spelling
        for secret in secrets
        if len(secret) >= SHORTEST_SECRET
        for spelling in (
            secret,
            quote(secret),
            quote(secret, safe=""),
            quote_plus(secret),
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            base64.b64encode(secret.encode("utf-8", "replace")).decode(),
        )
    }
    longest_first = sorted(spellings, key=lambda one: (-len(one), one))
    return re.compile("|".join(map(re.escape, longest_first))) if spellings else None


def _storable(words: str) -> str:
    """What every database can keep: no NUL, no half of a surrogate pair."""
    return words.replace("\x00", "").encode("utf-8", "replace").decode()


def _segment(words: str) -> str:
    """A part of a path; one that is long and random is a secret."""
    return MASK if _LONG.fullmatch(words) and not _UUID.fullmatch(words) else words


def _value(key: str, value: str, *, of_people: bool) -> str:
    """`of_people`: it is people that are asked for, so what is looked for says who they are."""
    style = person if of_people and key == "search" else style_of(key)
    if style is not None:
        return style(value) if value else value
    if key != "filter":
        return text(value)
    return ";".join(_condition(one, of_people=of_people) for one in value.split(";"))


def _condition(words: str, *, of_people: bool) -> str:
    """One condition of MoySklad's `filter`: email=…, updated>=…"""
    found = re.match(r"(\w+)(<=|>=|!=|~=|=~|=|~|<|>)(.*)", words, re.DOTALL)
    style = style_of(found[1]) if found else None
    if found and found[1] == "name" and of_people:
        style = person
    return f"{found[1]}{found[2]}{style(found[3])}" if found and style and found[3] else text(words)


def _web_address(found: re.Match[str]) -> str:
    try:
        masked = address(found[0])
    except ValueError:
        return MASK
    scheme = found[0].partition("://")[0]
    return f"{scheme}://{masked.host}{masked.path}{'?' * bool(masked.query)}{masked.query}"


def _json(words: str, kind: str, cut: bool) -> str | None:
    """JSON masked by what it says; None for what is no JSON."""
    try:
        data = json.loads(beginning(words) if cut else words)
        return json.dumps(_masked(data, kind), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return None


def _masked(value: Any, kind: str) -> Any:
    if isinstance(value, dict):
        return _object(value, kind)
    if isinstance(value, list):
        return [_masked(one, kind) for one in value]
    return _words(value) if isinstance(value, str) else value


def _words(value: str) -> str:
    return value if len(value) < 7 or _HARMLESS.fullmatch(value) else text(value)


def _object(row: dict[str, Any], kind: str) -> dict[str, Any]:
    meta = row.get("meta")
    own = meta.get("type") if isinstance(meta, dict) else None
    kind = own if isinstance(own, str) else kind
    named = row.get("key") if "value" in row else None
    caption = named if isinstance(named, str) else row.get("name") if "value" in row else None
    found: dict[str, Any] = {}
    for key, value in row.items():
        if not value or value is True or (key == "key" and named is not None):
            found[key] = value
            continue
        style = style_of(key)
        if key == "name" and kind in _PEOPLE:
            style = initials
        elif key == "description" and kind in _LETTERS:
            style = nothing
        elif key in ("value", "display_value") and isinstance(caption, str):
            style = style_of_caption(caption)
        if style is None and isinstance(value, str):
            found[key] = _words(value)
        elif style is None:
            inner = _BY_PLACE.get(key.lower()) or (kind if key in _SEES_THROUGH else "")
            found[key] = _masked(value, inner)
        elif isinstance(value, dict | list):
            found[key] = _reference(value) or MASK
        else:
            found[key] = style(str(value))
    return found


def _reference(value: Any) -> Any:
    """MoySklad's reference to another object is none of a person's data."""
    return value if isinstance(value, dict) and value.keys() == {"meta"} else None


def _pairs(words: str) -> str:
    """Text that is not JSON (any more): fields that look like those of JSON, then all the rest."""

    def one(found: re.Match[str]) -> str:
        style = style_of(found["key"])
        value = style(found["value"]) if style and found["value"] else found["value"]
        return f'"{found["key"]}"{found["is"]}"{value}"'

    return text(_PAIR.sub(one, words))
