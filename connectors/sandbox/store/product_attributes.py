"""Attributes of products and variations: `pa_size` is one of the shop, any other belongs to its product."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from connectors.sandbox.store.shop import Obj

SHOP_ATTRIBUTES = {1: ("Размер", "pa_size")}


def slug(text: str) -> str:
    """WordPress keeps Cyrillic slugs percent-encoded in lower case."""
    words = "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
    return quote("-".join(words)).lower()


def of_product(place: int, row: Obj) -> Obj:
    """`{"id"? , "name"?, "options", "variation"?, "visible"?}` as the product keeps it."""
    id_ = int(row.get("id") or 0)
    name, key = SHOP_ATTRIBUTES.get(id_, (str(row.get("name", "")), str(row.get("name", ""))))
    return {
        "id": id_,
        "name": name,
        "slug": key,
        "position": int(row.get("position", place)),
        "visible": bool(row.get("visible", False)),
        "variation": bool(row.get("variation", False)),
        "options": [str(option) for option in row.get("options") or ()],
    }


def of_variation(of_parent: Iterable[Obj], rows: Iterable[Obj]) -> list[Obj]:
    """Those of the rows the parent has for variations; one without an option stands for any and is left out."""
    kept = []
    for row in rows:
        wanted = (int(row.get("id") or 0), str(row.get("name", "")).lower())
        known = next((one for one in of_parent if one["variation"] and same(one, *wanted)), None)
        if known is not None and row.get("option"):
            kept.append(chosen(known, str(row["option"])))
    return kept


def same(attribute: Obj, id_: int, name: str) -> bool:
    return bool(attribute["id"] == id_ if id_ else attribute["name"].lower() == name)


def chosen(attribute: Obj, option: str) -> dict[str, Any]:
    """One option: of the shop's attribute the line of an order keeps the slug, of a product's own the words."""
    own = not attribute["id"]
    return {
        "id": attribute["id"],
        "name": attribute["name"],
        "slug": slug(attribute["name"]) if own else attribute["slug"],
        "option": option,
        "key": attribute["name"].lower() if own else attribute["slug"],
        "value": option if own else slug(option),
    }
