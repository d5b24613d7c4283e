"""A text of the site as the value of a field of MoySklad's (JSON API 1.2, «Работа с дополнительными полями»)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bridge.mapping import written_dates
from bridge.mapping.moscow import to_wire
from bridge.mapping.to_moysklad import Body, entity, meta

LIMITS = {"string": 255, "link": 255, "text": 4096}
YES = frozenset({"yes", "y", "1", "true", "on", "да", "истина", "✓"})
NO = frozenset({"no", "n", "0", "false", "off", "нет", "ложь"})
DICTIONARY = "customentity"


class Unreadable(Exception):
    """The text is no value of this type."""


def convert(kind: str, text: str) -> Any:
    """A value of the plain types. string, text, link: cut to their limits; long, double: a number; boolean: by yes and
    no in two languages; time: Moscow time. Raises Unreadable, also for types that refer to something."""
    if kind in LIMITS:
        return text[: LIMITS[kind]]
    if kind in ("long", "double"):
        return _number(kind, text)
    if kind == "boolean":
        return _boolean(text)
    if kind == "time" and (moment := written_dates.parse(text)) is not None:
        return to_wire(moment)[:19]
    raise Unreadable


def is_cut(kind: str, text: str) -> bool:
    return len(text) > LIMITS.get(kind, len(text))


def choose(text: str, choices: Mapping[str, str]) -> str:
    """The id of the value with this name among `choices` (name → id). Raises Unreadable when there is none."""
    folded = {name.strip().casefold(): external_id for name, external_id in choices.items()}
    try:
        return choices.get(text) or folded[text.strip().casefold()]
    except KeyError:
        raise Unreadable from None


def dictionary_value(base_url: str, dictionary_id: str, external_id: str) -> Body:
    """A reference to an element of a dictionary."""
    return meta(base_url, f"entity/{DICTIONARY}/{dictionary_id}/{external_id}", DICTIONARY)


def object_value(base_url: str, kind: str, external_id: str) -> Body:
    """A reference to something else of the account: employee, project, store …"""
    return entity(base_url, kind, external_id)


def attribute(base_url: str, owner: str, attribute_id: str, value: Any) -> Body:
    """A field with its value, None to clear it; `owner` is customerorder or counterparty."""
    path = f"entity/{owner}/metadata/attributes/{attribute_id}"
    return {**meta(base_url, path, "attributemetadata"), "value": value}


def by_field(rows: Iterable[Body]) -> dict[str, Body]:
    """Fields with their values by the address of the field."""
    return {str(row["meta"]["href"]): row for row in rows}


def merged(before: Iterable[Body], changed: Iterable[Body]) -> list[Body]:
    """The fields of a document once `changed` were written: a body names only those that change."""
    return list((by_field(before) | by_field(changed)).values())


def _number(kind: str, text: str) -> int | float:
    """'1 234,50' and '1234.5' are the same; a fraction is no `long`."""
    try:
        number = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        raise Unreadable from None
    if not number.is_finite() or abs(number.adjusted()) > 18:
        raise Unreadable
    if kind == "double":
        return float(number)
    if number != number.to_integral_value() or abs(number) >= 2**63:
        raise Unreadable
    return int(number)


def _boolean(text: str) -> bool:
    word = text.strip().casefold()
    if word not in YES | NO:
        raise Unreadable
    return word in YES
