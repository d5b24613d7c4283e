"""Canonical orders → bodies of MoySklad documents (JSON API 1.2, «Заказ покупателя»)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.domain.order import Line, Order
from bridge.domain.positions import Position
from bridge.mapping import moysklad_money
from bridge.mapping.moscow import to_wire

Body = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """What a position points at: kind is product | variant | service | bundle."""

    kind: str
    external_id: str


@dataclass(frozen=True)
class Refs:
    """The account's objects a document refers to, by id; empty ones are left out of the body."""

    base_url: str
    organization_id: str
    store_id: str
    agent_id: str
    state_id: str = ""
    sales_channel_id: str = ""
    currency_id: str = ""  # only when it is not the account's own
    project_id: str = ""
    contract_id: str = ""
    owner_id: str = ""
    organization_account_id: str = ""


def meta(base_url: str, path: str, kind: str) -> Body:
    """A reference: {"meta": {href, type, mediaType}}."""
    return {"meta": {"href": f"{base_url}/{path}", "type": kind, "mediaType": "application/json"}}


def entity(base_url: str, kind: str, external_id: str) -> Body:
    return meta(base_url, f"entity/{kind}/{external_id}", kind)


def state(base_url: str, state_id: str) -> Body:
    return meta(base_url, f"entity/customerorder/metadata/states/{state_id}", "state")


def customer_order(
    order: Order,
    positions: Sequence[Position],
    items: Mapping[str, Item],
    shipping_service: Item | None,
    refs: Refs,
    *,
    prefix: str,
    suffix: str = "",
    reserve: bool,
) -> Body:
    """A new document without `syncId` and what follows the site later (sync/document/document_body.py).

    `items` are by the source id of the order's line.
    """
    taxed = any(position.vat_percent is not None for position in positions)
    body: Body = {
        "name": f"{prefix}{order.number}{suffix}"[:255],
        "externalCode": f"{order.source_id}-{order.order_key}"[:255],
        "moment": to_wire(order.placed_at)[:19],
        "applicable": True,
        "vatEnabled": taxed,
        "vatIncluded": True,
        "organization": entity(refs.base_url, "organization", refs.organization_id),
        "agent": entity(refs.base_url, "counterparty", refs.agent_id),
        "store": entity(refs.base_url, "store", refs.store_id),
        "positions": [
            _position(p, order.currency, items, shipping_service, refs.base_url, reserve=reserve)
            for p in positions
        ],
    }
    if refs.state_id:
        body["state"] = state(refs.base_url, refs.state_id)
    if refs.organization_account_id:
        path = f"entity/organization/{refs.organization_id}/accounts/{refs.organization_account_id}"
        body["organizationAccount"] = meta(refs.base_url, path, "account")
    for key, kind, external_id in (
        ("salesChannel", "saleschannel", refs.sales_channel_id),
        ("project", "project", refs.project_id),
        ("contract", "contract", refs.contract_id),
        ("owner", "employee", refs.owner_id),
    ):
        if external_id:
            body[key] = entity(refs.base_url, kind, external_id)
    if refs.currency_id:
        body["rate"] = {"currency": entity(refs.base_url, "currency", refs.currency_id)}
    return body


def _position(
    position: Position,
    currency: str,
    items: Mapping[str, Item],
    shipping_service: Item | None,
    base_url: str,
    *,
    reserve: bool,
) -> Body:
    source = position.source
    goods = isinstance(source, Line)
    item = items[source.source_id] if goods else shipping_service
    if item is None:
        raise ValueError("a document with shipping needs the shipping service")
    quantity = float(position.quantity)
    vat = position.vat_percent
    body: Body = {
        "quantity": quantity,
        "price": moysklad_money.to_wire(position.price_minor, currency),
        "discount": float(position.discount),
        "vat": vat or 0,
        "vatEnabled": vat is not None,
        "assortment": entity(base_url, item.kind, item.external_id),
    }
    if reserve and goods and item.kind != "service":
        body["reserve"] = quantity
    return body
