"""WooCommerce REST v3 → canonical orders (shapes as recorded from WooCommerce 11).

Line amounts on the wire are net, so a gross amount is total + total_tax; discounts are already inside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

from bridge.domain.decimals import digits
from bridge.domain.errors import BadPayload, Unmappable
from bridge.domain.money import is_exact, is_sane, to_decimal, to_minor
from bridge.domain.order import Address, Charge, Customer, Line, Order
from bridge.domain.refunds import Refund, RefundedCharge, RefundedLine
from bridge.mapping import woocommerce_meta, written_dates
from bridge.mapping.gmt import moment
from bridge.mapping.wire_text import plain
from bridge.mapping.woocommerce_meta import Wanted

Wire = Mapping[str, Any]
TaxRate = tuple[Decimal | None, bool]

# What tells orders and goods apart may not be cut: a longer one is no id of WooCommerce (bigint, varchar(20), md5).
MAX_ID, MAX_STATUS, MAX_KEY = 32, 60, 100
# What people read may be cut.
MAX_NUMBER, MAX_EMAIL, MAX_PHONE = 100, 255, 60
NOTHING = Wanted()
# The field that a refund carries when it was made from a return in MoySklad: the return's id.
ORIGIN = "_sklad_bridge_return"


def order(data: Wire, wanted: Wanted = NOTHING, customer: Wire | None = None) -> Order:
    """A REST v3 order as ours, with the `wanted` ones of its further fields.

    `customer` is the registered buyer's own record (`/customers/ID`), where a rule or a field mapping asks for it.
    Raises BadPayload naming the field that is missing or malformed.
    """
    if not isinstance(data, Mapping):
        raise BadPayload("payload_not_an_order")
    currency = _text(data, "currency", 3)
    if not re.fullmatch("[A-Za-z]{3}", currency):
        raise BadPayload("payload_field_malformed", field="currency")
    source_id = _text(data, "id", MAX_ID)
    placed_at = moment(data, "date_created_gmt")
    billing, shipping = _address(data.get("billing")), _address(data.get("shipping"))
    rates = _tax_rates(_rows(data, "tax_lines"))
    total = _money(data, "total")
    return Order(
        source_id=source_id,
        order_key=_identity(data, "order_key", MAX_KEY),
        number=plain(data.get("number"), MAX_NUMBER) or source_id,
        status=_text(data, "status", MAX_STATUS),
        currency=currency,
        total_minor=to_minor(total, currency),
        total_text="" if is_exact(total, currency) else f"{total:f}",
        placed_at=placed_at,
        modified_at=moment(data, "date_modified_gmt") if data.get("date_modified_gmt") else placed_at,
        paid_at=moment(data, "date_paid_gmt") if data.get("date_paid_gmt") else None,
        lines=tuple(_line(row, currency, rates) for row in _rows(data, "line_items")),
        charges=tuple(
            _charge(row, kind, currency, rates)
            for kind, key in (("shipping", "shipping_lines"), ("fee", "fee_lines"))
            for row in _rows(data, key)
        ),
        customer=_customer(data, billing, wanted, customer),
        billing=billing,
        shipping=shipping if shipping.line1 or shipping.city else billing,
        shipping_method=", ".join(
            unescape(plain(row.get("method_title"))) for row in _rows(data, "shipping_lines")
        ),
        shipping_methods=tuple(_method(row) for row in _rows(data, "shipping_lines") if row.get("method_id")),
        pickup_point=woocommerce_meta.first([data, *_rows(data, "shipping_lines")], wanted.pickup),
        planned_at=written_dates.parse(woocommerce_meta.first([data], [wanted.planned])),
        payment_method=plain(data.get("payment_method")),
        payment_title=plain(data.get("payment_method_title")),
        transaction_id=plain(data.get("transaction_id")),
        coupons=tuple(plain(row.get("code")) for row in _rows(data, "coupon_lines")),
        note=plain(data.get("customer_note")),
        created_via=plain(data.get("created_via")),
        attribution=woocommerce_meta.attribution(data),
        refund_ids=tuple(sorted(_identity(row, "id", MAX_ID) for row in _rows(data, "refunds"))),
        meta=woocommerce_meta.of_order(data, wanted),
    )


def _method(row: Wire) -> str:
    """`flat_rate:3`; methods given by REST have no instance."""
    method, instance = plain(row.get("method_id")), plain(row.get("instance_id"))
    return f"{method}:{instance}" if instance not in ("", "0") else method


def refund(data: Wire, currency: str) -> Refund:
    """A refund of `/orders/ID/refunds` (or `/refunds`) as ours: amounts positive and gross.

    On the wire `amount` is positive and gross, the lines are negative and net and name the order's line in meta
    `_refunded_item_id`. Raises BadPayload naming the field that is missing or malformed, Unmappable for an amount
    finer than the currency's minor unit.
    """
    if not isinstance(data, Mapping):
        raise BadPayload("payload_not_an_order")
    # The shop answers with "" when only quantities were given.
    amount = _money(data, "amount") if data.get("amount") != "" else Decimal(0)
    if not is_exact(amount, currency):
        raise Unmappable("currency_not_exact", amount=f"{amount:f}", currency=currency)
    return Refund(
        source_id=_text(data, "id", MAX_ID),
        total_minor=to_minor(amount, currency),
        placed_at=moment(data, "date_created_gmt"),
        lines=tuple(
            RefundedLine(_refunded(row), abs(_number(row.get("quantity") or 0)), *_given_back(row, currency))
            for row in _rows(data, "line_items")
        ),
        charges=tuple(
            RefundedCharge(_refunded(row), *_given_back(row, currency))
            for key in ("shipping_lines", "fee_lines")
            for row in _rows(data, key)
        ),
        reason=plain(data.get("reason")),
        origin=woocommerce_meta.first([data], [ORIGIN]),
    )


def _refunded(row: Wire) -> str:
    """The id of the order's line that a refund's line takes back; '' when it does not say."""
    found = [
        plain(m.get("value"), MAX_ID) for m in _rows(row, "meta_data") if m.get("key") == "_refunded_item_id"
    ]
    return found[0] if found else ""


def _given_back(row: Wire, currency: str) -> tuple[int, int]:
    """(gross total, tax) of a refund's line, both positive for money that went back."""
    return -_gross(row, "total", currency), -to_minor(row.get("total_tax"), currency)


def _line(row: Wire, currency: str, rates: Mapping[str, TaxRate]) -> Line:
    vat_percent, tax_rates = _taxation(row, rates)
    return Line(
        source_id=_identity(row, "id", MAX_ID),
        product_id=_reference(row, "product_id"),
        variation_id=_reference(row, "variation_id"),
        sku=plain(row.get("sku")),
        name=unescape(plain(row.get("name"))),
        meta=woocommerce_meta.of_line(row),
        quantity=_number(row.get("quantity", 1)),
        total_minor=_gross(row, "total", currency),
        tax_minor=to_minor(row.get("total_tax"), currency),
        vat_percent=vat_percent,
        tax_rates=tax_rates,
        subtotal_minor=_gross(row, "subtotal", currency) if row.get("subtotal") not in ("", None) else None,
    )


def _charge(row: Wire, kind: str, currency: str, rates: Mapping[str, TaxRate]) -> Charge:
    vat_percent, tax_rates = _taxation(row, rates)
    return Charge(
        source_id=_identity(row, "id", MAX_ID),
        kind=kind,
        name=unescape(plain(row.get("method_title")) or plain(row.get("name"))),
        total_minor=_gross(row, "total", currency),
        tax_minor=to_minor(row.get("total_tax"), currency),
        vat_percent=vat_percent,
        tax_rates=tax_rates,
    )


def _gross(row: Wire, key: str, currency: str) -> int:
    """An amount with its tax; a shop that counts in finer parts is rounded once, not for each of the two."""
    return to_minor(to_decimal(row.get(key)) + to_decimal(row.get(f"{key}_tax")), currency)


def _tax_rates(tax_lines: Sequence[Wire]) -> dict[str, TaxRate]:
    """Rate id → its percent (None where the shop does not tell) and whether it is taken on top of other taxes."""
    return {
        plain(row.get("rate_id")): (
            None if row.get("rate_percent") in ("", None) else _number(row.get("rate_percent")),
            bool(row.get("compound")),
        )
        for row in tax_lines
    }


def _taxation(row: Wire, rates: Mapping[str, TaxRate]) -> tuple[int | None, str]:
    """The one rate of a line when that is a whole percent (0 is one, and not the same as none), and all its rates
    for people. Rates that took nothing beside one that did are left out."""
    taxes = [tax for tax in _rows(row, "taxes") if tax.get("total") not in ("", None)]
    charged = [tax for tax in taxes if to_decimal(tax.get("total"))]
    found = [rates.get(plain(tax.get("id")), (None, False)) for tax in charged or taxes]
    words = " + ".join("?" if percent is None else f"{digits(percent)}%" for percent, _ in found)
    percent, compound = found[0] if len(found) == 1 else (None, False)
    if percent is None or compound or percent != int(percent):
        return None, words
    return int(percent), words


def _customer(data: Wire, billing: Address, wanted: Wanted, record: Wire | None) -> Customer:
    wire = data.get("billing")
    sources = [data, record]
    return Customer(
        source_id=_reference(data, "customer_id"),
        first_name=billing.first_name,
        last_name=billing.last_name,
        company=billing.company,
        email=plain(wire.get("email")).strip()[:MAX_EMAIL] if isinstance(wire, Mapping) else "",
        phone=billing.phone,
        inn=woocommerce_meta.first(sources, wanted.inn),
        kpp=woocommerce_meta.first(sources, wanted.kpp),
        country=billing.country,
        role=plain(record.get("role")) if record else "",
        meta=woocommerce_meta.kept(record, wanted.customer) if record else (),
    )


def _address(data: Any) -> Address:
    wire: Wire = data if isinstance(data, Mapping) else {}
    get = {key: unescape(plain(wire.get(key))).strip() for key in _ADDRESS_FIELDS}
    return Address(
        first_name=get["first_name"],
        last_name=get["last_name"],
        company=get["company"],
        country=get["country"],
        region=get["state"],
        city=get["city"],
        postcode=get["postcode"],
        line1=get["address_1"],
        line2=get["address_2"],
        phone=get["phone"][:MAX_PHONE],
    )


_ADDRESS_FIELDS = (
    "first_name", "last_name", "company", "country", "state", "city", "postcode", "address_1", "address_2", "phone",
)  # fmt: skip


def _rows(data: Wire, key: str) -> Sequence[Wire]:
    rows = data.get(key) or []
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise BadPayload("payload_field_malformed", field=key)
    return rows


def _text(data: Wire, key: str, limit: int | None = None) -> str:
    """A field that must be there, whole."""
    value = _identity(data, key, limit)
    if value in ("", "0"):
        raise BadPayload("payload_field_missing", field=key)
    return value


def _money(data: Wire, key: str) -> Decimal:
    """An amount that must be there; "0" is one, in currencies without decimals."""
    if plain(data.get(key)) == "":
        raise BadPayload("payload_field_missing", field=key)
    return to_decimal(data.get(key))


def _identity(data: Wire, key: str, limit: int | None) -> str:
    """A field that may be empty but not cut."""
    value = plain(data.get(key))
    if limit is not None and len(value) > limit:
        raise BadPayload("payload_field_malformed", field=key)
    return value


def _reference(data: Wire, key: str) -> str:
    """The id of something else; WooCommerce writes 0 for none."""
    value = _identity(data, key, MAX_ID)
    return "" if value == "0" else value


def _number(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadPayload("amount_not_a_number", value=plain(value, 40)) from None
    if not is_sane(number, 9):
        raise BadPayload("amount_not_a_number", value=plain(value, 40))
    return number
