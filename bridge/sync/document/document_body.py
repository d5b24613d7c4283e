"""What a document should say of an order: the whole of it when it is made, its header whenever the site changes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bridge.connections.models import Shop
from bridge.domain import tax_notes
from bridge.domain.errors import Problem, Unmappable
from bridge.domain.order import Order
from bridge.domain.order_fields import meta_value
from bridge.domain.positions import positions
from bridge.mapping import addresses, document_text, to_moysklad
from bridge.mapping.attributes import by_field
from bridge.mapping.moscow import to_wire
from bridge.mapping.to_moysklad import Body, Item
from bridge.sync.document import document_attributes
from bridge.sync.document.document_places import places_of
from bridge.sync.document.document_rules import refs_of
from bridge.sync.document.lines import items_of

# Codes `notes_of` may use.
FLAGS = ("comment_cut", "planned_date_not_read", *document_attributes.FLAGS, *tax_notes.CODES)


def whole_body(shop: Shop, order: Order) -> Body:
    """The document an order should be, without `syncId` and buyer. Raises Unmappable with what a person must do."""
    refs = refs_of(shop, order)
    if any(charge.total_minor > 0 for charge in order.charges) and not shop.shipping_service_id:
        raise Unmappable("shipping_service_missing")
    document_attributes.order_attributes(shop, order).require()
    body = to_moysklad.customer_order(
        order,
        positions(order, shop.prices),
        items_of(shop, order.lines),
        Item("service", shop.shipping_service_id) if shop.shipping_service_id else None,
        refs,
        prefix=shop.number_prefix,
        suffix=shop.number_suffix,
        reserve=shop.reserve,
    )
    return {**body, **header_changes(shop, order, {})}


def header_of(shop: Shop, order: Order) -> Body:
    """The part of a document that follows the site; None for what the order does not have."""
    placed = addresses.place(order.shipping, order.customer, places_of(shop, order.shipping))
    return {
        "description": document_text.fitting(_comment(shop, order, placed.rest)) or None,
        "shipmentAddressFull": placed.full or None,
        "deliveryPlannedMoment": _planned(shop, order),
        "attributes": document_attributes.order_attributes(shop, order).values or None,
    }


def header_changes(shop: Shop, order: Order, written: Mapping[str, Any]) -> Body:
    """What of the header must be sent, given what was `written` last: nothing that is the same on the site still."""
    wanted = header_of(shop, order)
    body: Body = {}
    if wanted["description"] != (written.get("description") or None):
        body["description"] = wanted["description"] or ""
    if wanted["deliveryPlannedMoment"] != written.get("deliveryPlannedMoment"):
        body["deliveryPlannedMoment"] = wanted["deliveryPlannedMoment"]
    body |= _address_changes(wanted["shipmentAddressFull"] or {}, written)
    if changed := _attribute_changes(wanted["attributes"] or [], written.get("attributes") or []):
        body["attributes"] = changed
    return body


def notes_of(shop: Shop, order: Order) -> list[Problem]:
    """What staff should know of this order's document, though it goes (codes: FLAGS)."""
    placed = addresses.place(order.shipping, order.customer, places_of(shop, order.shipping))
    notes = [*document_attributes.order_attributes(shop, order).notes, *tax_notes.tax_notes(order)]
    if lost := document_text.cut(_comment(shop, order, placed.rest)):
        notes.append(Problem("comment_cut", {"count": str(lost)}))
    if unread := _unread_date(shop, order):
        notes.append(Problem("planned_date_not_read", {"value": unread[:200], "field": shop.planned_field}))
    return notes


def _comment(shop: Shop, order: Order, rest: tuple[str, ...]) -> str:
    unread = _unread_date(shop, order)
    return document_text.comment(order, (*rest, f"Дата доставки: {unread}") if unread else rest)


def _planned(shop: Shop, order: Order) -> str | None:
    """The day the buyer asked for, else so many days after the order; no day is made up for one nobody can read."""
    if order.planned_at is not None:
        return to_wire(order.planned_at)[:19]
    if shop.planned_days is None or _unread_date(shop, order):
        return None
    return to_wire(order.placed_at + timedelta(days=shop.planned_days))[:19]


def _unread_date(shop: Shop, order: Order) -> str:
    return meta_value(order.meta, shop.planned_field) if shop.planned_field and not order.planned_at else ""


def _address_changes(full: Body, written: Mapping[str, Any]) -> Body:
    """An empty text clears an address; null does not («Адрес доставки»). Beside the full form the text is ignored, and
    tells here that the address was written again."""
    gone = written.get("shipmentAddress") == ""
    before = {} if gone else {k: v for k, v in (written.get("shipmentAddressFull") or {}).items() if v}
    if full == before:
        return {}
    if not full:
        return {"shipmentAddress": ""}
    again = {"shipmentAddress": str(full.get("street") or full.get("addInfo") or "—")} if gone else {}
    return {"shipmentAddressFull": addresses.cleared(before, full), **again}


def _attribute_changes(wanted: list[Body], written: list[Body]) -> list[Body]:
    before = by_field(written)
    return [
        row for field, row in by_field(wanted).items() if row["value"] != before.get(field, {}).get("value")
    ]
