"""The net under lost news of shipments and payments: where a shop acts on them, the orders they belong to are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone

from bridge.connections import clients
from bridge.connections.models import Connection, Shop
from bridge.mapping import from_moysklad
from bridge.mapping.moscow import from_wire
from bridge.orders.record_sales import counts_shipments
from bridge.sync import passes
from bridge.sync.changed_documents import start
from bridge.sync.flows import shops_of
from bridge.sync.models import Watermark
from bridge.sync.states import observed
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority
from connectors.moysklad.payments import INCOMING, PaymentKind


def matters(shop: Shop) -> bool:
    """Whether anything on the site follows from a payment or a shipment in MoySklad."""
    chosen = (shop.status_when_paid, shop.status_when_partly_shipped, shop.status_when_shipped)
    return shop.mark_paid or any(chosen) or counts_shipments(shop)


def changes(watermark: Watermark) -> None:
    """Shipments and payments changed since the last look; whether they also touch their order is not documented.

    The position moves once all kinds are read; after a reading in several portions to where that began, for what was
    read first may have changed again meanwhile.
    """
    shops = shops_of(watermark.connection)
    paid = any(matters(shop) for shop in shops)
    if not paid and not any(shop.write_goods for shop in shops):
        watermark.position = timezone.now()  # from here on, should an owner want it later
        passes.forget(watermark)
        return
    since = watermark.position = watermark.position or timezone.now()
    newest = [since]
    earlier = watermark.cursor.get("began")
    # A shipment is counted off the numbers of the site by the document it belongs to.
    steps: dict[str, passes.Step] = {"demand": partial(_shipments, since, newest)}
    steps |= {kind: partial(_payments, kind, since, newest) for kind in (INCOMING if paid else ())}
    if passes.go_on(watermark, steps):
        watermark.position = max(since, datetime.fromisoformat(earlier)) if earlier else max(newest)


def _shipments(
    since: datetime, newest: list[datetime], watermark: Watermark, began: datetime, place: passes.Place
) -> Iterator[passes.Place]:
    client = clients.moysklad(watermark.connection, Priority.STATUSES)
    for rows, following in client.demands.updated(start(since, place), deleted=None):
        orders = {from_moysklad.ref_id(row.get("customerOrder")) for row in rows}
        yield from _looked(client, watermark, rows, newest, orders, following)


def _payments(
    kind: PaymentKind,
    since: datetime,
    newest: list[datetime],
    watermark: Watermark,
    began: datetime,
    place: passes.Place,
) -> Iterator[passes.Place]:
    client = clients.moysklad(watermark.connection, Priority.STATUSES)
    for rows, following in client.payments.updated(kind, start(since, place), deleted=None):
        orders = {order for row in rows for order in from_moysklad.linked_orders(row)}
        yield from _looked(client, watermark, rows, newest, orders, following)


def _looked(
    client: MoySklad,
    watermark: Watermark,
    rows: Sequence[Mapping[str, Any]],
    newest: list[datetime],
    orders: set[str],
    following: tuple[str, int] | None,
) -> Iterator[passes.Place]:
    """The orders that a page of changed documents belongs to."""
    if ours := _ours(watermark.connection, orders):
        observed.look(client, watermark.connection, ours)
    newest += [from_wire(str(row["updated"])) for row in rows[-1:]]
    if following is not None:
        yield list(following)


def _ours(account: Connection, orders: set[str]) -> list[str]:
    return sorted(observed.of(account, orders).values_list("external_id", flat=True))
