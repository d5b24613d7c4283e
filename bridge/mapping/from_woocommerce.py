"""WooCommerce REST v3 → canonical orders (shapes as recorded from WooCommerce 11).

Line amounts on the wire are net, so a gross amount is total + total_tax; discounts are already inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

from bridge.domain.errors import BadPayload
from bridge.domain.money import to_minor
from bridge.domain.order import Address, Charge, Customer, Line, Order

Wire = Mapping[str, Any]


def order(data: Wire) -> Order:
    """A REST v3 order as ours. Raises BadPayload naming the field that is missing or malformed."""
    if not isinstance(data, Mapping):
        raise BadPayload("payload_not_an_order")
    currency = _text(data, "currency")
    placed_at = _moment(data, "date_created_gmt")
    billing, shipping = _address(data.get("billing")), _address(data.get("shipping"))
    rates = _vat_rates(_rows(data, "tax_lines"))
    return Order(
        source_id=_text(data, "id"),
        order_key=str(data.get("order_key") or ""),
        number=str(data.get("number") or data["id"]),
        status=_text(data, "status"),
        currency=currency,
        total_minor=to_minor(_text(data, "total"), currency),
        placed_at=placed_at,
        modified_at=_moment(data, "date_modified_gmt") if data.get("date_modified_gmt") else placed_at,
        paid_at=_moment(data, "date_paid_gmt") if data.get("date_paid_gmt") else None,
        lines=tuple(_line(row, currency, rates) for row in _rows(data, "line_items")),
        charges=tuple(
            _charge(row, kind, currency, rates)
            for kind, key in (("shipping", "shipping_lines"), ("fee", "fee_lines"))
            for row in _rows(data, key)
        ),
        customer=_customer(data, billing),
        billing=billing,
        shipping=shipping if shipping.line1 or shipping.city else billing,
        shipping_method=", ".join(
            str(row.get("method_title") or "") for row in _rows(data, "shipping_lines")
        ),
        payment_method=str(data.get("payment_method") or ""),
        payment_title=str(data.get("payment_method_title") or ""),
        transaction_id=str(data.get("transaction_id") or ""),
        coupons=tuple(str(row.get("code") or "") for row in _rows(data, "coupon_lines")),
        note=str(data.get("customer_note") or ""),
        created_via=str(data.get("created_via") or ""),
    )


def listing(data: Wire, *, variation_of: Wire | None = None) -> dict[str, Any]:
    """A product, or a variation of `variation_of`, as the fields of our Listing.

    `manages_stock` is False for items whose stock is not kept or is kept by their parent.
    """
    own_id = str(data["id"])
    name = unescape(str(data.get("name") or ""))
    if variation_of is not None:
        options = ", ".join(str(a.get("option") or "") for a in data.get("attributes") or [])
        name = f"{unescape(str(variation_of.get('name') or ''))} - {options}".rstrip(" -")
    quantity = data.get("stock_quantity")
    return {
        "product_id": str(variation_of["id"]) if variation_of is not None else own_id,
        "variation_id": own_id if variation_of is not None else "",
        "sku": str(data.get("sku") or "")[:255],
        "name": name[:500],
        "manages_stock": data.get("manage_stock") is True,
        "site_quantity": int(quantity) if isinstance(quantity, int | float) else None,
    }


def _line(row: Wire, currency: str, rates: Mapping[str, int]) -> Line:
    tax = to_minor(row.get("total_tax"), currency)
    try:
        quantity = Decimal(str(row.get("quantity", 1)))
    except InvalidOperation:
        raise BadPayload("amount_not_a_number", value=row.get("quantity")) from None
    return Line(
        source_id=str(row.get("id", "")),
        product_id=str(row.get("product_id") or ""),
        variation_id=str(row.get("variation_id") or ""),
        sku=str(row.get("sku") or ""),
        name=unescape(str(row.get("name") or "")),
        quantity=quantity,
        total_minor=to_minor(row.get("total"), currency) + tax,
        tax_minor=tax,
        vat_percent=_vat(row, rates),
    )


def _charge(row: Wire, kind: str, currency: str, rates: Mapping[str, int]) -> Charge:
    tax = to_minor(row.get("total_tax"), currency)
    return Charge(
        source_id=str(row.get("id", "")),
        kind=kind,
        name=unescape(str(row.get("method_title") or row.get("name") or "")),
        total_minor=to_minor(row.get("total"), currency) + tax,
        tax_minor=tax,
        vat_percent=_vat(row, rates),
    )


def _vat_rates(tax_lines: Sequence[Wire]) -> dict[str, int]:
    """Rate id → whole percent; rates that are no whole percent have no place in a document and are left out."""
    found = {}
    for row in tax_lines:
        percent = Decimal(str(row.get("rate_percent") or 0))
        if percent == int(percent) and not row.get("compound"):
            found[str(row.get("rate_id"))] = int(percent)
    return found


def _vat(row: Wire, rates: Mapping[str, int]) -> int | None:
    taxes = [tax for tax in row.get("taxes") or [] if tax.get("total") not in ("", None)]
    return rates.get(str(taxes[0].get("id"))) if len(taxes) == 1 else None


def _customer(data: Wire, billing: Address) -> Customer:
    wire = data.get("billing") or {}
    return Customer(
        source_id=str(data.get("customer_id") or ""),
        first_name=billing.first_name,
        last_name=billing.last_name,
        company=billing.company,
        email=str(wire.get("email") or "").strip(),
        phone=billing.phone,
    )


def _address(data: Any) -> Address:
    wire: Wire = data if isinstance(data, Mapping) else {}
    get = {key: unescape(str(wire.get(key) or "")).strip() for key in _ADDRESS_FIELDS}
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
        phone=get["phone"],
    )


_ADDRESS_FIELDS = (
    "first_name", "last_name", "company", "country", "state", "city", "postcode", "address_1", "address_2", "phone",
)  # fmt: skip


def _rows(data: Wire, key: str) -> Sequence[Wire]:
    rows = data.get(key) or []
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise BadPayload("payload_field_malformed", field=key)
    return rows


def _text(data: Wire, key: str) -> str:
    value = data.get(key)
    if value in (None, "", 0) or isinstance(value, dict | list):
        raise BadPayload("payload_field_missing", field=key)
    return str(value)


def _moment(data: Wire, key: str) -> datetime:
    """`*_gmt` on the wire is UTC without a zone."""
    try:
        return datetime.fromisoformat(str(data.get(key) or "")).replace(tzinfo=UTC)
    except ValueError:
        raise BadPayload("payload_field_malformed", field=key) from None
