"""What the desk calls things that are codes elsewhere: site statuses, kinds of messages, topics, flows, outcomes."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise, keep_lazy_text
from django.utils.translation import gettext_lazy as _

from bridge.domain.status import SITE_STATUSES
from bridge.sync import kinds
from bridge.wording import STATUSES

Words = dict[str, str | Promise]

STATUS_COLOURS = {
    "pending": "warning",
    "processing": "info",
    "on-hold": "warning",
    "completed": "success",
    "cancelled": "muted",
    "refunded": "muted",
    "failed": "danger",
    "trash": "muted",
}

KINDS: Words = {
    kinds.ORDER: _("Order → MoySklad"),
    kinds.PAYMENT: _("Payment → MoySklad"),
    kinds.REFUND: _("Refund → MoySklad"),
    kinds.STATUS: _("Status → site"),
    kinds.PAID: _("Payment → site"),
    kinds.EDIT: _("Changed goods → site"),
    kinds.RETURN: _("Return → site"),
    kinds.STOCK: _("Stock → site"),
    kinds.FIELDS: _("Prices and texts → site"),
}

TOPICS: Words = {
    "woocommerce.order.changed": _("Order changed on the site"),
    "woocommerce.order.deleted": _("Order deleted on the site"),
    "woocommerce.core.order.created": _("New order on the site"),
    "woocommerce.core.order.updated": _("Order changed on the site"),
    "woocommerce.core.order.restored": _("Order restored on the site"),
    "woocommerce.core.order.deleted": _("Order moved to the trash on the site"),
    "woocommerce.ping": _("Test event of the site"),
    "site.order": _("Order found by looking at the site"),
    "site.look_again": _("Order to be read from the site again"),
    "moysklad.customerorder": _("Document changed in MoySklad"),
    "moysklad.demand": _("Shipment changed in MoySklad"),
    "moysklad.salesreturn": _("Return changed in MoySklad"),
    "moysklad.paymentin": _("Incoming payment changed in MoySklad"),
    "moysklad.cashin": _("Cash receipt changed in MoySklad"),
    "moysklad.product": _("Goods changed in MoySklad"),
    "moysklad.variant": _("Variant changed in MoySklad"),
    "moysklad.bundle": _("Bundle changed in MoySklad"),
    "moysklad.stock": _("Stock changed in MoySklad"),
}

# Documents of MoySklad by the vendor's name of their kind.
DOCUMENTS: Words = {
    "paymentin": _("Incoming payment"),
    "cashin": _("Cash receipt"),
    "salesreturn": _("Return of goods"),
    "paymentout": _("Outgoing payment"),
    "cashout": _("Cash refund"),
}

FLOWS: Words = {
    "orders": _("Missed orders of the site"),
    "site_catalogue": _("Products of the site"),
    "suggestions": _("Suggestions of links"),
    "fields": _("Prices and texts worked out anew"),
    "directory": _("Names, price types and rates of MoySklad"),
    "goods_changes": _("Changed goods of MoySklad"),
    "statuses": _("Changed documents of MoySklad"),
    "returns": _("Returns in MoySklad"),
    "progress": _("Shipments and payments in MoySklad"),
    "uploads": _("Uploads of older orders"),
    "stock": _("Changed stock"),
    "stock_full": _("Stock of all products"),
    "catalogue": _("Products of MoySklad"),
    "subscriptions": _("MoySklad's notifications"),
    "reconcile": _("Comparison of both sides"),
}

# Fields of goods that may follow MoySklad (domain/fields.py).
GOODS_FIELDS: Words = {
    "price": _("Regular price"),
    "sale_price": _("Sale price"),
    "name": _("Name"),
    "description": _("Description"),
    "weight": _("Weight"),
    "barcode": _("Barcode (GTIN, UPC, EAN, ISBN)"),
}

OUTCOMES: Words = {
    "done": _("Done"),
    "parked": _("Needs you"),
    "failed": _("Did not work"),
    "crashed": _("An error of the bridge"),
}


def word(words: Words, code: str) -> str:
    """The word for a code; a code nobody named (a plugin's own status) is shown as it is."""
    return str(words.get(code, code))


def status_choices(more: Iterable[str] = ()) -> list[tuple[str, str | Promise]]:
    """Site statuses for a select box, with the shop's own ones after WooCommerce's."""
    codes = [*SITE_STATUSES, *sorted(set(more) - set(SITE_STATUSES))]
    return [(code, sentence_case(STATUSES.get(code, code))) for code in codes]


def field_choices() -> list[tuple[str, str | Promise]]:
    """Fields of goods for checkboxes."""
    return list(GOODS_FIELDS.items())


@keep_lazy_text
def sentence_case(text: str | Promise) -> str:
    """The text with a capital first letter, the rest as it is; a lazy text stays one."""
    said = str(text)
    return said[:1].upper() + said[1:]
