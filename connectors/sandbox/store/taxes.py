"""Tax rates and what they make of a line: none, one or several, whole or fractional, compound, zero.

`taxes` of a line hold each tax to PRECISION digits more than the shop shows; its sum of taxes is of rounded ones, or,
with `round_at_subtotal`, they are rounded only where the order adds them up.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from connectors.sandbox.store import money
from connectors.sandbox.store.shop import Obj, Shop

Taxes = dict[int, Decimal]
PRECISION = 4


def shop_rates(shop: Shop) -> list[Obj]:
    """What the shop has in its tax table: `tax_rates`, or one rate of `tax_percent`."""
    given = shop.options.tax_rates
    if not given and shop.options.tax_percent:
        given = [{"percent": shop.options.tax_percent}]
    return [rate(place, row) for place, row in enumerate(given, start=1)]


def rate(place: int, given: dict[str, Any]) -> Obj:
    """`percent`; if wanted `name`, `compound`, `shipping` (taxes shipping too), `class` ("" is the standard one)."""
    name = str(given.get("name", "НДС"))
    return {
        "id": int(given.get("id", place)),
        "code": f"RU-{name.upper()}-{place}",
        "name": name,
        "percent": money.amount(given["percent"]),
        "compound": bool(given.get("compound", False)),
        "shipping": bool(given.get("shipping", True)),
        "class": str(given.get("class", "")),
        "priority": place,
    }


def rates_for(order: Obj, line: Obj) -> list[Obj]:
    """The rates of the line's tax class, compound ones last; no taxes without a rate or with tax_status none."""
    if line["tax_status"] == "none":
        return []
    shipping = "method_id" in line
    found = [
        rate
        for rate in order["rates"]
        if rate["class"] == line["tax_class"] and (rate["shipping"] or not shipping)
    ]
    return sorted(found, key=lambda rate: rate["compound"])


def on_top(net: Decimal, rates: Iterable[Obj]) -> Taxes:
    """Exact taxes of a net amount; a compound rate also taxes the taxes before it."""
    found: Taxes = {}
    for rate in rates:
        base = net + sum(found.values()) if rate["compound"] else net
        found[rate["id"]] = base * rate["percent"] / 100
    return found


def inside(gross: Decimal, rates: list[Obj]) -> Taxes:
    """Exact taxes within a gross amount."""
    whole = 1 + sum(on_top(Decimal(1), rates).values())
    return {id_: gross * part / whole for id_, part in on_top(Decimal(1), rates).items()}


def set_entered(order: Obj, line: Obj, name: str, entered: Decimal) -> None:
    """`subtotal` or `total` of a line as the shop enters prices: with tax, or without it."""
    if not order["prices_include_tax"]:
        set_net(order, line, name, entered)
        return
    taxes = precise(order, inside(entered, rates_for(order, line)))
    store(order, line, name, entered - sum(taxes.values()), taxes)


def set_net(order: Obj, line: Obj, name: str, net: Decimal) -> None:
    """As REST gives amounts: net, with the taxes on top."""
    store(order, line, name, net, precise(order, on_top(net, rates_for(order, line))))


def entered(order: Obj, line: Obj, name: str) -> Decimal:
    """The amount back as the shop enters prices."""
    taxes = sum(line["taxes"][name].values(), money.ZERO) if order["prices_include_tax"] else money.ZERO
    found: Decimal = line[name] + taxes
    return found


def precise(order: Obj, taxes: Taxes) -> Taxes:
    return {id_: money.rounded(tax, order["decimals"] + PRECISION) for id_, tax in taxes.items()}


def rounded_tax(order: Obj, tax: Decimal) -> Decimal:
    """Half a unit goes down where prices include tax, so that net and tax still are the price; else up."""
    mode = ROUND_HALF_DOWN if order["prices_include_tax"] else ROUND_HALF_UP
    return money.rounded(tax, order["decimals"], mode)


def settled(order: Obj, taxes: Taxes) -> Taxes:
    """As they count for a line: rounded one by one, if the shop rounds per line."""
    if order["round_at_subtotal"]:
        return taxes
    return {id_: rounded_tax(order, tax) for id_, tax in taxes.items()}


def store(order: Obj, line: Obj, name: str, net: Decimal, taxes: Taxes) -> None:
    line[name], line[f"{name}_tax"] = net, sum(settled(order, taxes).values(), money.ZERO)
    line["taxes"][name] = taxes
