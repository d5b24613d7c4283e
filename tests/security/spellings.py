"""How a secret may be written: as it is, escaped for an address, JSON or HTML, as base64."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Collection, Mapping
from urllib.parse import quote, quote_plus


def spellings(secret: str) -> set[str]:
    """Also as a part of what was made base64 as a whole: `key:secret` of a header, `login NUL password` of SMTP."""
    raw = secret.encode()
    plain = {secret, quote(secret, safe=""), quote_plus(secret), html.escape(secret)}
    escaped = {json.dumps(secret)[1:-1], repr(secret)[1:-1]}
    return plain | escaped | {inner_base64(raw, before) for before in range(3)}


def inner_base64(raw: bytes, before: int) -> str:
    """The signs that depend on `raw` alone, where a number of bytes that leaves `before` over three stand before it."""
    whole = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
    first = -(-before * 8 // 6)
    last = (before + len(raw)) * 8 // 6
    return whole[first:last]


def places(secrets: Mapping[str, str], told: Mapping[str, str]) -> dict[str, list[str]]:
    """For each secret, by its name, the names of what it stands in."""
    found: dict[str, set[str]] = {name: set() for name in secrets}
    owners = {spelling: name for name, secret in secrets.items() for spelling in spellings(secret)}
    pattern = any_of(owners)
    for place, text in told.items():
        for hit in pattern.finditer(text):
            found[owners[hit[0]]].add(place)
    return {name: sorted(where) for name, where in found.items()}


def any_of(words: Collection[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=lambda one: (-len(one), one)))))
