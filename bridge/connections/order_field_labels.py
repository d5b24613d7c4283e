"""What a person calls an order's own fields (domain/order_fields.py): in suggestions and in sentences."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bridge.domain.order_fields import PREFIX

_LABELS: dict[str, str | Promise] = {
    "number": _("order number"),
    "id": _("order id"),
    "status": _("status on the site"),
    "total": _("total"),
    "currency": _("currency"),
    "placed_at": _("time of the order"),
    "paid_at": _("time of the payment"),
    "planned_at": _("planned delivery"),
    "note": _("buyer's note"),
    "payment_method": _("payment method (code)"),
    "payment_title": _("payment method"),
    "transaction_id": _("transaction"),
    "shipping_method": _("shipping method"),
    "pickup_point": _("pickup point"),
    "coupons": _("coupons"),
    "created_via": _("where the order was made"),
    "source_type": _("kind of source"),
    "utm_source": "utm_source",
    "utm_medium": "utm_medium",
    "utm_campaign": "utm_campaign",
    "utm_content": "utm_content",
    "utm_term": "utm_term",
    "referrer": _("referring page"),
    "device_type": _("device"),
    "customer_id": _("buyer's number on the site"),
    "first_name": _("first name"),
    "last_name": _("last name"),
    "company": _("company"),
    "email": _("e-mail"),
    "phone": _("phone"),
    "inn": _("INN"),
    "kpp": _("KPP"),
    "role": _("buyer's role"),
    "country": _("country"),
    "billing_address": _("billing address"),
    "shipping_address": _("delivery address"),
    "recipient": _("recipient"),
    "recipient_phone": _("recipient's phone"),
}
SOURCES: dict[str, str | Promise] = {f"{PREFIX}{name}": label for name, label in _LABELS.items()}
