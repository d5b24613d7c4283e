"""A shop's order in our own words, the same whatever shop system it came from.

Amounts are gross (with tax) integer minor units of `currency`, after discounts; times are aware UTC.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Meta:
    """A further field that a plugin or a person gave an order, a line or a customer; `value` is plain text."""

    key: str
    value: str
    label: str = ""


@dataclass(frozen=True)
class Address:
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    postcode: str = ""
    line1: str = ""
    line2: str = ""
    phone: str = ""

    def one_line(self) -> str:
        """'101000, Москва, ул. Ленина, 10, кв. 5': the parts a courier needs, each once."""
        region = self.region if self.region != self.city else ""
        return ", ".join(part for part in (self.postcode, region, self.city, self.line1, self.line2) if part)


@dataclass(frozen=True)
class Customer:
    source_id: str = ""  # the shop's own number of a registered customer, empty for a guest
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    inn: str = ""
    kpp: str = ""
    country: str = ""  # of the billing address, two letters
    role: str = ""  # known only where a rule or a field mapping asks for it
    meta: tuple[Meta, ...] = ()  # of the customer's own record on the site, as above

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name) if part)


@dataclass(frozen=True)
class Line:
    """Goods of an order. `total_minor` is what the buyer pays for the whole line, tax and discounts in it.

    `vat_percent` is the line's one tax rate when that is a whole percent, None with another tax or none;
    `tax_rates` names the rates for people ("5% + 9.975%").
    """

    source_id: str
    product_id: str
    variation_id: str
    sku: str
    name: str
    quantity: Decimal
    total_minor: int
    tax_minor: int = 0
    vat_percent: int | None = None
    tax_rates: str = ""
    subtotal_minor: int | None = None  # the total before discounts, where the shop tells it
    meta: tuple[
        Meta, ...
    ] = ()  # what the buyer chose: size, engraving; fields for the shop's own use are left out


@dataclass(frozen=True)
class Charge:
    """Shipping or a fee: money without goods. A fee may be negative."""

    source_id: str
    kind: str  # "shipping" | "fee"
    name: str
    total_minor: int
    tax_minor: int = 0
    vat_percent: int | None = None
    tax_rates: str = ""


@dataclass(frozen=True)
class Order:
    source_id: str
    order_key: str
    number: str
    status: str
    currency: str
    total_minor: int
    placed_at: datetime
    modified_at: datetime
    paid_at: datetime | None = None
    lines: tuple[Line, ...] = ()
    charges: tuple[Charge, ...] = ()
    customer: Customer = field(default_factory=Customer)
    billing: Address = field(default_factory=Address)
    shipping: Address = field(default_factory=Address)
    shipping_method: str = ""
    shipping_methods: tuple[str, ...] = ()  # slugs with their instance: `flat_rate:3`
    pickup_point: str = ""
    planned_at: datetime | None = None  # when the buyer wants the delivery
    payment_method: str = ""
    payment_title: str = ""
    transaction_id: str = ""
    coupons: tuple[str, ...] = ()
    note: str = ""
    created_via: str = ""
    total_text: str = ""  # the shop's own total, where it is finer than the currency's minor unit
    refund_ids: tuple[str, ...] = ()
    attribution: tuple[Meta, ...] = ()  # where the buyer came from: source, medium, campaign, referrer
    meta: tuple[Meta, ...] = ()  # further fields that the shop's field mappings may ask for


def to_json(value: Any) -> Any:
    """A dataclass of this module as plain JSON; Decimal and datetime become text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def from_json(data: dict[str, Any]) -> Order:
    """The order that `to_json` wrote; fields it did not know yet take their defaults."""
    order: Order = build(Order, data)
    return order


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass with their types; text in annotations is resolved once."""
    hints = typing.get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))


def build(kind: Any, data: Any) -> Any:
    """The value of type `kind` that `to_json` wrote as `data`: a dataclass, or what one is made of."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return kind(**{name: build(hint, data[name]) for name, hint in _fields(kind) if name in data})
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return tuple(build(args[0], item) for item in data)
    if origin is types.UnionType:
        return None if data is None else build(args[0], data)
    if kind is Decimal:
        return Decimal(data)
    return datetime.fromisoformat(data) if kind is datetime else data
