"""Further fields that plugins and people gave an order, a line or a customer (`meta_data`): only those asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from bridge.domain.order import Meta
from bridge.mapping.wire_text import plain

Wire = Mapping[str, Any]
TAG = re.compile(r"<[^<>]*>")
SPACES = re.compile(r"[^\S\n]+")
DEEPEST = 4

ATTRIBUTION = "_wc_order_attribution_"
ATTRIBUTION_NAMES = (
    "source_type", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "utm_id", "referrer",
    "session_entry", "device_type",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Keys of the fields that are kept; any other may change without meaning anything for a document."""

    order: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    pickup: tuple[str, ...] = ()
    planned: str = ""
    inn: tuple[str, ...] = ()
    kpp: tuple[str, ...] = ()


def of_order(data: Wire, wanted: Wanted) -> tuple[Meta, ...]:
    """The wanted fields of an order, also the raw text its pickup point and date of delivery were read from."""
    return kept(data, {*wanted.order, *wanted.pickup, wanted.planned})


def kept(data: Wire, keys: Iterable[str]) -> tuple[Meta, ...]:
    """The fields with these keys, those without a value left out."""
    names = set(keys) - {""}
    return tuple(
        Meta(key, text)
        for row in _rows(data)
        if (key := plain(row.get("key"))) in names and (text := readable(row.get("value")))
    )


def of_line(row: Wire) -> tuple[Meta, ...]:
    """What people see at a line: variation, engraving … A key that begins with `_` is the shop's own business."""
    return tuple(
        Meta(key, text, readable(field.get("display_key")) or key)
        for field in _rows(row)
        if (key := plain(field.get("key")))
        and not key.startswith("_")
        and (text := readable(field.get("display_value")) or readable(field.get("value")))
    )


def attribution(data: Wire) -> tuple[Meta, ...]:
    """Where the buyer came from, as WooCommerce's order attribution noted it at checkout."""
    keys = {f"{ATTRIBUTION}{name}" for name in ATTRIBUTION_NAMES}
    return tuple(Meta(meta.key.removeprefix(ATTRIBUTION), meta.value) for meta in kept(data, keys))


def first(sources: Iterable[Any], keys: Iterable[str]) -> str:
    """The first of these fields that has a value, in the order of the keys; '' for none."""
    wires = [source for source in sources if isinstance(source, Mapping)]
    return next((meta.value for key in keys for wire in wires for meta in kept(wire, (key,))), "")


def readable(value: Any, depth: int = 0) -> str:
    """A value as a person reads it: no HTML, entities as characters; the parts of a list or table with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list) and depth < DEEPEST:
        return ", ".join(text for part in value if (text := readable(part, depth + 1)))
    return SPACES.sub(" ", unescape(TAG.sub(" ", plain(value)))).strip()


def _rows(data: Wire) -> list[Wire]:
    rows = data.get("meta_data")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
