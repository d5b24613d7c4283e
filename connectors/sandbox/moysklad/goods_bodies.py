"""The composed values of goods in a body: prices, barcodes, characteristics, components, images."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from connectors.sandbox.moysklad import moments
from connectors.sandbox.moysklad.account import Account, Obj, Ref
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.fields import Field
from connectors.sandbox.moysklad.kinds import ITEMS
from connectors.sandbox.moysklad.references import read_ref
from connectors.sandbox.moysklad.values import read_list, read_number, read_object, read_text

BARCODE_KINDS = ("ean13", "ean8", "code128", "gtin", "upc")
GTIN_LENGTHS = (8, 12, 13, 14)
MAX_COMPONENTS = 50
MAX_IMAGES = 10


def read_price(account: Account, raw: Any, name: str) -> Obj:
    """`{value, currency}`; without a currency it is the account's. 3002 below zero."""
    given = read_object(account, raw, name)
    value = read_number(given.get("value", 0.0), Field(f"{name}.value"))
    if value < 0:
        raise field_error(3002, f"{name}.value")
    currency = account.defaults["currency"]
    if given.get("currency") is not None:
        currency = read_ref(account, given["currency"], f"{name}.currency", ("currency",))
    return {"value": value, "currency": currency}


def read_sale_prices(account: Account, raw: Any, name: str) -> list[Obj]:
    """`[{value, currency, priceType}]`, one for each price type that is named."""
    answer = []
    for given in read_list(account, raw, name):
        price = read_price(account, given, name)
        if given.get("priceType") is None:
            raise field_error(3000, f"{name}.priceType")
        answer.append(price | {"priceType": read_ref(account, given["priceType"], name, ("pricetype",))})
    return answer


def merge_prices(old: list[Obj], new: list[Obj]) -> list[Obj]:
    """Prices of types that an update does not name stay as they are."""
    merged = {price["priceType"]: price for price in old} | {price["priceType"]: price for price in new}
    return list(merged.values())


def read_barcodes(account: Account, raw: Any, name: str) -> list[Obj] | None:
    """`[{"ean13": "…"}, …]` as the whole set, empty values left out. 3005 unknown kind, 3011 too long, 3014 no GTIN."""
    answer = []
    for given in read_list(account, raw, name):
        for kind, value in read_object(account, given, name).items():
            if kind not in BARCODE_KINDS:
                raise field_error(3005, name)
            if not value:
                continue
            text = read_text(value, Field(name, limit=max(255, len(str(value)))))
            if len(text) > 255:
                raise field_error(3011, name)
            if kind == "gtin" and not is_gtin(text):
                raise field_error(3014, name)
            answer.append({kind: text})
    return answer or None


def is_gtin(text: str) -> bool:
    """GS1: 8, 12, 13 or 14 digits, the last of them the check digit."""
    if not text.isdecimal() or len(text) not in GTIN_LENGTHS:
        return False
    *body, check = (int(digit) for digit in text)
    total = sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return -total % 10 == check


def read_characteristics(account: Account, raw: Any, name: str) -> list[Obj]:
    """`[{id or name, value}]`, all of a variant's. A name nobody used makes a new one. 3000, 2013, 15004."""
    answer: list[Obj] = []
    for given in read_list(account, raw, name):
        known = find_characteristic(account, read_object(account, given, name), name)
        if not given.get("value"):
            raise field_error(3000, f"{name}.value")
        if any(item["id"] == known["id"] for item in answer):
            raise field_error(15004, name)
        answer.append({"id": known["id"], "name": known["name"], "value": str(given["value"])})
    return answer


def find_characteristic(account: Account, given: Obj, name: str) -> Obj:
    if given.get("id"):
        if given["id"] not in account.characteristics:
            raise field_error(2013, name)
        return account.characteristics[given["id"]]
    if not given.get("name"):
        raise field_error(3000, f"{name}.name")
    return named_characteristic(account, str(given["name"]))


def named_characteristic(account: Account, name: str) -> Obj:
    """The characteristic of this name, made when there is none."""
    for known in account.characteristics.values():
        if known["name"] == name:
            return known
    made: Obj = {"id": account.new_id(), "name": name, "type": "string", "required": False}
    account.characteristics[made["id"]] = made
    return made


def read_components(account: Account, raw: Any, name: str) -> list[Obj]:
    """1 to 50 parts of a bundle, none twice (29000, 29002), none a bundle itself (29003)."""
    rows = raw.get("rows", []) if isinstance(raw, dict) else read_list(account, raw, name)
    if not 1 <= len(rows) <= MAX_COMPONENTS:
        raise field_error(29000, name)
    answer: list[Obj] = []
    for row in rows:
        item = read_ref(account, read_object(account, row, name).get("assortment"), name, ITEMS)
        if item.kind == "bundle":
            raise field_error(29003, name)
        if any(part["assortment"] == item for part in answer):
            raise field_error(29002, name)
        quantity = read_number(row.get("quantity"), Field(f"{name}.quantity"))
        if quantity <= 0:
            raise field_error(3003, f"{name}.quantity")
        id_ = row.get("id") or account.new_id()
        answer.append({"id": id_, "assortment": item, "quantity": quantity})
    return answer


def read_images(account: Account, raw: Any, name: str) -> list[Obj] | None:
    """`[{filename, content}]` as the whole set, content in Base64; only what is shown of it is kept. 51001, 51002,
    51005, 51006."""
    if len(read_list(account, raw, name)) > MAX_IMAGES:
        raise field_error(51006, name)
    return [read_image(account, given, name) for given in raw] or None


def read_image(account: Account, raw: Any, name: str) -> Obj:
    given = read_object(account, raw, name)
    if not given.get("filename"):
        raise field_error(51005, name)
    if not given.get("content"):
        raise field_error(51001, name)
    try:
        content = base64.b64decode(given["content"], validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise ApiError(51002, parameter=name) from None
    return {
        "id": account.new_id(),
        "title": str(given["filename"]).rpartition(".")[0] or str(given["filename"]),
        "filename": str(given["filename"]),
        "size": len(content),
        "updated": moments.now(),
    }


def component_set(components: list[Obj]) -> set[tuple[Ref, float]]:
    return {(part["assortment"], part["quantity"]) for part in components}
