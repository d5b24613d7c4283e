"""What the lines of an order, or of a refund, add up to."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.store import money
from connectors.sandbox.store.shop import Obj
from connectors.sandbox.store.taxes import Taxes, rounded_tax, settled


def totals(order: Obj) -> dict[str, Decimal]:
    """Sums in the order's decimals; the total is the sum of its rounded parts. The discount is what goods lost between
    subtotal and total."""
    if order.get("waiting_totals"):
        return dict(order["waiting_totals"])
    goods, shipping, fees = order["line_items"], order["shipping_lines"], order["fee_lines"]
    cart_tax, shipping_tax = (sum(taxes.values(), money.ZERO) for taxes in tax_sums(order))
    found = {
        "discount_total": add(order, goods, "subtotal") - add(order, goods, "total"),
        "discount_tax": rounded_tax(order, all_taxes(goods, "subtotal") - all_taxes(goods, "total")),
        "shipping_total": add(order, shipping, "total"),
        "shipping_tax": shipping_tax,
        "cart_tax": cart_tax,
        "total_tax": cart_tax + shipping_tax,
    }
    net = add(order, goods, "total") + found["shipping_total"] + add(order, fees, "total")
    return found | {"total": net + found["total_tax"]}


def add(order: Obj, lines: list[Obj], name: str) -> Decimal:
    """Of amounts as they are shown, unless the shop rounds only its sums."""
    digits = order["decimals"]
    each = [line[name] if order["round_at_subtotal"] else money.rounded(line[name], digits) for line in lines]
    return money.rounded(sum(each, money.ZERO), digits)


def all_taxes(lines: list[Obj], name: str) -> Decimal:
    return sum((tax for line in lines for tax in line["taxes"][name].values()), money.ZERO)


def tax_sums(order: Obj) -> tuple[Taxes, Taxes]:
    """Taxes by rate: of goods and fees, and of shipping."""
    cart = by_rate(order, order["line_items"] + order["fee_lines"])
    return cart, by_rate(order, order["shipping_lines"])


def by_rate(order: Obj, lines: list[Obj]) -> Taxes:
    found: Taxes = {}
    for line in lines:
        for rate_id, tax in settled(order, line["taxes"]["total"]).items():
            found[rate_id] = found.get(rate_id, money.ZERO) + tax
    return {rate_id: rounded_tax(order, tax) for rate_id, tax in found.items()}
