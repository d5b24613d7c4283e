"""What a document should say of an order: the whole of it when it is made, its header whenever the site changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.connections.models import Shop
from bridge.domain.errors import Problem, Unmappable
from bridge.domain.order import Order
from bridge.domain.positions import positions
from bridge.mapping import to_moysklad
from bridge.mapping.to_moysklad import Body, Item
from bridge.sync.document_rules import refs_of
from bridge.sync.lines import items_of

# What the site may change in a document later; the rest of its header is the manager's after creation.
HEADER = ("description", "shipmentAddress", "shipmentAddressFull", "deliveryPlannedMoment", "attributes")
ADDRESS = ("shipmentAddress", "shipmentAddressFull")


def whole_body(shop: Shop, order: Order) -> Body:
    """The document an order should be, without `syncId` and buyer. Raises Unmappable with what a person must do."""
    refs = refs_of(shop, order)
    if any(charge.total_minor for charge in order.charges) and not shop.shipping_service_id:
        raise Unmappable("shipping_service_missing")
    body = to_moysklad.customer_order(
        order,
        positions(order),
        items_of(shop, order.lines),
        Item("service", shop.shipping_service_id) if shop.shipping_service_id else None,
        refs,
        prefix=shop.number_prefix,
        suffix=shop.number_suffix,
        reserve=shop.reserve,
    )
    return {**body, **{key: value for key, value in header_of(shop, order).items() if value}}


def header_of(shop: Shop, order: Order) -> Body:
    """The part of a document that follows the site: every key of HEADER; what the order does not have is None."""
    address = order.shipping.one_line()[:255]
    return {
        **dict.fromkeys(HEADER),
        "description": to_moysklad.description(order) or None,
        "shipmentAddress": address or None,
    }


def header_changes(shop: Shop, order: Order, written: Mapping[str, Any]) -> Body:
    """What of the header must be sent, given what was `written` last: nothing that stayed the same on the site."""
    wanted = header_of(shop, order)
    return {key: value or "" for key, value in wanted.items() if value != (written.get(key) or None)}


def header_after(written: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """What is written in the header once `sent` (keys of HEADER) was carried out."""
    return {**written, **{key: value for key, value in sent.items() if key in HEADER}}


def notes_of(shop: Shop, order: Order) -> list[Problem]:
    """What staff should know of this order's document, though it goes: see FLAGS for the codes."""
    return []
