"""What a return may take back: goods of its demand, at the demand's price, no more than is left to return."""

from __future__ import annotations

from typing import NamedTuple

from connectors.sandbox.moysklad.account import Account, Obj, Ref, is_binned
from connectors.sandbox.moysklad.errors import field_error

EPSILON = 1e-9
SAME_AS_BASE = ("agent", "organization", "vatIncluded")


class Line(NamedTuple):
    """What makes two positions of a demand different goods for a return: the item and what it was sold for."""

    item: Ref
    price: float
    discount: float


def line_of(position: Obj) -> Line:
    return Line(position["assortment"], position["price"], position["discount"])


def returned(account: Account, demand: Obj, except_id: str = "") -> dict[Line, float]:
    """Quantities the other living returns of a demand take back."""
    taken: dict[Line, float] = {}
    for ref, other in account.linked(Ref("demand", demand["id"]), "returns"):
        if ref.id != except_id and not is_binned(other):
            for position in other["positions"]:
                taken[line_of(position)] = taken.get(line_of(position), 0.0) + position["quantity"]
    return taken


def left_to_return(account: Account, demand: Obj, except_id: str = "") -> dict[Line, float]:
    """What is in the demand and in no other return of it."""
    left: dict[Line, float] = {}
    for position in demand["positions"]:
        left[line_of(position)] = left.get(line_of(position), 0.0) + position["quantity"]
    for line, quantity in returned(account, demand, except_id).items():
        left[line] = left.get(line, 0.0) - quantity
    return left


def check_return(account: Account, obj: Obj) -> None:
    """The rules of a return with a basis. 3001, 3004, 3008, 17005. Without a basis anything may come back."""
    unsaid = [position.pop("unsaid", ()) for position in obj["positions"]]
    if "demand" not in obj:
        return
    demand = account.find(obj["demand"])
    if demand is None or is_binned(demand) or not demand["applicable"]:
        raise field_error(17005, "demand")
    for name in SAME_AS_BASE:
        if obj[name] != demand[name]:
            raise field_error(3004, name)
    if obj["rate"]["currency"] != demand["rate"]["currency"]:
        raise field_error(3004, "rate")
    left = left_to_return(account, demand, except_id=obj["id"])
    for position, names in zip(obj["positions"], unsaid, strict=True):
        take_from_demand(account, demand, position, names, left)


def take_from_demand(
    account: Account, demand: Obj, position: Obj, unsaid: tuple[str, ...], left: dict[Line, float]
) -> None:
    """Give a position what it was sold with and take its quantity from what is `left`. 3001, 3004, 3008."""
    base = [sold for sold in demand["positions"] if sold["assortment"] == position["assortment"]]
    if not base:
        raise field_error(3004, "positions")
    fixed = [name for name in ("price", "discount") if name not in unsaid]
    same = [sold for sold in base if all(sold[name] == position[name] for name in fixed)]
    if not same and account.options.return_price_change == "error":
        raise field_error(3001, "price")
    sold = most_left(same or base, left)
    position |= {name: sold[name] for name in ("price", "discount")}
    if "vat" in unsaid:
        position |= {name: sold[name] for name in ("vat", "vatEnabled")}
    left[line_of(sold)] -= position["quantity"]
    if left[line_of(sold)] < -EPSILON:
        raise field_error(3008, "quantity")


def most_left(lines: list[Obj], left: dict[Line, float]) -> Obj:
    return max(lines, key=lambda sold: left[line_of(sold)])
