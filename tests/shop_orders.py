"""Orders as a WooCommerce shop makes them: carts, coupons, taxes and fees counted the shop's way, shown as its REST.

A shop counts unrounded net amounts, rounds taxes by line or only in the sum, and shows every figure rounded by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

# Rate id → percent, and whether it is taken on top of the other taxes.
RATES = {
    1: ("20", False),
    2: ("10", False),
    3: ("0", False),
    4: ("5", False),
    5: ("9.975", False),
    6: ("8.5", False),
    7: ("7", True),
}
# Tax class → its rates. The first ones can be stated in a document.
STATABLE = ("standard", "reduced", "zero", "none")
CLASSES = {
    "standard": (1,),
    "reduced": (2,),
    "zero": (3,),
    "none": (),
    "two": (4, 5),
    "fraction": (6,),
    "compound": (4, 7),
}
# Currency and the decimals the shop counts in.
MONEY = [("RUB", 2), ("RUB", 2), ("RUB", 2), ("USD", 2), ("JPY", 0), ("KWD", 3), ("RUB", 4)]


@dataclass(frozen=True)
class Habits:
    """How a shop counts."""

    currency: str
    decimals: int
    inclusive: bool
    tax_in_the_sum: bool

    def rounded(self, amount: Fraction) -> Fraction:
        """Half away from zero, to the shop's decimals."""
        scaled = abs(amount) * 10**self.decimals
        whole = Decimal(scaled.numerator * 10**6 // scaled.denominator).scaleb(-6)
        found = Fraction(whole.to_integral_value(ROUND_HALF_UP)) / 10**self.decimals
        return -found if amount < 0 else found

    def text(self, amount: Fraction) -> str:
        found = self.rounded(amount)
        return f"{Decimal(found.numerator) / Decimal(found.denominator):.{self.decimals}f}"


def taxes_of(net: Fraction, rates: Sequence[int]) -> dict[int, Fraction]:
    plain = {rate: net * Fraction(RATES[rate][0]) / 100 for rate in rates if not RATES[rate][1]}
    base = net + sum(plain.values())
    return plain | {rate: base * Fraction(RATES[rate][0]) / 100 for rate in rates if RATES[rate][1]}


def net_of(price: Fraction, rates: Sequence[int], *, inclusive: bool) -> Fraction:
    return price / (1 + sum(taxes_of(Fraction(1), rates).values())) if inclusive else price


class Till:
    """Adds up an order as the shop does, and keeps its rows as REST shows them."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.net = Fraction(0)
        self.taxes: dict[int, Fraction] = {}
        self.ids = 0

    def row(self, net: Fraction, taxes: dict[int, Fraction]) -> dict[str, Any]:
        h, self.ids = self.habits, self.ids + 1
        counted = taxes if h.tax_in_the_sum else {rate: h.rounded(tax) for rate, tax in taxes.items()}
        self.net += net
        for rate, tax in counted.items():
            self.taxes[rate] = self.taxes.get(rate, Fraction(0)) + tax
        return {
            "id": self.ids,
            "total": h.text(net),
            "total_tax": h.text(sum(counted.values(), Fraction(0))),
            "taxes": [{"id": rate, "total": h.text(tax), "subtotal": ""} for rate, tax in counted.items()],
        }

    def total(self) -> str:
        tax = sum((self.habits.rounded(tax) for tax in self.taxes.values()), Fraction(0))
        return self.habits.text(self.net + tax)

    def tax_lines(self) -> list[dict[str, Any]]:
        return [
            {"rate_id": rate, "rate_percent": float(RATES[rate][0]), "compound": RATES[rate][1]}
            for rate in self.taxes
        ]


def fraction(value: Decimal) -> Fraction:
    return Fraction(value)


@st.composite
def goods(draw: st.DrawFn, habits: Habits, classes: Sequence[str]) -> tuple[Fraction, Decimal, str]:
    """(price, quantity, tax class); about one in ten is a gift."""
    step = Fraction(1, 10 ** min(habits.decimals, draw(st.sampled_from([0, 2, habits.decimals]))))
    price = draw(st.integers(1, 300_000)) * step if draw(st.integers(0, 9)) else Fraction(0)
    quantity = draw(
        st.one_of(
            st.integers(1, 12).map(Decimal),
            st.integers(1, 12).map(Decimal),
            st.decimals("0.125", "40", places=3, allow_nan=False, allow_infinity=False),
        )
    )
    return price, quantity, draw(st.sampled_from(classes))


@st.composite
def shop_orders(draw: st.DrawFn) -> dict[str, Any]:
    """A REST v3 order; what a person would see of it is enough, the rest is as small as it can be."""
    currency, decimals = draw(st.sampled_from(MONEY))
    habits = Habits(currency, decimals, draw(st.booleans()), draw(st.booleans()))
    classes = draw(st.sampled_from([("standard",), ("none",), STATABLE, tuple(CLASSES)]))
    cart = draw(st.lists(goods(habits, classes), min_size=1, max_size=6))
    till = Till(habits)
    lines = _lines(till, cart, draw(st.lists(_coupons(habits), max_size=2)))
    shipping = [
        till.row(*_taxed(cost, draw(st.sampled_from(classes))))
        for cost in draw(st.lists(_amounts(habits, 0, 900), max_size=2))
    ]
    fees = [
        till.row(*_taxed(cost, draw(st.sampled_from(classes))))
        for cost in draw(st.lists(_amounts(habits, 1, 500), max_size=1))
    ]
    for off in draw(st.lists(_amounts(habits, 1, 3000), max_size=1)):
        fees.append(till.row(*_given_back(till, min(off, till.net), taxed=draw(st.booleans()))))
    return {
        "id": 1,
        "status": "processing",
        "currency": currency,
        "prices_include_tax": habits.inclusive,
        "date_created_gmt": "2026-11-21T18:28:16",
        "total": till.total(),
        "line_items": lines,
        "shipping_lines": [{**row, "method_title": "Курьер"} for row in shipping],
        "fee_lines": [{**row, "name": "Сбор"} for row in fees],
        "tax_lines": till.tax_lines(),
    }


def _amounts(habits: Habits, low: int, high: int) -> st.SearchStrategy[Fraction]:
    places = min(habits.decimals, 2)
    return st.integers(low * 10**places, high * 10**places).map(lambda n: Fraction(n, 10**places))


def _coupons(habits: Habits) -> st.SearchStrategy[tuple[str, Fraction]]:
    percents = st.sampled_from([5, 10, 15, 33, 100]).map(lambda n: ("percent", Fraction(n, 100)))
    return st.one_of(percents, _amounts(habits, 1, 2000).map(lambda n: ("fixed", n)))


def _lines(
    till: Till, cart: Sequence[tuple[Fraction, Decimal, str]], coupons: Sequence[tuple[str, Fraction]]
) -> list[dict[str, Any]]:
    before = [price * fraction(quantity) for price, quantity, _ in cart]
    after = list(before)
    for kind, value in coupons:
        whole = sum(after, Fraction(0))
        share = value if kind == "percent" else min(Fraction(1), value / whole) if whole else Fraction(0)
        after = [max(Fraction(0), cost - till.habits.rounded(cost * share)) for cost in after]
    return [
        _line(till, quantity, CLASSES[kind], full, paid)
        for (_, quantity, kind), full, paid in zip(cart, before, after, strict=True)
    ]


def _line(
    till: Till, quantity: Decimal, rates: Sequence[int], full: Fraction, paid: Fraction
) -> dict[str, Any]:
    h = till.habits
    net = net_of(paid, rates, inclusive=h.inclusive)
    subtotal = net_of(full, rates, inclusive=h.inclusive)
    subtotal_tax = sum(taxes_of(subtotal, rates).values(), Fraction(0))
    return {
        **till.row(net, taxes_of(net, rates)),
        "product_id": 13,
        "name": "Кружка",
        "quantity": float(quantity),
        "subtotal": h.text(subtotal),
        "subtotal_tax": h.text(subtotal_tax),
    }


def _taxed(cost: Fraction, kind: str) -> tuple[Fraction, dict[int, Fraction]]:
    return cost, taxes_of(cost, CLASSES[kind])


def _given_back(till: Till, off: Fraction, *, taxed: bool) -> tuple[Fraction, dict[int, Fraction]]:
    """A negative fee; with tax it takes back of each tax what its share of the order is."""
    share = off / till.net if till.net else Fraction(0)
    return -off, {rate: -tax * share for rate, tax in till.taxes.items()} if taxed else {}
