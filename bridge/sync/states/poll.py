"""The nets under lost events: changed orders of a site, changed documents of an account, from a watermark on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from bridge import worktime
from bridge.connections import clients
from bridge.domain.errors import BadPayload
from bridge.mapping import from_moysklad
from bridge.mapping.gmt import moment
from bridge.mapping.moscow import to_wire
from bridge.sync.flows import run_soon, shops_of
from bridge.sync.models import Watermark
from bridge.sync.site_orders.orders_from_site import note_polled
from bridge.sync.states.observed import OPENED, observe
from connectors.moysklad.limits import Priority

OVERLAP = timedelta(minutes=5)
PORTION = 200


def orders(watermark: Watermark) -> None:
    """Orders of the site by `modified_after` with overlap. What it cannot see: trashed and deleted orders, notes."""
    [shop] = shops_of(watermark.connection)
    position = watermark.position or shop.started_at
    # A site's clock that runs ahead must not carry the watermark past changes still to come.
    latest = timezone.now() + OVERLAP
    client = clients.woocommerce(watermark.connection)
    for wire in client.orders.modified_since((position - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S")):
        note_polled(shop, dict(wire))
        modified = _modified(wire)
        if modified is not None:
            watermark.position = position = max(position, min(modified, latest))
        if worktime.time_is_up():
            run_soon(watermark.connection, watermark.flow)
            return


def statuses(watermark: Watermark) -> None:
    """Documents of the account by `updated`, binned ones too (1 call per 100); foreign ones are passed over."""
    account = watermark.connection
    start = watermark.position or min(shop.started_at for shop in shops_of(account))
    client = clients.moysklad(account, Priority.STATUSES)
    portion = []
    for row in client.orders.updated_since(to_wire(start - OVERLAP), deleted=None, expand=OPENED):
        portion.append(row)
        if len(portion) == PORTION:
            observe(account, portion)
            start = watermark.position = max(start, from_moysklad.document(row).updated_at)
            portion = []
            if worktime.time_is_up():
                run_soon(account, watermark.flow)
                return
    observe(account, portion)
    if portion:
        start = max(start, from_moysklad.document(portion[-1]).updated_at)
    watermark.position = start


def _modified(wire: Mapping[str, Any]) -> datetime | None:
    """None for what is no date: such an order is set aside by the inbox."""
    try:
        return moment(wire, "date_modified_gmt")
    except BadPayload:
        return None
