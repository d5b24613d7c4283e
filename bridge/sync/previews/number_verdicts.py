"""Whether a planned number may be written: only while everything is as it was shown, or as the run left it.

A row that was being sent when its worker died says so (`sent`): what it wrote is found on the site again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.domain.decimals import digits
from bridge.orders.sales import Sale
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import outcomes
from bridge.sync.previews.present import Present
from bridge.sync.stock.journal import since
from bridge.sync.stock.offers import LEFT_ALONE, Offer, offers
from bridge.sync.stock.results import Wish

ZERO = Decimal(0)


class Number(NamedTuple):
    """What is planned of a listing: its number, its backorders, or both."""

    listing: Listing
    stock: GoodsChange | None
    backorders: GoodsChange | None

    @property
    def rows(self) -> list[GoodsChange]:
        """Those still to be written."""
        return [row for row in (self.stock, self.backorders) if row is not None and outcomes.is_open(row)]


def judge(run: GoodsRun, numbers: Sequence[Number], present: Mapping[int, Present]) -> list[Wish]:
    """What to write of these numbers; the rows of the others learn why not. Hold the listings' rows meanwhile."""
    rows = [one.stock for one in numbers if one.stock is not None]
    undoes = run.kind == GoodsRun.Kind.UNDO
    listings = [one.listing for one in numbers]
    seen = _Seen(
        present,
        {} if undoes else offers(run.shop, listings),
        _sold_since(run.shop, rows, listings) if undoes else {},
        _sold_after(run.shop, [row for row in rows if row.values.get("sent")], "base", listings),
    )
    return [wish for one in numbers if (wish := _wish(one, seen, undoes=undoes)) is not None]


class _Seen(NamedTuple):
    """By listing: what the site shows, what may be offered, what was sold since the run wrote, and since it tried."""

    present: Mapping[int, Present]
    offers: Mapping[int, Offer]
    sold: Mapping[int, Decimal]
    sold_after_try: Mapping[int, Decimal]


def _wish(one: Number, seen: _Seen, *, undoes: bool) -> Wish | None:
    pk, here = one.listing.pk, seen.present.get(one.listing.pk)
    if here is None or here.quantity is None:
        for row in one.rows:
            outcomes.refused(row, "gone_from_site" if here is None else "no_stock_kept")
        return None
    offer, target = seen.offers.get(pk, LEFT_ALONE), one.listing.site_quantity
    if one.stock is not None and not _found_again(one.stock, here, seen.sold_after_try.get(pk, ZERO)):
        target = Decimal(one.stock.values["new"])
        if undoes:
            sold = seen.sold.get(pk, ZERO)
            target -= sold  # below zero for pieces that are owed, as any number of ours
            _check_undoing(one.stock, here.quantity, sold)
        else:
            _check_preview(one.stock, one.listing, here.quantity, offer)
    if one.backorders is not None:
        _check_backorders(one.backorders, here.backorders, None if undoes else offer.backorders)
    if not one.rows:
        return None
    if one.stock is not None and outcomes.is_open(one.stock):
        one.stock.values["meant"] = digits(target or ZERO)
    else:
        target = one.listing.site_quantity if one.listing.site_quantity is not None else here.quantity
    both = one.backorders is not None and outcomes.is_open(one.backorders)
    return Wish(
        one.listing,
        target if target is not None else here.quantity,
        str(one.backorders.values["new"]) if one.backorders is not None and both else "",
    )


def _found_again(row: GoodsChange, here: Present, sold: Decimal) -> bool:
    """Whether a worker that died had written it."""
    if not row.values.get("sent") or here.quantity is None:
        return False
    if here.quantity + sold != Decimal(row.values["meant"]):
        return False
    outcomes.written(row, row.values["was"], digits(here.quantity), sale=here.sale)
    return True


def _check_preview(row: GoodsChange, listing: Listing, now: Decimal, offer: Offer) -> None:
    new = Decimal(row.values["new"])
    old = None if row.values["old"] is None else Decimal(row.values["old"])
    if offer.quantity == new == now:
        outcomes.overtaken(row, "equal_already", now, offer.quantity)
    elif offer.quantity != new or (old is not None and not old == now == listing.site_quantity):
        outcomes.overtaken(row, "changed_since_shown", now, offer.quantity)


def _check_undoing(row: GoodsChange, now: Decimal, sold: Decimal) -> None:
    if now != Decimal(row.values["old"]) - sold:
        outcomes.overtaken(row, "changed_since_written", now)


def _check_backorders(row: GoodsChange, now: str, wanted: str | None) -> None:
    """`wanted` is None where no offer counts."""
    old, new = row.values["old"], row.values["new"]
    if now == new and row.values.get("sent"):
        outcomes.written(row, old, new)
    elif now == new:
        outcomes.overtaken(row, "equal_already", now, wanted)
    elif now != old or wanted not in (None, new):
        outcomes.overtaken(
            row, "changed_since_written" if wanted is None else "changed_since_shown", now, wanted
        )


def _sold_since(
    shop: Shop, rows: Sequence[GoodsChange], listings: Sequence[Listing]
) -> Mapping[int, Decimal]:
    """Pieces the site sold, as far as we know, after the run had written: numbered by its plugin, or by order. What we
    do not know of shows in the site's number, and is asked about there.
    """
    found = _sold_after(shop, rows, "sale", listings)
    for row in rows:
        if row.listing_id is not None and row.listing_id not in found:
            since_then = datetime.fromisoformat(row.values["since"])
            taken = Sale.objects.filter(listing=row.listing_id, order__placed_at__gte=since_then)
            found[row.listing_id] = taken.aggregate(pieces=Sum("taken"))["pieces"] or ZERO
    return found


def _sold_after(
    shop: Shop, rows: Iterable[GoodsChange], key: str, listings: Sequence[Listing]
) -> dict[int, Decimal]:
    """Of the site's numbered sales those after the one a row names (0: all of them)."""
    items = {listing.pk: listing.source_id for listing in listings}
    readings = {items[row.listing_id]: int(row.values[key]) for row in rows if row.listing_id in items}
    pieces = since(shop, readings) if readings else {}
    return {pk: pieces[item] for pk, item in items.items() if item in pieces}
