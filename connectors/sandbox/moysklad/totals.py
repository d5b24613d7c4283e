"""Sums a document shows but nobody writes: sum, vatSum, payedSum, shippedSum, reservedSum; all in kopecks."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from connectors.sandbox.moysklad.account import Account, Obj, Ref, is_binned


def whole(value: float) -> float:
    """Half a kopeck goes up, the way people round money."""
    return float(Decimal(repr(value)).quantize(Decimal(1), ROUND_HALF_UP))


def line_sum(account: Account, position: Obj) -> float:
    amount = float(position["price"] * position["quantity"] * (1 - position["discount"] / 100))
    return whole(amount) if account.options.round_line_sums else amount


def line_vat(position: Obj, amount: float, included: bool) -> float:
    vat = position["vat"] if position["vatEnabled"] else 0
    return amount * vat / (100 + vat) if included else amount * vat / 100


def document_totals(account: Account, kind: str, obj: Obj) -> Obj:
    """`sum` and `vatSum` from the positions, and what the linked documents add for orders and demands."""
    ref = Ref(kind, obj["id"])
    answer: Obj = {}
    if "positions" in obj:
        enabled, included = obj.get("vatEnabled", False), obj.get("vatIncluded", False)
        lines = [(position, line_sum(account, position)) for position in obj["positions"]]
        vat = (
            whole(sum(line_vat(position, amount, included) for position, amount in lines)) if enabled else 0.0
        )
        total = sum(amount for _, amount in lines)
        answer["sum"] = total if included or not enabled else total + vat
        if "vatEnabled" in obj:
            answer["vatSum"] = vat
    if kind in ("customerorder", "demand", "salesreturn"):
        answer["payedSum"] = payed_sum(account, ref)
    if kind == "customerorder":
        answer |= {
            "shippedSum": shipped_sum(account, ref),
            "invoicedSum": 0.0,
            "reservedSum": reserved_sum(account, obj),
        }
    return answer


def payed_sum(account: Account, ref: Ref) -> float:
    paid = 0.0
    for _, payment in account.linked(ref, "payments"):
        if payment["applicable"] and not is_binned(payment):
            paid += sum(item["linkedSum"] for item in payment.get("operations", ()) if item["ref"] == ref)
    return paid


def shipped_sum(account: Account, order: Ref) -> float:
    return sum(
        float(document_totals(account, "demand", demand)["sum"])
        for _, demand in account.linked(order, "demands")
        if demand["applicable"] and not is_binned(demand)
    )


def shipped_quantities(account: Account, order: Obj) -> dict[str, float]:
    """How much of each position the posted demands of the order shipped, by position id; the first position fills
    first."""
    left: dict[Ref, float] = {}
    for _, demand in account.linked(Ref("customerorder", order["id"]), "demands"):
        if demand["applicable"] and not is_binned(demand):
            for position in demand["positions"]:
                item = position["assortment"]
                left[item] = left.get(item, 0.0) + position["quantity"]
    shipped = {}
    for position in order["positions"]:
        taken = min(position["quantity"], left.get(position["assortment"], 0.0))
        left[position["assortment"]] = left.get(position["assortment"], 0.0) - taken
        shipped[position["id"]] = taken
    return shipped


def live_reserve(position: Obj, shipped: float) -> float:
    """What of a position's reserve still holds after a part was shipped."""
    return float(min(position.get("reserve", 0.0), max(0.0, position["quantity"] - shipped)))


def reserved_sum(account: Account, order: Obj) -> float:
    if not order["applicable"] or is_binned(order):
        return 0.0
    shipped = shipped_quantities(account, order)
    return sum(
        line_sum(account, position)
        * live_reserve(position, shipped[position["id"]])
        / float(position["quantity"])
        for position in order["positions"]
    )
