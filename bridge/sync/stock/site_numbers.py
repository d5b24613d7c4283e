"""The number known to be on the site, and whether it is the wanted one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from bridge.catalog.models import Listing
from bridge.connections.models import GoodsRule, Shop
from bridge.portions import portions
from bridge.sync.stock.by_value import Columns
from bridge.sync.stock.journal import since
from bridge.sync.stock.results import Result, Said

Keeper = Listing.Keeper
GRACE = timedelta(minutes=1)
# What the site's answer to a number may change.
ANSWERED = (
    "site_quantity",
    "site_sale",
    "stock_differs",
    "write_error",
    "keeper",
    "written_at",
    "present",
    "backorders",
    "unheard",
    "unheard_until",
    "doubtful",
    "whole_pieces",
    "stock_stale",
)

# What a message has to carry over. A number the site refused waits for a new one.
DIFFERS = Q(keeper=Keeper.OWN, present=True, write_error="", wanted_quantity__isnull=False) & (
    Q(doubtful=True) | Q(site_quantity=None) | ~Q(site_quantity=F("wanted_quantity") - F("unheard"))
)


def read_again(shop: Shop, listing_ids: Iterable[int]) -> None:
    """The site's numbers of these listings were just read: what it sold after that, as far as we know, comes off."""
    for part in portions(sorted(listing_ids)):
        with transaction.atomic():
            rows = list(Listing.objects.select_for_update().filter(pk__in=part).order_by("pk"))
            later = since(shop, {row.source_id: row.site_sale for row in rows if row.site_sale})
            moved = [row for row in rows if row.site_quantity is not None and later.get(row.source_id)]
            for row in moved:
                row.site_quantity = (row.site_quantity or Decimal(0)) - later[row.source_id]
            Listing.objects.bulk_update(moved, ["site_quantity"])
            parts = [row.pk for row in rows if row.whole_pieces and _has_parts(row.site_quantity)]
            Listing.objects.filter(pk__in=parts).update(whole_pieces=False, stock_stale=True)
            read = Listing.objects.filter(pk__in=part)
            read.update(stock_differs=Case(When(DIFFERS, then=Value(True)), default=Value(False)))
            if shop.backorders:
                read.exclude(backorders=shop.backorders).update(stock_stale=True)
            elif shop.goods_rules.filter(sets=GoodsRule.Sets.BACKORDERS).exists():
                read.update(stock_stale=True)


def doubt(listing_ids: Iterable[int]) -> None:
    """A write of these was not answered: it may be carried out yet, later than we think, unless a newer one is."""
    for part in portions(sorted(listing_ids)):
        with transaction.atomic():  # locked in one order, as whoever writes them does (news.py)
            rows = Listing.objects.filter(pk__in=part).order_by("pk").select_for_update()
            Listing.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(doubtful=True)


def note(shop: Shop, results: Sequence[Result]) -> None:
    """Keep what the site said to our numbers.

    What it set differs no more, even where it is less than was asked for: it sold pieces of which we have not heard.
    """
    said = {result.listing.pk: result for result in results if result.said is not Said.UNSURE}
    with transaction.atomic():
        rows = list(Listing.objects.select_for_update().filter(pk__in=said).order_by("pk"))
        readings = {row.source_id: said[row.pk].sale for row in rows if said[row.pk].sale}
        later = since(shop, readings) if readings else {}
        columns, now = Columns(rows, *ANSWERED), timezone.now()
        # By then its order was looked for.
        heard_by = now + timedelta(seconds=shop.orders_interval) + GRACE
        for row in rows:
            _take_over(row, said[row.pk], later.get(row.source_id, Decimal(0)), now, heard_by)
        columns.save()


def _take_over(row: Listing, result: Result, later: Decimal, now: datetime, heard_by: datetime) -> None:
    match result.said:
        case Said.SET:
            unheard, after = _unheard(row, result, later)
            row.site_quantity = (result.quantity or Decimal(0)) - later - after
            row.site_sale = max(row.site_sale, result.sale)
            row.written_at = now
            row.backorders = result.backorders or row.backorders
            row.doubtful = bool(after)
            # Another number may be wanted by now, of whoever worked it out while this one was on its way.
            row.stock_differs = row.wanted_quantity != result.listing.wanted_quantity
            if result.cut != row.whole_pieces and (result.cut or _has_parts(result.quantity)):
                row.whole_pieces, row.stock_stale = result.cut, True
            if unheard is not None and unheard != row.unheard:
                row.unheard, row.unheard_until = unheard, heard_by
        case Said.REFUSED:
            # A number that was wanted meanwhile gets its own try.
            if row.wanted_quantity == result.listing.wanted_quantity:
                row.write_error, row.stock_differs = result.detail[:500] or "refused", False
        case Said.NO_STOCK:
            row.keeper, row.stock_differs = Keeper.NOBODY, False
        case Said.OF_PARENT:
            row.keeper, row.stock_differs = Keeper.PARENT, False
        case Said.GONE:
            row.present, row.stock_differs = False, False
        case Said.LATER | Said.UNSURE:
            pass


def _unheard(row: Listing, result: Result, later: Decimal) -> tuple[Decimal | None, Decimal]:
    """Pieces to keep off its number, and those to take off it, for what we were told of while the site was asked:
    first it is why pieces had left the number when it was read, the rest left it since, as `later` sales did.
    """
    if result.unheard is None:
        return None, Decimal(0)
    told = max(row.heard - result.listing.heard - later, Decimal(0))
    after = max(told - result.unheard, Decimal(0))
    # With sales that are numbered it is known which are in the number.
    return max(result.unheard - told, Decimal(0)), Decimal(0) if result.sale else after


def _has_parts(quantity: Decimal | None) -> bool:
    return quantity is not None and quantity != quantity.to_integral_value()
