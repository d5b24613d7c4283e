"""Plain values of a body: texts, numbers, booleans, moments, each checked for type and length."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connectors.sandbox.moysklad import moments
from connectors.sandbox.moysklad.account import Account, Obj
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.fields import Field
from connectors.sandbox.moysklad.references import UUID

EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s.,;]+")


def read_text(raw: Any, wanted: Field) -> str:
    if not isinstance(raw, str):
        raise field_error(2016, wanted.name, "строка")
    if len(raw) > wanted.limit:
        raise field_error(3040, wanted.name)
    return raw


def read_number(raw: Any, wanted: Field) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise field_error(2016, wanted.name, "число")
    return float(raw)


def read_int(raw: Any, wanted: Field) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise field_error(2016, wanted.name, "целое число")
    return raw


def read_bool(raw: Any, wanted: Field) -> bool:
    if not isinstance(raw, bool):
        raise field_error(2016, wanted.name, "булево")
    return raw


def read_minute(raw: Any, wanted: Field) -> str:
    try:
        return moments.whole_minute(read_text(raw, wanted))
    except ValueError:
        raise field_error(3016, wanted.name) from None


def read_enum(raw: Any, wanted: Field) -> str:
    if raw not in wanted.options:
        raise field_error(3005, wanted.name)
    return str(raw)


def read_email(raw: Any, wanted: Field) -> str:
    text = read_text(raw, wanted)
    if text and not EMAIL.fullmatch(text):
        raise field_error(3015, wanted.name)
    return text


def read_sync_id(raw: Any, wanted: Field) -> str:
    text = read_text(raw, wanted).lower()
    if not UUID.fullmatch(text):
        raise ApiError(1052, raw, parameter=wanted.name)
    return text


def read_list(_account: Account, raw: Any, name: str) -> list[Any]:
    if not isinstance(raw, list):
        raise field_error(2009, name)
    return raw


def read_object(_account: Account, raw: Any, name: str) -> Obj:
    if not isinstance(raw, dict):
        raise field_error(2016, name, "объект")
    return raw


SCALARS: dict[str, Callable[[Any, Field], Any]] = {
    "str": read_text,
    "int": read_int,
    "float": read_number,
    "bool": read_bool,
    "minute": read_minute,
    "enum": read_enum,
    "email": read_email,
    "sync": read_sync_id,
}
