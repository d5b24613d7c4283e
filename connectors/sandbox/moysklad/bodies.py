"""From a body to checked values: types, lengths, references, nulls; all problems of one object in one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.moysklad import attributes, goods_bodies
from connectors.sandbox.moysklad.account import PAYMENTS, Account, Obj, Ref
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.fields import Field
from connectors.sandbox.moysklad.kinds import KINDS
from connectors.sandbox.moysklad.references import read_ref
from connectors.sandbox.moysklad.values import SCALARS, read_list, read_number, read_object, read_text

ADDRESS_LIMITS = {
    "postalCode": 6,
    "city": 255,
    "street": 255,
    "house": 30,
    "apartment": 30,
    "addInfo": 255,
    "comment": 255,
}
PAYABLE = {1: ("customerorder", "demand"), -1: ("salesreturn",)}
NEVER_WRITTEN = {
    "id",
    "accountId",
    "meta",
    "created",
    "updated",
    "deleted",
    "printed",
    "published",
    "positions",
}
ALSO_ACCEPTED = {"owner", "group", "shared", "files", "images"}


def read_fields(account: Account, kind: str, body: Obj) -> Obj:
    """The writable fields of a body as values to keep; None means "clear it". Raises every problem at once."""
    values: Obj = {}
    problems: list[ApiError] = []
    for name, raw in body.items():
        wanted = KINDS[kind].by_name.get(name)
        if wanted is None:
            if account.options.unknown_fields == "error" and name not in NEVER_WRITTEN | ALSO_ACCEPTED:
                problems.append(field_error(1007, name))
            continue
        try:
            values[name] = read_value(account, kind, wanted, raw)
        except ApiError as problem:
            problems.append(problem)
    if problems:
        raise ApiError.several(problems)
    return values


def require(kind: str, obj: Obj) -> None:
    """3000 for every required field that is missing or empty, all in one answer."""
    missing = [item.name for item in KINDS[kind].fields if item.required and obj.get(item.name) in (None, "")]
    if missing:
        raise ApiError.several([field_error(3000, name) for name in missing])


def read_value(account: Account, kind: str, wanted: Field, raw: Any) -> Any:
    if raw is None:
        return None
    if wanted.type == "ref":
        if kind == "salesreturn" and wanted.name == "demand":
            refuse_other_basis(raw)
        ref = read_ref(account, raw, wanted.name, wanted.kinds)
        if ref.kind == "state" and account.state_kind(ref.id) != kind:
            raise field_error(11002, wanted.name)
        return ref
    if wanted.type == "attributes":
        return attributes.read_values(account, kind, read_list(account, raw, wanted.name))
    if wanted.type == "operations":
        return read_operations(account, raw, wanted.name, PAYABLE[PAYMENTS[kind]])
    if wanted.type in COMPLEX:
        return COMPLEX[wanted.type](account, raw, wanted.name)
    return SCALARS[wanted.type](raw, wanted)


def refuse_other_basis(raw: Any) -> None:
    """17006 for a return whose basis is named as a document of another type."""
    given = raw.get("meta") if isinstance(raw, dict) else None
    if isinstance(given, dict) and given.get("type") in set(KINDS) - {"demand"}:
        raise field_error(17006, "demand")


def read_tags(account: Account, raw: Any, name: str) -> list[str]:
    return [str(tag).lower() for tag in read_list(account, raw, name)]


def read_part(raw: Any, name: str, limit: int) -> str:
    """3008 for a part of an address over its limit."""
    text = read_text(raw, Field(name, limit=max(limit, len(str(raw)))))
    if len(text) > limit:
        raise field_error(3008, name)
    return text


def read_address(account: Account, raw: Any, name: str) -> Obj:
    given = read_object(account, raw, name)
    answer: Obj = {}
    for part, value in given.items():
        if part in ("country", "region"):
            answer[part] = None if value is None else read_ref(account, value, f"{name}.{part}", (part,))
        elif part in ADDRESS_LIMITS and value is not None:
            answer[part] = read_part(value, f"{name}.{part}", ADDRESS_LIMITS[part])
    return answer


def read_rate(account: Account, raw: Any, name: str) -> Obj:
    given = read_object(account, raw, name)
    currency = read_ref(account, given.get("currency"), f"{name}.currency", ("currency",))
    value = own_rate(account, currency)
    if given.get("value") is not None:
        value = read_number(given["value"], Field(f"{name}.value"))
    if value <= 0:
        raise field_error(3003, f"{name}.value")
    answer: Obj = {"currency": currency}
    return answer if value == 1.0 else answer | {"value": value}


def own_rate(account: Account, currency: Ref) -> float:
    """What a unit of a currency costs in the account's, as its card says."""
    card = account.find(currency) or {}
    rate, multiplicity = float(card.get("rate") or 1.0), float(card.get("multiplicity") or 1)
    return multiplicity / rate if card.get("indirect") else rate / multiplicity


def read_operations(account: Account, raw: Any, name: str, payable: tuple[str, ...]) -> list[Obj]:
    """What a payment pays, replaced as a whole. 22001 for a document linked twice, 3010 for one in the bin."""
    answer: list[Obj] = []
    for given in read_list(account, raw, name):
        ref = read_ref(account, given, name, payable)
        if any(item["ref"] == ref for item in answer):
            raise field_error(22001, name)
        target = account.find(ref)
        if target and "deleted" in target:
            raise field_error(3010, name)
        linked = read_number(given.get("linkedSum") or 0.0, Field("linkedSum"))
        if linked < 0:
            raise field_error(3002, "linkedSum")
        answer.append({"ref": ref, "linkedSum": linked})
    return answer


def address_text(account: Account, address: Obj) -> str:
    """The one-line form MoySklad derives from the full address."""
    order = ("postalCode", "country", "region", "city", "street", "house", "apartment", "addInfo")
    parts = []
    for name in order:
        value = address.get(name)
        if isinstance(value, Ref):
            value = (account.find(value) or {}).get("name")
        if value:
            parts.append(str(value))
    return ", ".join(parts)[: ADDRESS_LIMITS["addInfo"]]


COMPLEX: dict[str, Callable[[Account, Any, str], Any]] = {
    "tags": read_tags,
    "address": read_address,
    "rate": read_rate,
    "barcodes": goods_bodies.read_barcodes,
    "sale_prices": goods_bodies.read_sale_prices,
    "price": goods_bodies.read_price,
    "characteristics": goods_bodies.read_characteristics,
    "components": goods_bodies.read_components,
    "images": goods_bodies.read_images,
}
