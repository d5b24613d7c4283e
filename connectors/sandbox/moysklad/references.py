"""Metas out, references in: addresses of this account's own base, and what is wrong with any other."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.moysklad.account import API, Account, Obj, Ref, position_kind
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.kinds import KINDS

UI_HOST = "https://online.moysklad.ru/app/"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ENTITY = re.compile(rf"{API}/entity/([a-z]+)/({UUID.pattern})")
STATE = re.compile(rf"{API}/entity/([a-z]+)/metadata/states/({UUID.pattern})")
PRICE_TYPE = re.compile(rf"{API}/context/companysettings/pricetype/({UUID.pattern})")
ATTRIBUTE = re.compile(rf"{API}/entity/([a-z]+)/metadata/attributes/({UUID.pattern})")
DICTIONARY = re.compile(rf"{API}/context/companysettings/metadata/customEntities/({UUID.pattern})")
NESTED = re.compile(
    rf"{API}/entity/(?:(customentity)/{UUID.pattern}|[a-z]+/{UUID.pattern}/(account)s)/({UUID.pattern})"
)


def meta(account: Account, ref: Ref, suffix: str = "") -> dict[str, Any]:
    """The meta of an object; `suffix` is the query an expanded answer carries in its href."""
    base = account.base
    if ref.kind == "state":
        owner = account.state_kind(ref.id)
        return {
            "href": f"{base}/entity/{owner}/metadata/states/{ref.id}",
            "metadataHref": f"{base}/entity/{owner}/metadata",
            "type": "state",
            "mediaType": "application/json",
        }
    if ref.kind == "pricetype":
        href = f"{base}/context/companysettings/pricetype/{ref.id}"
        return {"href": href, "type": "pricetype", "mediaType": "application/json"}
    answer = {
        "href": f"{base}/entity/{ref.kind}/{ref.id}{suffix}",
        "metadataHref": f"{base}/entity/{ref.kind}/metadata",
        "type": ref.kind,
        "mediaType": "application/json",
    }
    if KINDS[ref.kind].nested:
        return nested_meta(account, ref, suffix)
    page = KINDS[ref.kind].ui
    if page:
        obj = account.objects[ref.kind].get(ref.id, {})
        answer["uuidHref"] = f"{UI_HOST}#{page}/edit?id={obj.get('ui_id', ref.id)}"
    return answer


def nested_meta(account: Account, ref: Ref, suffix: str) -> dict[str, Any]:
    """Of a bank account: below its owner. Of a dictionary's element: below the dictionary."""
    inside: Ref = account.objects[ref.kind][ref.id]["inside"]
    answer = {"type": ref.kind, "mediaType": "application/json"}
    if ref.kind == "customentity":
        href = f"{account.base}/entity/customentity/{inside.id}/{ref.id}{suffix}"
        return {"href": href, "metadataHref": dictionary_meta(account, inside.id)["href"]} | answer
    return {"href": f"{account.base}/entity/{inside.kind}/{inside.id}/accounts/{ref.id}{suffix}"} | answer


def dictionary_meta(account: Account, id_: str) -> dict[str, Any]:
    href = f"{account.base}/context/companysettings/metadata/customEntities/{id_}"
    return {"href": href, "type": "customentitymetadata", "mediaType": "application/json"}


def position_meta(account: Account, kind: str, document_id: str, position_id: str) -> dict[str, Any]:
    return {
        "href": f"{account.base}/entity/{kind}/{document_id}/positions/{position_id}",
        "metadataHref": f"{account.base}/entity/{kind}/metadata",
        "type": position_kind(kind),
        "mediaType": "application/json",
    }


def price_type(account: Account, ref: Ref) -> dict[str, Any]:
    """A price type as prices and the settings show it: whole, not as a meta alone."""
    return {"meta": meta(account, ref)} | account.price_types[ref.id]


def list_meta(account: Account, path: str, type_: str, size: int) -> dict[str, Any]:
    """The meta of a nested list that is not expanded: where it is and how many it holds."""
    return {
        "href": f"{account.base}{path}",
        "type": type_,
        "mediaType": "application/json",
        "size": size,
        "limit": 1000,
        "offset": 0,
    }


def own_path(account: Account, href: str, name: str) -> str:
    """The path of an href of this account; 1059 for any other host."""
    parts = urlsplit(href)
    if f"{parts.scheme}://{parts.netloc}" != account.origin:
        raise ApiError(1059, href, parameter=name)
    return parts.path


def ref_of_href(account: Account, href: str, name: str) -> Ref:
    """What an href points to, without asking whether it exists. 1059, 2014."""
    path = own_path(account, href, name)
    if found := ENTITY.fullmatch(path):
        return Ref(found[1], found[2])
    if found := NESTED.fullmatch(path):
        return Ref(found[1] or found[2], found[3])
    if found := STATE.fullmatch(path):
        return Ref("state", found[2])
    if found := PRICE_TYPE.fullmatch(path):
        return Ref("pricetype", found[1])
    raise field_error(2014, name)


def read_ref(account: Account, value: Any, name: str, kinds: tuple[str, ...]) -> Ref:
    """A `{"meta": {...}}` of a body to an existing object of one of `kinds`. 2010 to 2014, 2016, 2027, 1059, 1060."""
    if not isinstance(value, dict):
        raise field_error(2016, name, "объект")
    given = value.get("meta")
    if not isinstance(given, dict):
        raise field_error(2010, name)
    if not isinstance(given.get("href"), str):
        raise field_error(2011, name)
    if not isinstance(given.get("type"), str):
        raise field_error(2012, name)
    ref = ref_of_href(account, given["href"], name)
    if ref.kind != given["type"]:
        raise ApiError(1060, given["type"], parameter=name)
    if ref.kind not in kinds:
        raise field_error(2027, name)
    if account.find(ref) is None:
        ref = account.by_ui_id.get(ref.id, ref)
    if account.find(ref) is None:
        raise field_error(2013, name)
    return ref


def title(obj: Obj) -> str:
    return str(obj.get("name", ""))
