"""Stock as MoySklad reports it: what changed every few minutes and at each hint, everything once a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bridge.catalog.models import Listing, StockLevel
from bridge.catalog.selectors import differing
from bridge.connections import clients
from bridge.connections.models import Connection, Shop
from bridge.domain.availability import available
from bridge.inbox.models import InboxEvent
from bridge.mapping import from_moysklad
from bridge.mapping.moscow import to_wire
from bridge.outbox.enqueue import enqueue
from bridge.sync import flows, kinds
from bridge.sync.models import Watermark
from connectors.moysklad.limits import Priority
from connectors.moysklad.stock import StockType

# The report lags behind the documents, so windows overlap; it looks back 24 hours at most.
OVERLAP = timedelta(minutes=5)
LONGEST = timedelta(hours=23)
CHUNK = 500
MOST = 2**31 - 1  # pieces

Rows = list[tuple[str, str, Decimal]]


def hinted(event: InboxEvent) -> None:
    """The stock webhook says only that something changed: look now."""
    flows.run_soon(event.connection, "stock")


def changes(watermark: Watermark) -> None:
    """Items changed since the last look; a first look, or one after a day, reads everything.

    The position is a time of MoySklad's clock, as its answers carry it: ours may be off by minutes.
    """
    since = watermark.position
    if since is None or timezone.now() - since > LONGEST:
        full(watermark)
        return
    client = clients.moysklad(watermark.connection, Priority.STOCK)
    read_at: list[datetime] = []
    for stock_type, shops in _shops_by_type(watermark.connection).items():
        wire = client.stock.by_store_current(
            cast(StockType, stock_type), changed_since=to_wire(since - OVERLAP)[:19], include_zero=True
        )
        read_at.append(client.server_time or timezone.now())
        rows = from_moysklad.stock_rows(list(wire), stock_type)
        _store(watermark.connection, stock_type, rows)
        wish(shops, {item for item, _store_id, _quantity in rows})
    watermark.position = min(read_at)


def full(watermark: Watermark) -> None:
    """The whole report: what it does not name is 0."""
    client = clients.moysklad(watermark.connection, Priority.STOCK)
    read_at: list[datetime] = []
    for stock_type, shops in _shops_by_type(watermark.connection).items():
        wire = client.stock.by_store_current(cast(StockType, stock_type))
        read_at.append(client.server_time or timezone.now())
        rows = from_moysklad.stock_rows(list(wire), stock_type)
        named = {(item, store) for item, store, _quantity in rows}
        known = StockLevel.objects.filter(connection=watermark.connection, stock_type=stock_type)
        gone = [
            (item, store, Decimal(0))
            for item, store in known.exclude(quantity=0)
            .values_list("product_external_id", "store_id")
            .iterator()
            if (item, store) not in named
        ]
        _store(watermark.connection, stock_type, rows + gone)
        # What the site refused may be in order by now: once a day it is tried again.
        Listing.objects.filter(shop__in=shops).exclude(write_error="").update(write_error="")
        wish(shops, None)
    watermark.position = min(read_at)


def _shops_by_type(account: Connection) -> dict[str, list[Shop]]:
    found: dict[str, list[Shop]] = defaultdict(list)
    for shop in flows.shops_of(account):
        found[shop.stock_type].append(shop)
    return found


def _store(account: Connection, stock_type: str, rows: Rows) -> None:
    """In small transactions and always in the same order: two of these may run at once."""
    ordered = sorted({(item, store): quantity for item, store, quantity in rows}.items())
    for start in range(0, len(ordered), CHUNK):
        StockLevel.objects.bulk_create(
            [
                StockLevel(
                    connection=account,
                    stock_type=stock_type,
                    product_external_id=item,
                    store_id=store,
                    quantity=quantity,
                )
                for (item, store), quantity in ordered[start : start + CHUNK]
            ],
            update_conflicts=True,
            unique_fields=["connection", "stock_type", "product_external_id", "store_id"],
            update_fields=["quantity"],
        )


def wish(shops: Iterable[Shop], items: set[str] | None) -> None:
    """Work out the number each listing should show (of `items`, None: of all) and queue the differences."""
    for shop in shops:
        listings = _counted(shop)
        if items is None:
            _wish(shop, listings.iterator(chunk_size=CHUNK))
        else:
            ordered = sorted(items)
            for start in range(0, len(ordered), CHUNK):
                part = ordered[start : start + CHUNK]
                _wish(shop, listings.filter(binding__product__external_id__in=part))
        queue_differences(shop)


def wish_for(shop: Shop, listing_ids: Iterable[int]) -> None:
    """The same for these listings, a few hundred at most."""
    _wish(shop, _counted(shop).filter(pk__in=list(listing_ids)))
    queue_differences(shop)


def _counted(shop: Shop) -> QuerySet[Listing]:
    return (
        Listing.objects.filter(
            shop=shop, present=True, manages_stock=True, binding__product__kind__in=("product", "variant")
        )
        .select_related("binding__product")
        .order_by("pk")
    )


def _wish(shop: Shop, listings: Iterable[Listing]) -> None:
    part: list[Listing] = []
    for listing in listings:
        part.append(listing)
        if len(part) == CHUNK:
            _wish_part(shop, part)
            part = []
    _wish_part(shop, part)


def _wish_part(shop: Shop, part: list[Listing]) -> None:
    levels: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    items = {listing.binding.product.external_id for listing in part}
    for item, store, quantity in StockLevel.objects.filter(
        connection=shop.account, stock_type=shop.stock_type, product_external_id__in=items
    ).values_list("product_external_id", "store_id", "quantity"):
        levels[item].append((store, quantity))
    changed = []
    for listing in part:
        number = min(available(levels[listing.binding.product.external_id], shop.store_ids), MOST)
        if number != listing.wanted_quantity:
            listing.wanted_quantity, listing.write_error = number, ""
            changed.append(listing)
    with transaction.atomic():
        # In one order, whoever writes: rows locked crosswise would be a deadlock.
        rows = Listing.objects.filter(pk__in=[listing.pk for listing in changed]).order_by("pk")
        list(rows.select_for_update().values_list("pk"))
        Listing.objects.bulk_update(changed, ["wanted_quantity", "write_error"], batch_size=CHUNK)


def queue_differences(shop: Shop) -> None:
    """One message per shop stands for all its differences; the numbers themselves lie with the listings."""
    with transaction.atomic():
        if differing(shop).exists():
            enqueue(shop, shop.site, kinds.STOCK, f"stock:{shop.pk}")
