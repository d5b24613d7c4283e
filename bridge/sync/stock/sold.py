"""What an order takes, and what its document holds, in the numbers: the one place where orders meet stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from bridge.catalog.bindings import among, find_listings
from bridge.catalog.models import Listing
from bridge.connections.models import Connection, Shop
from bridge.domain.status import CLOSED
from bridge.mapping.site_sales import Movement, Wire, movements, taken
from bridge.orders.models import Order
from bridge.orders.record_sales import ByListing, keys_of, record_sales
from bridge.orders.sales import Sale
from bridge.sync.stock import journal, news

NOTHING = Decimal(0)
PORTION = 200
# Older orders that are still open have their sales anyway.
RECENT = timedelta(days=60)
# What a sale changes of what we know of a number.
OFF = ("unheard", "heard", "site_quantity", "doubtful")
UNSETTLED = Q(settled=False) | Q(shipment_settled=False, listing__shop__account__shops__stock_type="stock")


class Told(NamedTuple):
    """What a site says it took from its own stock for an order: numbered by its plugin, or by line without it."""

    movements: Sequence[Movement] | None
    taken: Mapping[tuple[str, str], Decimal]

    @classmethod
    def by(cls, wire: Wire) -> Told:
        return cls(movements(wire.get("sklad_bridge_sales")), taken(wire))


class Heard(NamedTuple):
    """An order, and what its site says it took for it. `is_news`: this is the newest we know of it."""

    order: Order
    said: Told
    is_news: bool


def independent(said: Told, others: Sequence[Told]) -> bool:
    """Whether it does not matter which of these orders is told first: not so where their sales have a number in common,
    as of a site that was restored, or where only some are numbered.
    """
    numbers = {sale.number for sale in said.movements or ()}
    return all(
        (other.movements is None) == (said.movements is None)
        and numbers.isdisjoint(sale.number for sale in other.movements or ())
        for other in others
    )


def told(shop: Shop, heard: Sequence[Heard]) -> None:
    """Orders of a shop were told of: what the site took is off its numbers, and what no report shows yet is not for
    sale. Must run inside the transaction that keeps the orders.
    """
    heard = [one for one in heard if one.is_news or one.said.movements]
    if not heard:
        return
    orders = [one.order for one in heard]
    keys = keys_of(orders).union(*(one.said.taken.keys() for one in heard))
    moves = {one.order.source_id: one.said.movements for one in heard if one.said.movements}
    moved = {movement.item for some in moves.values() for movement in some}
    held = news.hold(shop.account, _listings(shop, keys, orders) | _keepers(shop, moved))
    touched = journal.record(shop, moves)
    sold = set[int]()
    if fresh := [one for one in heard if one.is_news]:
        listings = find_listings(shop, keys)  # as they are now that they are held
        sold = record_sales([one.order for one in fresh], listings)
        touched |= _take_off(shop, fresh, listings)
    # Sold pieces are fewer for whatever shows them; others came off the site's number alone.
    news.changed([shop], (held if sold else {}) | dict.fromkeys(touched, shop.pk))


def deleted(shop: Shop, source_id: str, wire: Wire) -> None:
    """Of an order that is gone for good on the site only the numbered sales are told."""
    rows = movements(wire.get("sales"))
    if not rows:
        return
    news.hold(shop.account, _keepers(shop, {movement.item for movement in rows}))
    news.changed([shop], dict.fromkeys(journal.record(shop, {source_id: rows}), shop.pk))


def held(orders: Sequence[Order], *, history: bool = False) -> None:
    """The documents of these orders hold something else now: a report will show it in a moment."""
    with transaction.atomic():
        # As they are now: what was heard of them while a call was on its way must not be forgotten.
        rows = Order.objects.filter(pk__in=[order.pk for order in orders]).select_for_update(of=("self",))
        now = rows.select_related("binding", "shop__account").prefetch_related("refunds").order_by("pk")
        by_account: dict[Connection, list[Order]] = {}
        for order in now:
            by_account.setdefault(order.shop.account, []).append(order)
        for account, group in by_account.items():
            _held(account, group, history=history)


def _held(account: Connection, orders: Sequence[Order], *, history: bool) -> None:
    by_shop: dict[Shop, list[Order]] = {}
    for order in orders:
        by_shop.setdefault(order.shop, []).append(order)
    listed = [_listings(shop, keys_of(group), group) for shop, group in by_shop.items()]
    held = news.hold(account, set().union(*listed))
    sold = set[int]()
    for group in by_shop.values():
        sold |= record_sales(group, history=history)
    if sold:
        news.changed(by_shop, held)
    if Sale.objects.filter(UNSETTLED, order__in=orders).exists():
        news.documents_changed(account)


def recount(shop: Shop) -> None:
    """Reckon anew what the open orders of a shop take: choices, reserves and shipments may have changed since."""
    open_sales = Sale.objects.filter(UNSETTLED | Q(in_flight__gt=0) | Q(unshipped__gt=0), order__shop=shop)
    recent = Q(placed_at__gte=timezone.now() - RECENT) & ~Q(status__in=CLOSED)
    after = 0
    while True:
        rows = Order.objects.filter(recent | Q(pk__in=open_sales.values("order")), shop=shop, pk__gt=after)
        part = list(rows.order_by("pk")[:PORTION])
        if not part:
            return
        held(part)
        after = part[-1].pk


def _listings(shop: Shop, keys: Collection[tuple[str, str]], orders: Sequence[Order]) -> set[int]:
    """The listings of these lines, what these orders took before, and what keeps the stock of both."""
    rows = {
        *among(shop, keys).values_list("pk", "product_id", "keeper"),
        *Listing.objects.filter(shop=shop, sales__order__in=orders).values_list("pk", "product_id", "keeper"),
    }
    kept = {product for _pk, product, keeper in rows if keeper == Listing.Keeper.PARENT}
    return {pk for pk, _product, _keeper in rows} | _keepers(shop, kept)


def _keepers(shop: Shop, items: Iterable[str]) -> set[int]:
    """The listings whose stock the site keeps under these ids."""
    return {row.pk for row in journal.listings_of(shop, items).values()} if items else set()


def _take_off(shop: Shop, heard: Sequence[Heard], listings: Mapping[tuple[str, str], Listing]) -> set[int]:
    """What the site took for these orders since it was last told, off the known numbers, unless its journal told it.

    What had left a number before we heard of it is off already; lines that took something and do not say so any more
    have given it back. Returns what keeps the stock of what was taken.
    """
    stored = Sale.objects.filter(order__in=[one.order for one in heard])
    known = {(sale.order_id, sale.listing_id): sale for sale in stored}
    new, renewed, off = list[Sale](), list[Sale](), list[ByListing]()
    for order, said, _is_news in heard:
        now = {listing: NOTHING for (pk, listing), sale in known.items() if pk == order.pk and sale.taken}
        now |= {listings[key].pk: count for key, count in said.taken.items() if key in listings}
        pieces: ByListing = {}
        for listing, count in now.items():
            sale = known.get((order.pk, listing)) or Sale(order=order, listing_id=listing)
            if count != sale.taken:
                pieces[listing] = count - sale.taken
                sale.taken = count
                (renewed if sale.pk else new).append(sale)
        if said.movements is None and pieces:
            off.append(pieces)
    Sale.objects.bulk_create(new)
    Sale.objects.bulk_update(renewed, ["taken"])
    return _off(shop, off)


def _off(shop: Shop, pieces: Sequence[ByListing]) -> set[int]:
    """So many fewer on the site, of each order; returns what keeps their stock."""
    if not pieces:
        return set()
    sold = Listing.objects.filter(pk__in=set().union(*pieces)).values_list("pk", "product_id", "keeper")
    parent = {pk: product for pk, product, keeper in sold if keeper == Listing.Keeper.PARENT}
    of_orders = [_of_keepers(one, parent) for one in pieces]
    kept = Q(pk__in=set().union(*pieces) - parent.keys())
    if parent:
        kept |= Q(shop=shop, product_id__in=parent.values(), variation_id="")
    rows = Listing.objects.filter(kept).order_by("pk").select_for_update()
    found = set[int]()
    for row in rows.only(*OFF, "product_id", "variation_id", "written_at"):
        found.add(row.pk)
        for own, parents in of_orders:
            taken = own.get(row.pk, NOTHING)
            if not row.variation_id:
                taken += parents.get(row.product_id, NOTHING)
            _less(row, taken)
        row.save(update_fields=OFF)
    return found


def _of_keepers(pieces: ByListing, parent: Mapping[int, str]) -> tuple[ByListing, Mapping[str, Decimal]]:
    """Pieces by the listing itself, and by the product where that keeps the stock."""
    parents = defaultdict[str, Decimal](Decimal)
    for pk, count in pieces.items():
        if pk in parent:
            parents[parent[pk]] += count
    return {pk: count for pk, count in pieces.items() if pk not in parent}, parents


def _less(row: Listing, taken: Decimal) -> None:
    heard = min(max(taken, NOTHING), row.unheard)
    row.unheard -= heard
    row.heard += max(taken, NOTHING)
    if row.site_quantity is not None:
        row.site_quantity -= taken - heard
    row.doubtful |= taken != heard and row.written_at is not None
