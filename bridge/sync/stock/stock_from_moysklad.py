"""Stock as MoySklad reports it: what changed every few minutes and at each hint, everything once a day."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bridge.catalog.models import Listing, Product, StockLevel
from bridge.connections import clients
from bridge.connections.models import Connection, Shop
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import payload
from bridge.mapping import from_moysklad
from bridge.mapping.moscow import to_wire
from bridge.portions import portions
from bridge.sync import flows, leased
from bridge.sync.models import Watermark
from bridge.sync.stock import news, sold
from bridge.sync.stock.settled_sales import Unsettled
from connectors.moysklad import stock_portions
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority
from connectors.moysklad.stock import StockType, parse_stock_report_url

# The report lags behind the documents, so windows overlap; it looks back 24 hours at most.
OVERLAP = timedelta(minutes=5)
LONGEST = timedelta(hours=23)
# Items that MoySklad was just counting anew are looked at again after this.
COUNTED_SOON = 5.0
# A whole report waits so long for another reading: two at once would store an older level last.
PATIENCE = 30.0
FLOWS = ("stock", "stock_full")

Key = tuple[str, str]
Levels = dict[Key, Decimal]
NOTHING = Decimal(0)


class Report(NamedTuple):
    """Levels by item and store ('' for none), and the items that are being counted anew, whose levels do not count."""

    levels: Levels
    busy: set[str]


class Reading(NamedTuple):
    """`at`: MoySklad's time when it was begun. `counting`: some items were just being counted and kept their levels."""

    at: datetime
    counting: bool


def hinted(event: InboxEvent) -> None:
    """The stock webhook says only that something changed: look now. Its address is never called, only understood."""
    try:
        parse_stock_report_url(str(payload(event).get("reportUrl") or ""))
    except ValueError:
        return
    flows.run_soon(event.connection, "stock")


def changes(watermark: Watermark) -> None:
    """Items changed since the last look; a first look, or one after a day, reads everything.

    The position is a time of MoySklad's clock, as its answers carry it: ours may be off by minutes.
    """
    since = watermark.position
    if since is None or timezone.now() - since > LONGEST:
        _read_all(watermark, patience=0)  # of two whole reports the nightly one goes first
        return
    with _alone(watermark.connection, watermark.flow, 0) as alone:
        if alone:
            _look(watermark, since)
        else:
            watermark.again_in = COUNTED_SOON


def _look(watermark: Watermark, since: datetime) -> None:
    """The position waits for items that are still being counted: they are told of with the time of their change."""
    client = clients.moysklad(watermark.connection, Priority.STOCK)
    start = to_wire(since - OVERLAP)[:19]
    reading = _read_each(watermark.connection, client, start)
    if reading.counting:
        watermark.again_in = COUNTED_SOON
    else:
        watermark.position = reading.at


def full(watermark: Watermark) -> None:
    """Everything, once a day."""
    _read_all(watermark, PATIENCE)


def _read_all(watermark: Watermark, patience: float) -> None:
    """Items that were being counted meanwhile are told of as changes."""
    reading = read_whole(watermark.connection, watermark.flow, patience)
    if reading is None:
        watermark.again_in = COUNTED_SOON
        return
    watermark.position = reading.at
    if reading.counting and watermark.flow == "stock":
        watermark.again_in = COUNTED_SOON
    elif reading.counting:
        flows.run_by(watermark.connection, "stock", timezone.now() + timedelta(seconds=COUNTED_SOON))


def read_whole(account: Connection, own_flow: str = "", patience: float = PATIENCE) -> Reading | None:
    """The whole report: what it does not name is 0. What orders take is reckoned anew before it.

    Other readings of the account's stock wait meanwhile; None when one of them goes on for longer than `patience`
    seconds. `own_flow`: the flow that asks, if one does.
    """
    client = clients.moysklad(account, Priority.STOCK)
    with _alone(account, own_flow, patience) as alone:
        if not alone:
            return None
        for shop in flows.shops_of(account):
            sold.recount(shop)
        reading = _read_each(account, client, None)
    # What the site refused may be in order by now: once a day it is tried again.
    shops = flows.shops_of(account)
    refused = Listing.objects.filter(shop__in=shops).exclude(write_error="")
    refused.update(write_error="", stock_stale=True)
    for shop in shops:
        news.ask(shop)
    return reading


def _read_each(account: Connection, client: MoySklad, since: str | None) -> Reading:
    """One report for each kind of stock that the account's shops show."""
    read_at: list[datetime] = []
    counting = False
    for stock_type, shops in _shops_by_type(account).items():
        unsettled = Unsettled(account, stock_type)
        report, moment = _report(client, account, stock_type, since)
        read_at.append(moment)
        counting |= _take_in(account, stock_type, report, unsettled, whole=since is None)
        if since is None and stock_type not in account.stock_types:
            _known_from_now_on(account, stock_type, shops)
    return Reading(min(read_at), counting)


def _known_from_now_on(account: Connection, stock_type: str, shops: Sequence[Shop]) -> None:
    """The first whole report of this kind: also what it does not name has a number now."""
    with transaction.atomic():
        account.stock_types = [*account.stock_types, stock_type]
        account.save(update_fields=["stock_types"])
        for shop in shops:
            news.listings_changed(shop, None)


@contextmanager
def _alone(account: Connection, own_flow: str, patience: float) -> Iterator[bool]:
    """Hold the other readings of the account's stock off; False when one was still going on after that long."""
    others = Watermark.objects.filter(connection=account, flow__in=FLOWS).exclude(flow=own_flow)
    deadline = time.monotonic() + patience
    held: dict[int, datetime] = {}
    for pk in others.order_by("pk").values_list("pk", flat=True):
        while (moment := leased.take(others.filter(pk=pk))) is None and time.monotonic() < deadline:
            time.sleep(0.1)
        if moment is not None:
            held[pk] = moment
    try:
        yield len(held) == others.count()
    finally:
        for pk, moment in held.items():
            others.filter(pk=pk, running_since=moment).update(running_since=None)


def _report(
    client: MoySklad, account: Connection, stock_type: str, since: str | None
) -> tuple[Report, datetime]:
    """What it says, and MoySklad's time when it began to answer; one that is too big for a call comes in parts."""
    portions = stock_portions.by_store(
        client,
        cast(StockType, stock_type),
        partial(_goods, account),
        changed_since=since,
        include_zero=since is not None,
        with_recalculate=True,
    )
    report = Report({}, set())
    _add(report, next(portions, []), stock_type)
    moment = client.server_time or timezone.now()
    for portion in portions:
        _add(report, portion, stock_type)
    return report, moment


def _add(report: Report, wire: Any, stock_type: str) -> None:
    report.busy.update(str(row["assortmentId"]) for row in wire if row.get(stock_type) is None)
    report.levels.update(
        ((item, sys.intern(store)), n) for item, store, n in from_moysklad.stock_rows(wire, stock_type)
    )


def _take_in(
    account: Connection, stock_type: str, report: Report, unsettled: Unsettled, *, whole: bool
) -> bool:
    """Store what differs from the levels we have, and say so; True when some items were just being counted.

    Such items keep their old level, and their sales in flight, until a report tells the new one.
    """
    named = None if whole else {item for item, _store in report.levels} - report.busy
    differing = _differing(account, stock_type, report, whole=whole)
    shown = unsettled.shown(named, report.busy)
    told = {item for sale in shown for item in sale.items}
    with transaction.atomic():  # a level and the sales that it now has in it, or neither
        news.hold(account, (), told)
        _store(account, stock_type, {key: n for key, n in differing.items() if key[0] in told})
        unsettled.settle(shown)
        news.items_changed(account, told)
    _store(account, stock_type, {key: n for key, n in differing.items() if key[0] not in told})
    return bool(report.busy)


def _differing(account: Connection, stock_type: str, report: Report, *, whole: bool) -> Levels:
    """The levels that are not as we know them; of a whole report also those it no longer names, as 0.

    A whole report is let go row by row: it can be as large as the catalogue, and the known levels are as many.
    """
    levels, busy = report.levels, report.busy
    rows = StockLevel.objects.filter(connection=account, stock_type=stock_type)
    differing: Levels = {}
    for key, known in _known(rows, None if whole else sorted({item for item, _store in levels})):
        said = levels.pop(key, NOTHING if whole else known)
        if said != known and key[0] not in busy:
            differing[key] = said
    return differing | {key: n for key, n in levels.items() if n and key[0] not in busy}


def _known(rows: QuerySet[StockLevel], items: list[str] | None) -> Iterator[tuple[Key, Decimal]]:
    """The levels we have: of these items (None: of all)."""
    for part in portions(items) if items is not None else [None]:
        of_part = rows if part is None else rows.filter(product_external_id__in=part)
        values = of_part.values_list("product_external_id", "store_id", "quantity")
        for item, store, quantity in values.iterator(chunk_size=2000):
            yield (item, store), quantity


def _goods(account: Connection) -> Iterator[str]:
    """What a report can be about, for one that is too big to be read at once."""
    rows = Product.objects.filter(connection=account, kind__in=(Product.Kind.PRODUCT, Product.Kind.VARIANT))
    return rows.values_list("external_id", flat=True).iterator(chunk_size=2000)


def _shops_by_type(account: Connection) -> Mapping[str, list[Shop]]:
    found: dict[str, list[Shop]] = defaultdict(list)
    for shop in flows.shops_of(account):
        found[shop.stock_type].append(shop)
    return found


def _store(account: Connection, stock_type: str, levels: Levels) -> None:
    """In small transactions and always in the same order: two of these may run at once."""
    for part in portions(sorted(levels.items())):
        rows = [
            StockLevel(
                connection=account,
                stock_type=stock_type,
                product_external_id=item,
                store_id=store,
                quantity=quantity,
            )
            for (item, store), quantity in part
        ]
        with transaction.atomic():
            StockLevel.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["connection", "stock_type", "product_external_id", "store_id"],
                update_fields=["quantity"],
            )
            news.items_changed(account, {item for (item, _store), _quantity in part})
