"""An order's own fields by name, as text: what field mappings may fill fields of documents from (`order.<name>`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bridge.domain.money import to_text
from bridge.domain.order import Address, Meta, Order

PREFIX = "order."
SEVERAL = ", "


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _attribution(name: str) -> Callable[[Order], str]:
    return lambda order: meta_value(order.attribution, name)


def _address(address: Address) -> str:
    return SEVERAL.join(part for part in (address.country, address.one_line()) if part)


def _recipient(order: Order) -> str:
    return " ".join(part for part in (order.shipping.last_name, order.shipping.first_name) if part)


FIELDS: dict[str, Callable[[Order], str]] = {
    "number": lambda order: order.number,
    "id": lambda order: order.source_id,
    "status": lambda order: order.status,
    "total": lambda order: to_text(order.total_minor, order.currency),
    "currency": lambda order: order.currency,
    "placed_at": lambda order: _moment(order.placed_at),
    "paid_at": lambda order: _moment(order.paid_at),
    "planned_at": lambda order: _moment(order.planned_at),
    "note": lambda order: order.note,
    "payment_method": lambda order: order.payment_method,
    "payment_title": lambda order: order.payment_title,
    "transaction_id": lambda order: order.transaction_id,
    "shipping_method": lambda order: order.shipping_method,
    "pickup_point": lambda order: order.pickup_point,
    "coupons": lambda order: SEVERAL.join(order.coupons),
    "created_via": lambda order: order.created_via,
    "source_type": _attribution("source_type"),
    "utm_source": _attribution("utm_source"),
    "utm_medium": _attribution("utm_medium"),
    "utm_campaign": _attribution("utm_campaign"),
    "utm_content": _attribution("utm_content"),
    "utm_term": _attribution("utm_term"),
    "referrer": _attribution("referrer"),
    "device_type": _attribution("device_type"),
    "customer_id": lambda order: order.customer.source_id,
    "first_name": lambda order: order.customer.first_name,
    "last_name": lambda order: order.customer.last_name,
    "company": lambda order: order.customer.company,
    "email": lambda order: order.customer.email,
    "phone": lambda order: order.customer.phone,
    "inn": lambda order: order.customer.inn,
    "kpp": lambda order: order.customer.kpp,
    "role": lambda order: order.customer.role,
    "country": lambda order: order.shipping.country or order.billing.country,
    "billing_address": lambda order: _address(order.billing),
    "shipping_address": lambda order: _address(order.shipping),
    "recipient": _recipient,
    "recipient_phone": lambda order: order.shipping.phone,
}


def is_known(source: str) -> bool:
    """Whether a mapping may name this source: a field of the shop's own (any key) or one of FIELDS."""
    return bool(source) and (not source.startswith(PREFIX) or source.removeprefix(PREFIX) in FIELDS)


def text_of(order: Order, source: str) -> str:
    """What a source holds: `order.<name>` for a field of FIELDS, else the key of a further field; '' for nothing."""
    if source.startswith(PREFIX):
        read = FIELDS.get(source.removeprefix(PREFIX))
        return read(order) if read else ""
    return meta_value(order.meta, source) or meta_value(order.customer.meta, source)


def meta_value(meta: tuple[Meta, ...], key: str) -> str:
    """All values under a key: a field may be there several times."""
    return SEVERAL.join(one.value for one in meta if one.key == key)
