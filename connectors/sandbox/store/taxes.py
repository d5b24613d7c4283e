"""Tax rates and what they make of a line: none, one or several, whole or fractional, compound, zero.

Each tax is rounded per line, or, with `round_at_subtotal`, only where the order adds them up.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from connectors.sandbox.store import money
from connectors.sandbox.store.shop import Obj, Shop

Taxes = dict[int, Decimal]


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
    taxes = settled(order, inside(entered, rates_for(order, line)), ROUND_HALF_DOWN)
    store(line, name, entered - sum(taxes.values()), taxes)


def set_net(order: Obj, line: Obj, name: str, net: Decimal) -> None:
    """As REST gives amounts: net, with the taxes on top."""
    store(line, name, net, settled(order, on_top(net, rates_for(order, line)), ROUND_HALF_UP))


def entered(order: Obj, line: Obj, name: str) -> Decimal:
    """The amount back as the shop enters prices."""
    found: Decimal = line[name] + (line[f"{name}_tax"] if order["prices_include_tax"] else 0)
    return found


def settled(order: Obj, taxes: Taxes, mode: str) -> Taxes:
    if order["round_at_subtotal"]:
        return taxes
    return {id_: money.rounded(tax, order["decimals"], mode) for id_, tax in taxes.items()}


def store(line: Obj, name: str, net: Decimal, taxes: Taxes) -> None:
    line[name], line[f"{name}_tax"] = net, sum(taxes.values(), money.ZERO)
    line["taxes"][name] = taxes
