"""The nets under lost events: changed orders of a site, changed documents of an account, from a watermark on.

Each look reads the last minutes again. However much changed in them, a look that takes longer than a job goes on where
it stopped (sync/passes.py), or it would read their beginning again and again. No position goes past the moment the look
began: what shows late, or of a clock that runs ahead, is found by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bridge.connections import clients
from bridge.domain.errors import BadPayload
from bridge.mapping.gmt import moment
from bridge.sync import passes
from bridge.sync.changed_documents import OVERLAP, read_on
from bridge.sync.flows import shops_of
from bridge.sync.models import Watermark
from bridge.sync.site_orders.orders_from_site import note_polled
from bridge.sync.states.observed import OPENED, observe
from connectors.moysklad.limits import Priority


def orders(watermark: Watermark) -> None:
    """Orders of the site by `modified_after` with overlap. What it cannot see: trashed and deleted orders, notes."""
    passes.go_on(watermark, {"orders": _orders})


def statuses(watermark: Watermark) -> None:
    """Documents of the account by `updated`, binned ones too (1 call per 100); foreign ones are passed over."""
    passes.go_on(watermark, {"documents": _documents})


def _orders(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    [shop] = shops_of(watermark.connection)
    position = watermark.position or shop.started_at
    start = passes.along(place, ((position - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S"), 1))
    for rows, following in clients.woocommerce(watermark.connection).orders.modified(start):
        for wire in rows:
            note_polled(shop, dict(wire))
            modified = _modified(wire)
            if modified is not None:
                watermark.position = position = max(position, min(modified, began))
        if following is not None:
            yield list(following)


def _documents(watermark: Watermark, began: datetime, place: passes.Place) -> Iterator[passes.Place]:
    account = watermark.connection
    watermark.position = watermark.position or min(shop.started_at for shop in shops_of(account))
    documents = clients.moysklad(account, Priority.STATUSES).orders
    return read_on(watermark, began, place, documents, OPENED, observe)


def _modified(wire: Mapping[str, Any]) -> datetime | None:
    """None for what is no date: such an order is set aside by the inbox."""
    try:
        return moment(wire, "date_modified_gmt")
    except BadPayload:
        return None
