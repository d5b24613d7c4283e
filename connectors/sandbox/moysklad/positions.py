"""Positions of a document: read from either form, replaced as a whole set, or one by one through their own address."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.moysklad.account import Account, Caller, Obj, Ref
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.fields import Field
from connectors.sandbox.moysklad.kinds import ITEMS
from connectors.sandbox.moysklad.references import read_ref
from connectors.sandbox.moysklad.totals import whole
from connectors.sandbox.moysklad.values import read_bool, read_int, read_number

SMALLEST_QUANTITY = 0.00005
MAX_POSITIONS = 1000


def read_positions(account: Account, caller: Caller, kind: str, raw: Any, old: list[Obj]) -> list[Obj] | None:
    """The new set: missing ones are gone, ones with `id` updated, others added. None when the body has no rows.

    Takes the documented array and the `{"rows": [...]}` of the vendor's SDKs.
    """
    rows = raw.get("rows") if isinstance(raw, dict) else raw
    if rows is None:
        return None
    if not isinstance(rows, list):
        raise field_error(2009, "positions")
    if len(rows) > MAX_POSITIONS:
        raise field_error(2022, "positions")
    known = {position["id"]: position for position in old}
    seen: set[str] = set()
    answer = []
    for row in rows:
        before = known.get(str(row.get("id"))) if isinstance(row, dict) else None
        position = read_position(account, caller, kind, row, before)
        if position["id"] in seen:
            raise field_error(3013, "positions")
        seen.add(position["id"])
        answer.append(position)
    return answer


def read_position(account: Account, caller: Caller, kind: str, row: Any, old: Obj | None) -> Obj:
    """One checked position; what an update does not name stays. 3000, 3002, 3003, 17003, 17007, 17008, 17018, 17021."""
    if not isinstance(row, dict):
        raise field_error(2016, "positions", "объект")
    position: Obj = dict(
        old or {"id": account.new_id(), "price": 0.0, "discount": 0.0, "vat": 0, "vatEnabled": False}
    )
    if kind == "salesreturn":
        read_return_part(position, row, old)
    for name in ("quantity", "price", "discount", "reserve"):
        if row.get(name) is not None:
            position[name] = read_number(row[name], Field(name))
    if row.get("assortment") is not None:
        position["assortment"] = read_ref(account, row["assortment"], "assortment", ITEMS)
    for name in ("quantity", "assortment"):
        if position.get(name) is None:
            raise field_error(3000, name)
    read_vat(position, row)
    if account.options.round_prices and not caller.precise:
        position["price"] = whole(position["price"])
    if account.options.check_min_price:
        raise_to_minimum(account, position)
    check_position(kind, position)
    return position


def read_return_part(position: Obj, row: Obj, old: Obj | None) -> None:
    """The cost of goods that come back without a basis, and what a return leaves to its demand to say."""
    if row.get("cost") is not None:
        position["cost"] = read_int(row["cost"], Field("cost"))
    if old is None:
        position["unsaid"] = tuple(name for name in ("price", "discount", "vat") if row.get(name) is None)


def read_vat(position: Obj, row: Obj) -> None:
    if row.get("vatEnabled") is not None:
        position["vatEnabled"] = read_bool(row["vatEnabled"], Field("vatEnabled"))
    if row.get("vat") is not None:
        position["vat"] = read_int(row["vat"], Field("vat"))
        if row.get("vatEnabled") is None and position["vat"] > 0:
            position["vatEnabled"] = True
    elif row.get("vatEnabled") is True and "vat" not in row:
        raise field_error(17021, "vatEnabled")


def check_position(kind: str, position: Obj) -> None:
    item: Ref = position["assortment"]
    if position["quantity"] < SMALLEST_QUANTITY:
        raise field_error(3003, "quantity")
    if position["price"] < 0:
        raise field_error(3002, "price")
    if position["discount"] > 100:
        raise field_error(17008, "discount")
    if not 0 <= position["vat"] <= 100:
        raise field_error(17007, "vat")
    if item.kind == "bundle" and position["quantity"] % 1:
        raise field_error(17018, "quantity")
    if kind != "customerorder" or item.kind in ("service", "bundle"):
        position.pop("reserve", None)  # only goods of an order can be reserved
        return
    reserve = position.setdefault("reserve", 0.0)
    if reserve < 0:
        raise field_error(3002, "reserve")
    if reserve > position["quantity"]:
        raise field_error(17003, "reserve")


def raise_to_minimum(account: Account, position: Obj) -> None:
    """With checkMinPrice on MoySklad lifts the price to the card's minimum, silently."""
    card = account.find(position["assortment"]) or {}
    minimum = (card.get("minPrice") or {}).get("value", 0.0)
    position["price"] = max(position["price"], float(minimum))


def find_position(kind: str, obj: Obj, position_id: str) -> Obj:
    for position in obj["positions"]:
        if position["id"] == position_id:
            return dict(position)
    raise ApiError(1021, f"{kind}position", position_id)
