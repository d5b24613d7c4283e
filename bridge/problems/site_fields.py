"""What a person calls the fields of an order, a refund and their rows as the site's API names them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Text

FIELDS: dict[str, Text] = {
    "id": _("number in the site's database"),
    "order_key": _("key of the order"),
    "status": _("status on the site"),
    "currency": _("currency"),
    "total": _("total"),
    "amount": _("amount of the refund"),
    "date_created_gmt": _("time it was made"),
    "date_modified_gmt": _("time it was last changed"),
    "date_paid_gmt": _("time of the payment"),
    "customer_id": _("buyer's number on the site"),
    "line_items": _("goods"),
    "product_id": _("number of the product"),
    "variation_id": _("number of the variation"),
    "shipping_lines": _("delivery"),
    "fee_lines": _("fees"),
    "coupon_lines": _("coupons"),
    "tax_lines": _("tax rates"),
    "taxes": _("taxes of a line"),
    "refunds": _("refunds"),
    "meta_data": _("additional fields"),
}


def called(name: str) -> str:
    """In words, with the API's own name for whoever helps; one that nobody named as it is."""
    if name not in FIELDS:
        return name
    return f"{FIELDS[name]} ({name})"
