"""The filter grammar of lists: conditions joined by `;`, repeated `=` is OR, everything else AND.

Source: the vendor's documentation, general part, filtering.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from connectors.sandbox.moysklad import moments
from connectors.sandbox.moysklad.account import Account, Obj, is_binned
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.fields import Field
from connectors.sandbox.moysklad.goods import SHOWN, path_of
from connectors.sandbox.moysklad.kinds import KINDS
from connectors.sandbox.moysklad.references import ATTRIBUTE, UUID, own_path, ref_of_href
from connectors.sandbox.moysklad.totals import document_totals

Condition = tuple[str, str, str]  # field, operator, value
Test = Callable[[Obj], bool]
CONDITION = re.compile(r"(.+?)(!=|>=|<=|=~|~=|!~|=|~|>|<)(.*)", re.DOTALL)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
}
MATCH: dict[str, Callable[[str, str], bool]] = {
    "~": lambda text, part: part in text,
    "~=": lambda text, part: text.startswith(part),
    "=~": lambda text, part: text.endswith(part),
    "!~": lambda text, part: part not in text,
}
READ_ONLY: dict[str, str] = {
    "id": "uuid",
    "created": "minute",
    "updated": "minute",
    "deleted": "minute",
    "sum": "float",
}


def parse(text: str) -> list[Condition]:
    """ "a=1;b>=2" to conditions; `\\;` is a semicolon inside a value. 1034 for what is no condition."""
    conditions = []
    for part in re.split(r"(?<!\\);", text):
        if not part:
            continue
        found = CONDITION.fullmatch(part.replace("\\;", ";"))
        if found is None:
            raise ApiError(1034, part, parameter="filter")
        conditions.append((found[1], found[2], found[3]))
    return conditions


def build(account: Account, kind: str, conditions: Iterable[Condition]) -> list[Test]:
    """Tests an object of this kind has to pass, the defaults for bin and archive included. 1030, 1034, 1035, 1041."""
    by_field: dict[str, list[tuple[str, str]]] = {}
    for name, operator, value in conditions:
        by_field.setdefault(name, []).append((operator, value))
    tests = [*visibility(kind, by_field)]
    for name, parts in by_field.items():
        tests += field_tests(account, kind, name, parts)
    return tests


def visibility(kind: str, by_field: dict[str, list[tuple[str, str]]]) -> list[Test]:
    """Binned documents and archived items stay out unless asked for; asking for both values shows both."""
    if KINDS[kind].document:
        asked = flags(by_field.pop("isDeleted", [("=", "false")]), "isDeleted")
        return [] if len(asked) == 2 else [lambda obj: is_binned(obj) in asked]
    if not KINDS[kind].archivable:
        return []
    parts = by_field.pop("archived", [])
    if not parts and "id" in by_field:
        return []
    asked = flags(parts or [("=", "false")], "archived")
    return [] if len(asked) == 2 else [lambda obj: obj.get("archived", False) in asked]


def flags(parts: list[tuple[str, str]], name: str) -> set[bool]:
    if any(operator != "=" for operator, _ in parts):
        raise ApiError(1041, name, parameter="filter")
    if any(value not in ("true", "false") for _, value in parts):
        raise ApiError(1035, name, parameter="filter")
    return {value == "true" for _, value in parts}


def field_tests(account: Account, kind: str, name: str, parts: list[tuple[str, str]]) -> list[Test]:
    operators = {operator for operator, _ in parts}
    if "=" in operators and operators & {"<", ">", "<=", ">="}:
        raise ApiError(1030, name, parameter="filter")
    get, type_ = getter(account, kind, name)
    tests: list[Test] = []
    equal = [read(account, type_, value, name) for operator, value in parts if operator == "="]
    if equal:
        tests.append(lambda obj: get(obj) in equal or (None in equal and get(obj) == ""))
    compared: set[str] = set()
    for operator, raw in parts:
        if operator == "=" or operator in compared:
            continue
        if operator in COMPARE:
            compared.add(operator)  # a repeated comparison: only the first counts
        tests.append(one_test(get, type_, operator, read(account, type_, raw, name), name))
    return tests


def one_test(get: Callable[[Obj], Any], type_: str, operator: str, wanted: Any, name: str) -> Test:
    if operator == "!=":
        return lambda obj: get(obj) != wanted
    if operator in COMPARE and type_ not in ("ref", "bool", "uuid"):
        compare = COMPARE[operator]
        return lambda obj: get(obj) is not None and compare(get(obj), wanted)
    if operator in MATCH and type_ in ("str", "email", "enum"):
        match, part = MATCH[operator], str(wanted or "").lower()
        return lambda obj: any(match(text.lower(), part) for text in texts(get(obj)))
    raise ApiError(1041, name, parameter="filter")


def getter(account: Account, kind: str, name: str) -> tuple[Callable[[Obj], Any], str]:
    """How to read a filterable field of an object, and its type. 1034 for a field one cannot filter by."""
    spec = KINDS[kind]
    wanted: Field | None = spec.by_name.get(name)
    if wanted is not None and wanted.filterable:
        return (lambda obj: obj.get(name)), ("uuid" if wanted.type == "sync" else wanted.type)
    if name == "sum" and spec.positions:
        return (lambda obj: document_totals(account, kind, obj)["sum"]), "float"
    if name in READ_ONLY:
        return (lambda obj: obj.get(name)), READ_ONLY[name]
    if name in ("owner", "group") and spec.owned:
        return (lambda obj: obj.get(name)), "ref"
    if name == "state.name" and spec.stated:
        return (lambda obj: (account.find(obj["state"]) or {}).get("name") if "state" in obj else None), "str"
    if name == "productid" and kind == "variant":
        return (lambda obj: obj["product"].id), "uuid"
    if name == "assortment" and spec.positions:
        return (lambda obj: Items(position["assortment"] for position in obj["positions"])), "ref"
    if name == "barcode" and "barcodes" in spec.by_name:
        return (
            lambda obj: Items(code for pair in obj.get("barcodes") or () for code in pair.values())
        ), "str"
    if name == "pathName" and kind in SHOWN:
        return (lambda obj: path_of(account, kind, obj)), "str"
    if name.startswith("http"):
        return attribute_getter(account, kind, name)
    raise ApiError(1034, name, parameter="filter")


def attribute_getter(account: Account, kind: str, href: str) -> tuple[Callable[[Obj], Any], str]:
    found = ATTRIBUTE.fullmatch(own_path(account, href, "filter"))
    definition = account.attributes[kind].get(found[2]) if found else None
    if definition is None:
        raise ApiError(1034, href, parameter="filter")
    id_ = definition["id"]

    def get(obj: Obj) -> Any:
        return next((item["value"] for item in obj.get("attributes", ()) if item["id"] == id_), None)

    types = {"long": "float", "double": "float", "boolean": "bool", "time": "minute", "customentity": "ref"}
    return get, types.get(definition["type"], "str")


class Items:
    """Several values of one object; equal to whatever one of them equals."""

    def __init__(self, values: Iterable[Any]) -> None:
        self._values = tuple(values)

    def __eq__(self, other: object) -> bool:
        return any(value == other for value in self._values)

    __hash__ = None  # type: ignore[assignment]

    def texts(self) -> list[str]:
        return [str(value) for value in self._values]


def texts(value: Any) -> list[str]:
    """What of a value a text operator compares: of several values each."""
    return value.texts() if isinstance(value, Items) else [str(value or "")]


def read(account: Account, type_: str, raw: str, name: str) -> Any:
    """The value of a condition in the field's type; None for an empty one. 1035, 1052."""
    if raw == "":
        return None
    if type_ == "ref":
        return ref_of_href(account, raw, "filter")
    if type_ == "uuid":
        if not UUID.fullmatch(raw.lower()):
            raise ApiError(1052, raw, parameter="filter")
        return raw.lower()
    try:
        if type_ == "minute":
            return moments.normal(raw)
        if type_ in ("float", "int"):
            return float(raw)
    except ValueError:
        raise ApiError(1035, name, parameter="filter") from None
    if type_ == "bool":
        return flags([("=", raw)], name).pop()
    return raw


def search(kind: str, text: str) -> Test:
    """`search=`: every word begins some word of the kind's main fields."""
    words = text.lower().split()

    def test(obj: Obj) -> bool:
        hay = " ".join(str(obj.get(name) or "") for name in KINDS[kind].search).lower().split()
        return all(any(piece.startswith(word) for piece in hay) for word in words)

    return test
