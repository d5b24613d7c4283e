"""Edits of an order's lines: amounts do not follow a quantity, a quantity of 0 or a null name removes a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.store import money, stock
from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.order_lines import (
    LINE_KINDS,
    fee_line,
    find_line,
    pieces,
    read_goods,
    shipping_line,
)
from connectors.sandbox.store.shop import Obj, Shop, set_meta
from connectors.sandbox.store.taxes import set_net

NAMES = {"line_items": "product_id", "shipping_lines": "method_id", "fee_lines": "name"}


def read_lines(shop: Shop, order: Obj, body: Obj) -> None:
    """`line_items`, `shipping_lines`, `fee_lines`: with an id an edit, without one a new line. An unknown id leaves all
    as it was."""
    for kind in LINE_KINDS:
        for given in body.get(kind) or ():
            known_line(order, kind, given)
    edits: dict[str, Callable[[Obj, Obj], None]] = {
        "line_items": lambda line, given: edit_goods(shop, order, line, given),
        "shipping_lines": lambda line, given: edit_plain(
            order, line, given, ("method_title", "method_id", "instance_id")
        ),
        "fee_lines": lambda line, given: edit_plain(order, line, given, ("name",)),
    }
    for kind in LINE_KINDS:
        for given in body.get(kind) or ():
            line = known_line(order, kind, given) or added(shop, order, kind, given)
            if "id" in given:
                edits[kind](line, given)
            read_meta(shop, line, given)
            if "id" in given and is_removed(kind, given):
                order[kind].remove(line)


def known_line(order: Obj, kind: str, given: Obj) -> Obj | None:
    if "id" not in given:
        return None
    line = find_line(order[kind], given["id"])
    if line is None:
        message = "Order item ID provided is not associated with order."
        raise RestError(400, "woocommerce_rest_invalid_item_id", message)
    return line


def is_removed(kind: str, given: Obj) -> bool:
    nothing = kind == "line_items" and "quantity" in given and money.amount(given["quantity"]) == 0
    return nothing or given.get(NAMES[kind], "") is None


def added(shop: Shop, order: Obj, kind: str, given: Obj) -> Obj:
    make = {"line_items": read_goods, "shipping_lines": new_shipping, "fee_lines": fee_line}[kind]
    line = make(shop, order, given)
    order[kind].append(line)
    if kind == "line_items" and order["stock_taken"]:
        stock.move(shop, order, line, line["quantity"])
    return line


def new_shipping(shop: Shop, order: Obj, given: Obj) -> Obj:
    return shipping_line(shop, order, given, method_id="")


def edit_goods(shop: Shop, order: Obj, line: Obj, given: Obj) -> None:
    gone = is_removed("line_items", given)
    quantity = money.ZERO if gone else pieces(shop, given.get("quantity", line["quantity"]))
    if order["stock_taken"]:
        stock.move(shop, order, line, quantity - line["quantity"])
    line["quantity"] = quantity
    edit_plain(order, line, given, ("name",))


def edit_plain(order: Obj, line: Obj, given: Obj, names: tuple[str, ...]) -> None:
    line |= {name: str(given[name]) for name in names if given.get(name) is not None}
    for name in ("subtotal", "total"):
        if name in given and name in line:
            set_net(order, line, name, money.amount(given[name]))


def read_meta(shop: Shop, owner: Obj, given: Obj, key: str = "meta") -> None:
    for item in given.get("meta_data") or ():
        set_meta(shop, owner[key], str(item["key"]), item.get("value"))


def line_meta(shop: Shop, given: Any) -> list[Obj]:
    """Meta of a line placed by the control API: {key: value}, or a list of {key, value, display_key, display_value}."""
    rows = given if isinstance(given, list) else [{"key": k, "value": v} for k, v in (given or {}).items()]
    return [
        shop.meta(row["key"], row["value"])
        | {
            "label": row.get("display_key", row["key"]),
            "shown": row.get("display_value", row["value"]),
        }
        for row in rows
    ]
