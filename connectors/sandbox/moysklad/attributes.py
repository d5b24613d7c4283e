"""Extra fields: their definitions, the dictionaries some of them choose from, and the values in bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.moysklad import moments
from connectors.sandbox.moysklad.account import SHARED_ATTRIBUTES, Account, Obj, Ref
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.references import ATTRIBUTE, DICTIONARY, dictionary_meta, own_path, read_ref

STRING_LIMIT = 255
TEXT_LIMIT = 4096


def define(account: Account, kind: str, body: Any) -> Obj:
    """A new extra field of a kind: name, type, required; for customentity the dictionary. 3000, 3005, 2013."""
    if not body.get("name"):
        raise field_error(3000, "name")
    if body.get("type") not in READERS:
        raise field_error(3005, "type")
    attribute: Obj = {
        "id": account.new_id(),
        "name": body["name"],
        "type": body["type"],
        "required": bool(body.get("required", False)),
        "show": bool(body.get("show", True)),
    }
    if body.get("description"):
        attribute["description"] = str(body["description"])
    if attribute["type"] == "customentity":
        attribute["dictionary"] = dictionary_of(account, body.get("customEntityMeta"))
    account.attributes[kind][attribute["id"]] = attribute
    return attribute


def dictionary_of(account: Account, given: Any) -> str:
    """The id of the dictionary a customEntityMeta names."""
    if not isinstance(given, dict):
        raise field_error(3000, "customEntityMeta")
    found = DICTIONARY.fullmatch(own_path(account, str(given.get("href", "")), "customEntityMeta"))
    if found is None or found[1] not in account.dictionaries:
        raise field_error(2013, "customEntityMeta")
    return found[1]


def add_dictionary(account: Account, name: str) -> Obj:
    dictionary: Obj = {"id": account.new_id(), "name": name, "createShared": False}
    account.dictionaries[dictionary["id"]] = dictionary
    return dictionary


def shown(account: Account, kind: str, attribute: Obj) -> Obj:
    """The definition as the API shows it."""
    answer = {"meta": attribute_meta(account, kind, attribute["id"])}
    answer |= {name: value for name, value in attribute.items() if name != "dictionary"}
    if "dictionary" in attribute:
        answer["customEntityMeta"] = dictionary_meta(account, attribute["dictionary"])
    return answer


def owner(kind: str) -> str:
    """The kind whose metadata define the extra fields of `kind`."""
    return "product" if kind in SHARED_ATTRIBUTES else kind


def attribute_meta(account: Account, kind: str, id_: str) -> Obj:
    href = f"{account.base}/entity/{owner(kind)}/metadata/attributes/{id_}"
    return {"href": href, "type": "attributemetadata", "mediaType": "application/json"}


def read_values(account: Account, kind: str, raw: list[Any]) -> list[Obj]:
    """`[{"meta", "value"}]` to values to keep; None clears. 14000 unknown field, 14001 a value of another type."""
    answer = []
    for given in raw:
        if not isinstance(given, dict):
            raise field_error(2016, "attributes", "объект")
        href = str((given.get("meta") or {}).get("href", ""))
        found = ATTRIBUTE.fullmatch(own_path(account, href, "attributes"))
        definition = account.attributes[kind].get(found[2]) if found and found[1] == owner(kind) else None
        if definition is None:
            raise field_error(14000, "attributes")
        answer.append({"id": definition["id"], "value": read_one(account, definition, given.get("value"))})
    return answer


def read_one(account: Account, definition: Obj, value: Any) -> Any:
    if value is None or value == "":
        if definition["required"]:
            raise field_error(3000, definition["name"])
        return None
    try:
        return READERS[definition["type"]](account, definition, value)
    except (ValueError, TypeError):
        raise ApiError(14001, definition["name"], parameter="attributes") from None


def read_string(_account: Account, _definition: Obj, value: Any) -> str:
    return text(value, STRING_LIMIT)


def read_text(_account: Account, _definition: Obj, value: Any) -> str:
    return text(value, TEXT_LIMIT)


def text(value: Any, limit: int) -> str:
    if not isinstance(value, str):
        raise TypeError
    if len(value) > limit:
        raise field_error(3040, "attributes")
    return value


def read_long(_account: Account, _definition: Obj, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


def read_double(_account: Account, _definition: Obj, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def read_boolean(_account: Account, _definition: Obj, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def read_time(_account: Account, _definition: Obj, value: Any) -> str:
    return moments.whole_minute(text(value, STRING_LIMIT))


def read_element(account: Account, definition: Obj, value: Any) -> Ref:
    """An element of the field's dictionary; of another one it is a value of another type."""
    ref = read_ref(account, value, "attributes", ("customentity",))
    if (account.find(ref) or {})["inside"].id != definition["dictionary"]:
        raise ValueError
    return ref


READERS: dict[str, Callable[[Account, Obj, Any], Any]] = {
    "string": read_string,
    "text": read_text,
    "long": read_long,
    "double": read_double,
    "boolean": read_boolean,
    "time": read_time,
    "link": read_string,
    "customentity": read_element,
}
"""The types of extra fields the stand-in knows, and how a value of each is read."""


def merge(old: list[Obj], new: list[Obj]) -> list[Obj]:
    """An update names only the extra fields it changes; a null value clears one."""
    merged = {item["id"]: item for item in old} | {item["id"]: item for item in new}
    return [item for item in merged.values() if item["value"] is not None]


def require(account: Account, kind: str, obj: Obj) -> None:
    """3000 for every required extra field without a value, named as in the account, all in one answer."""
    present = {item["id"] for item in obj.get("attributes", ())}
    missing = [
        definition["name"]
        for definition in account.attributes[kind].values()
        if definition["required"] and definition["id"] not in present
    ]
    if missing:
        raise ApiError.several([field_error(3000, name) for name in missing])
